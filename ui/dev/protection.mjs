// Protection, network lists and the summary of events of the fixture control plane.

const CHECKS = [
  ["framing", "prevent"],
  ["limits", "prevent"],
  ["network", "prevent"],
  ["banned", "prevent"],
  ["headers", "prevent"],
  ["identity", "prevent"],
  ["rate", "prevent"],
  ["path", "prevent"],
  ["method", "prevent"],
  ["ambiguity", "prevent"],
  ["parameters", "prevent"],
  ["undeclared_query", "alert"],
  ["undeclared_headers", "alert"],
  ["undeclared_body", "alert"],
  ["media_type", "prevent"],
  ["body", "prevent"],
  ["profile", "alert"],
  ["response", "alert"],
].map(([check, action]) => ({ check, action }));

const SETTINGS = {
  effects: {},
  rollout: null,
  on_error: null,
  networks: { allow: [], deny: [] },
  headers: [],
  limits: {
    target_bytes: null,
    query_bytes: null,
    query_parameters: null,
    header_bytes: null,
    header_fields: null,
    cookies: null,
    body_bytes: null,
    body_depth: null,
    body_members: null,
    parts: null,
  },
  rates: [],
  ban: { seconds: 300, per: "client" },
  response: {
    security_headers: false,
    set: {},
    remove_fingerprints: false,
    harden_cookies: false,
    scrub: false,
    rate_limits: "refused",
  },
  identity: null,
  profile: null,
  operations: [],
};

const copy = (value) => structuredClone(value);

export function createProtection({ empty, started, uuid, iso, state, events, readOnly = false }) {
  const first = copy(SETTINGS);
  Object.assign(first, {
    effects: { undeclared_query: "prevent", ambiguity: "ban" },
    networks: { allow: [], deny: ["scanners"] },
    rates: [
      {
        name: "logins",
        per: "client",
        burst: 5,
        average: 1,
        methods: ["POST"],
        paths: ["/login"],
        statuses: ["401"],
        except: ["office"],
        effect: "ban",
      },
    ],
    operations: [
      {
        operation: "GET /search",
        mode: null,
        effects: { parameters: "alert", undeclared_query: "disable" },
        on_error: null,
        rates: [],
      },
    ],
  });
  first.limits.body_bytes = 1048576;
  first.response.remove_fingerprints = true;
  const versions = empty
    ? []
    : [
        {
          version: 2,
          made_at: iso(started - 1800e3),
          made_by: "ann",
          mode: "observe",
          settings: first,
          changes: [
            { pointer: "/settings/effects/ambiguity", before: null, after: "ban" },
            { pointer: "/settings/networks/deny/0", before: null, after: "scanners" },
            { pointer: "/settings/rates/0/burst", before: 20, after: 5 },
          ],
        },
        {
          version: 1,
          made_at: iso(started - 7200e3),
          made_by: "<b>bob</b>\u202e",
          mode: "observe",
          settings: SETTINGS,
          changes: [{ pointer: "/settings/effects/undeclared_query", before: null, after: "prevent" }],
        },
      ];
  let lists = empty
    ? []
    : [
        {
          id: uuid(8101),
          name: "office",
          description: "Zürich and Lisbon, and the VPN",
          networks: ["192.0.2.0/24", "198.51.100.16/28", "2001:db8:12::/48", "203.0.113.8/32"],
        },
        {
          id: uuid(8102),
          name: "scanners",
          description: "<img src=x onerror=alert(1)>",
          networks: ["203.0.113.0/29", "2001:db8:bad::/48"],
        },
        { id: uuid(8103), name: "partners", description: "", networks: ["198.51.100.0/28"] },
      ].map((list) => ({ ...list, updated_at: iso(started - 5400e3), updated_by: "ann", read_only: false }));
  let bans = empty
    ? []
    : [
        {
          id: "9f21c0445a7d41e2b1c0ffee00d15ea5",
          who: "203.0.113.5/32",
          api_id: state.api,
          api_name: "shop",
          code: "ambiguous_path",
          since: iso(started - 90e3),
          until: iso(started + 210e3),
          refused: 41,
        },
      ];
  let proxies = ["10.0.0.0/8"];
  const current = () => versions[0] ?? { version: 0, settings: SETTINGS, made_at: null, made_by: null };
  const uses = (name) => {
    const { networks, rates } = current().settings;
    const roles = ["allow", "deny"].filter((role) => networks[role].includes(name));
    for (const rate of rates) if (rate.except.includes(name)) roles.push(`except of rate ${rate.name}`);
    return roles.map((role) => ({ api_id: state.api, api_name: "shop", role }));
  };
  const shown = (list) => ({ ...list, used_by: uses(list.name) });
  const get = () => ({
    version: current().version,
    mode: state.mode,
    settings: copy(current().settings),
    checks: CHECKS,
    changed_at: current().made_at,
    changed_by: current().made_by,
    read_only: readOnly,
    problem: null,
  });
  const save = (mode, settings, changes) => {
    state.mode = mode ?? state.mode;
    versions.unshift({
      version: current().version + 1,
      made_at: iso(Date.now()),
      made_by: "admin",
      mode: state.mode,
      settings,
      changes,
    });
    return get();
  };
  /** Why settings cannot be used; an empty list where they can. */
  const mistakes = ({ settings }) => {
    const known = new Set(lists.map((list) => list.name));
    const errors = [];
    const wrong = (pointer, message) =>
      errors.push({ in: "body", name: "", pointer, code: "wrong", message });
    settings.rates.forEach((rate, at) => {
      if (!rate.burst && !rate.average)
        wrong(`/settings/rates/${at}`, "limits nothing: set burst or average");
    });
    settings.networks.deny.forEach((name, at) => {
      if (!known.has(name)) wrong(`/settings/networks/deny/${at}`, `there is no network list "${name}"`);
    });
    return errors;
  };
  const trial = (draft) => {
    const blocks = (draft.mode ?? state.mode) === "block";
    const hit = draft.settings.effects.undeclared_query === "prevent" || blocks;
    return {
      exchanges: empty ? 0 : 4310,
      since: empty ? null : iso(started - 3600e3),
      until: empty ? null : iso(started),
      mode: draft.mode ?? state.mode,
      supposed: !blocks,
      rollout: draft.settings.rollout,
      refused_before: blocks ? 0 : 3,
      refused_after: empty || !hit ? 3 : 15,
      newly_refused: empty || !hit ? 0 : 12,
      newly_passed: 0,
      newly_told: 2,
      no_longer_told: 0,
      partly_assessed: 31,
      not_assessed: [{ part: "rates are not counted in a replay", count: 31 }],
      changes:
        empty || !hit
          ? []
          : [
              {
                kind: "refused",
                operation_id: null,
                operation: "GET /search",
                check: "undeclared_query",
                code: "undeclared",
                in: "query",
                name: "<script>debug</script>",
                pointer: "",
                message: "is not declared",
                before: "alert",
                after: "prevent",
                count: 9,
                examples: [
                  {
                    uuid: uuid(7301),
                    time: iso(started - 600e3),
                    method: "GET",
                    path: "/search",
                    status: 200,
                    client: "198.51.100.7",
                    event: uuid(7001),
                  },
                ],
              },
              {
                kind: "refused",
                operation_id: null,
                operation: null,
                check: "path",
                code: "unknown_path",
                in: "path",
                name: "",
                pointer: "",
                message: "The path is not documented",
                before: null,
                after: "prevent",
                count: 3,
                examples: [
                  {
                    uuid: uuid(7302),
                    time: iso(started - 300e3),
                    method: "GET",
                    path: "/.env",
                    status: 404,
                    client: "203.0.113.5",
                    event: null,
                  },
                ],
              },
              {
                kind: "told",
                operation_id: null,
                operation: "POST /login",
                check: "body",
                code: "maxLength",
                in: "body",
                name: "",
                pointer: "/password",
                message: "is longer than 200 characters",
                before: null,
                after: "alert",
                count: 2,
                examples: [],
              },
            ],
    };
  };
  const keyOf = (event, by) =>
    ({
      operation: event.operation ?? "",
      reason: event.code,
      check: event.check ?? "",
      client: event.client,
      effect: event.effect,
      api: event.api_id,
    })[by];
  const counts = () => ({ alert: 0, prevent: 0, ban: 0 });
  const summary = (filter) => {
    const list = events(filter);
    const by = (filter.group_by ?? "").split(",").filter(Boolean);
    if (list.length === 0)
      return {
        events: 0,
        count: 0,
        exchanges: counts(),
        bucket_seconds: 0,
        buckets: [],
        groups: [],
        dropped: 0,
      };
    const width = 15;
    const newest = Math.max(...list.map((event) => Date.parse(event.last_time)));
    const oldest = Math.min(...list.map((event) => Date.parse(event.last_time)));
    const start = Math.floor(oldest / 1000 / width) * width * 1000;
    const size = Math.floor((newest - start) / 1000 / width) + 1;
    const place = (event) => Math.floor((Date.parse(event.last_time) - start) / 1000 / width);
    const buckets = Array.from({ length: size }, (_, at) => ({
      time: iso(start + at * width * 1000),
      exchanges: counts(),
    }));
    const total = counts();
    const groups = new Map();
    for (const event of list) {
      buckets[place(event)].exchanges[event.effect] += event.count;
      total[event.effect] += event.count;
      const name = by.map((one) => keyOf(event, one)).join("\n");
      const group = groups.get(name) ?? {
        keys: by.map((one) => ({
          by: one,
          value: keyOf(event, one),
          name: one === "api" ? event.api_name : keyOf(event, one),
        })),
        events: 0,
        count: 0,
        exchanges: counts(),
        first_time: event.first_time,
        last_time: event.last_time,
        over_time: Array.from({ length: size }, () => 0),
      };
      group.events += 1;
      group.count += event.count;
      group.exchanges[event.effect] += event.count;
      group.over_time[place(event)] += event.count;
      if (event.last_time > group.last_time) group.last_time = event.last_time;
      groups.set(name, group);
    }
    return {
      events: list.length,
      count: list.reduce((sum, event) => sum + event.count, 0),
      exchanges: total,
      bucket_seconds: width,
      buckets,
      groups: by.length === 0 ? [] : [...groups.values()].sort((a, b) => b.count - a.count),
      dropped: 0,
    };
  };
  return {
    get,
    put: (change) =>
      save(change.mode, change.settings, [{ pointer: "/settings", before: null, after: null }]),
    mistakes,
    trial,
    versions: () => versions,
    restore: (version) => {
      const old = versions.find((entry) => entry.version === version);
      return old ? save(old.mode, old.settings, []) : null;
    },
    lists: () => lists.map(shown),
    list: (id) => lists.map(shown).find((list) => list.id === id) ?? null,
    putList: (id, body) => {
      const list = {
        ...body,
        id: id ?? uuid(8100 + lists.length + 1),
        updated_at: iso(Date.now()),
        updated_by: "admin",
        read_only: false,
      };
      lists = [...lists.filter((other) => other.id !== list.id), list].sort((a, b) =>
        a.name < b.name ? -1 : 1,
      );
      return shown(list);
    },
    removeList: (id) => {
      lists = lists.filter((list) => list.id !== id);
    },
    bans: () => bans,
    lift: (id) => {
      bans = bans.filter((ban) => ban.id !== id);
    },
    proxies: (set) => {
      if (set) proxies = set;
      return { networks: proxies };
    },
    summary,
  };
}

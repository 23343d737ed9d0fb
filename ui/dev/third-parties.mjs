// Third-party APIs for working on the console without a control plane: one assessed three times, one never.

export const PARTY_ID = "01936f4a-7d10-7c3e-9a41-5d1f0c8e7b01";
const NEW_ID = "01936f4a-7d10-7c3e-9a41-5d1f0c8e7b02";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const iso = (milliseconds) => `${new Date(milliseconds).toISOString().slice(0, -1)}000Z`;
const run = (number) => `01936f4a-9e${String(number).padStart(2, "0")}-7c3e-9a41-5d1f0c8e7c01`;

const summaryOf = (findings) => {
  const summary = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  for (const finding of findings) summary[finding.severity] += 1;
  return summary;
};

function finding(rule, name, severity, category, message, evidence) {
  return {
    rule,
    name,
    severity,
    category,
    message,
    file: category === "email" ? "dns:pay.example" : "https://api.pay.example",
    evidence,
    why: `Why ${name} is bad.`,
    fix: `What the provider does about ${name}.`,
    consumer: `What you do about ${name}.`,
    count: 1,
    fingerprint: `${rule}-${name}`,
    owasp: ["API8:2023"],
    cwe: ["CWE-319"],
    attack: [],
    aliases: [],
  };
}

const OLD_TLS = finding(
  "PST102",
  "old-tls-version",
  "high",
  "network",
  "TLS 1.0 is spoken",
  "16030100 4a020000",
);
const SUITES = finding("PST110", "weak-suites", "medium", "network", "3DES is accepted", null);
const NO_HSTS = finding(
  "PST203",
  "no-hsts",
  "medium",
  "application",
  "Strict-Transport-Security is missing",
  null,
);
const SERVER = finding(
  "PST230",
  "version-disclosed",
  "low",
  "system",
  "The server says that it is <img src=x onerror=alert(1)>\u202e/1.2",
  "server: <img src=x onerror=alert(1)>/1.2",
);
const SPF = finding("PST301", "no-spf", "medium", "email", "pay.example has no SPF record", null);

const RUNS = [
  { score: 52, grade: "D", findings: [OLD_TLS, SUITES, NO_HSTS, SERVER] },
  { score: 55, grade: "D", findings: [{ ...SUITES, severity: "low" }, OLD_TLS, NO_HSTS, SERVER] },
  { score: 71, grade: "C", findings: [SPF, { ...SUITES, severity: "low" }, SERVER] },
];

const CATEGORIES = [
  ["network", 82, "B", null],
  ["application", 90, "A", null],
  ["authentication", null, null, "no contract was given, and none is published"],
  ["email", 61, "D", null],
  ["system", 88, "B", null],
  ["user", null, null, "no feeds were imported"],
];

const FACTS = {
  target: { tls: true, host: "api.pay.example", port: 443, path: "/" },
  tls: {
    assessed: {
      address: "203.0.113.7:443",
      versions: [
        { version: "TLSv1.1", support: "no", suites: [], server_order: null, evidence: "1503" },
        {
          version: "TLSv1.2",
          support: "yes",
          suites: ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"],
          server_order: true,
          evidence: "160303",
        },
        { version: "TLSv1.3", support: "unknown", suites: [], server_order: null, evidence: "" },
      ],
      groups: ["x25519"],
      early_data: null,
      chains: [{ certificates: [{ subject: "CN=api.pay.example", is_ca: false }], trust: "trusted" }],
    },
  },
  dns: {
    assessed: {
      host: "api.pay.example",
      spf: { records: [] },
      dmarc: { records: ["v=DMARC1; p=none"], policy: "none" },
    },
  },
  http: { not_assessed: "it did not answer in time" },
};

export function createThirdParties({ empty = false } = {}) {
  const start = Date.now();
  const assessments = RUNS.map((entry, index) => ({
    id: run(index),
    state: "completed",
    reason: null,
    progress: null,
    scheduled: index > 0,
    asked_by: index > 0 ? "schedule" : "ann",
    created_at: iso(start - (3 - index) * DAY - 60_000),
    started_at: iso(start - (3 - index) * DAY - 59_000),
    ended_at: iso(start - (3 - index) * DAY),
    score: entry.score,
    grade: entry.grade,
    summary: summaryOf(entry.findings),
  }));
  const figures = (checks, failures, errors) => ({
    checks,
    failures,
    errors,
    availability: checks === 0 ? null : (checks - failures) / checks,
    error_share: checks === 0 ? null : (failures + errors) / checks,
  });
  const party = (id, name, url, more) => ({
    id,
    name,
    url,
    host: new URL(url).hostname,
    contract_api_id: null,
    selectors: [],
    ports: false,
    allow_private: false,
    policy: {},
    schedule: { kind: "off" },
    probe_minutes: 5,
    next_at: null,
    created_at: iso(start - 9 * DAY),
    created_by: "ann",
    open: null,
    last: null,
    completed: null,
    trend: null,
    compliance: null,
    availability: figures(0, 0, 0),
    ...more,
  });
  let parties = empty
    ? []
    : [
        party(PARTY_ID, "Payments", "https://api.pay.example/", {
          policy: { minimum_grade: "B", countries: ["DE"] },
          schedule: { kind: "daily", at: "03:00" },
          next_at: iso(start + 5 * HOUR),
          last: assessments[2],
          completed: assessments[2],
          trend: "improving",
          compliance: {
            compliant: false,
            reasons: ["minimum_grade: the grade is C, at least B is asked"],
            open: ["countries: the country of 203.0.113.7 is not known"],
          },
          availability: figures(2016, 2, 14),
        }),
        party(NEW_ID, "Maps <b>", "https://maps.example/", {}),
      ];
  const find = (id) => parties.find((entry) => entry.id === id);
  const days = Array.from({ length: 30 }, (_, index) => {
    const day = iso(start - (29 - index) * DAY).slice(0, 10);
    const measured = index >= 23;
    const bad = index === 26;
    return {
      day,
      ...figures(measured ? 288 : 0, bad ? 2 : 0, measured ? 2 : 0),
      p50_ms: measured ? 40 + index : null,
      p95_ms: measured ? 90 + index * 2 : null,
    };
  });
  return {
    list: () => parties,
    find,
    add: (added) => {
      if (!added.url.startsWith("http")) return null;
      const made = party(`${NEW_ID.slice(0, -1)}${parties.length + 3}`, added.name ?? "", added.url, added);
      made.name ||= made.host;
      parties = [...parties, made];
      return made;
    },
    change: (id, change) => Object.assign(find(id), change),
    remove: (id) => {
      parties = parties.filter((entry) => entry.id !== id);
    },
    assessments: (id) => (id === PARTY_ID ? [...assessments].reverse() : []),
    start: (id) => {
      const made = {
        ...assessments[0],
        id: run(9),
        state: "running",
        progress: "tls",
        score: null,
        grade: null,
      };
      Object.assign(find(id), { open: made });
      return made;
    },
    cancel: (id) => {
      const ended = {
        ...find(id).open,
        state: "cancelled",
        reason: "stopped by a person",
        ended_at: iso(Date.now()),
      };
      Object.assign(find(id), { open: null, last: ended });
      return ended;
    },
    detail: (id, assessment) => {
      const index = assessments.findIndex((entry) => entry.id === assessment);
      if (id !== PARTY_ID || index < 0) return null;
      return {
        ...assessments[index],
        result: {
          addresses: ["203.0.113.7"],
          ceilings: [{ grade: "C", reason: "http was not assessed" }],
          categories: CATEGORIES.map(([category, score, grade, reason]) => ({
            category,
            score,
            grade,
            reason,
            summary: summaryOf(RUNS[index].findings.filter((one) => one.category === category)),
          })),
          findings: RUNS[index].findings,
          not_assessed: [
            { part: "http", reason: "it did not answer in time" },
            { part: "ports", reason: "not asked for" },
          ],
          facts: FACTS,
        },
      };
    },
    changes: (id, to) => {
      const at = assessments.findIndex((entry) => entry.id === to);
      if (id !== PARTY_ID || at < 1) return null;
      const [before, after] = [RUNS[at - 1].findings, RUNS[at].findings];
      const of = (list, one) => list.find((other) => other.fingerprint === one.fingerprint);
      return {
        from: assessments[at - 1],
        to: assessments[at],
        score: RUNS[at].score - RUNS[at - 1].score,
        categories: [
          { category: "network", before: 60, after: 82 },
          { category: "email", before: null, after: 61 },
          { category: "system", before: 88, after: 88 },
        ],
        appeared: after.filter((one) => !of(before, one)),
        gone: before.filter((one) => !of(after, one) && one.category === "network"),
        changed: after
          .filter((one) => of(before, one) && of(before, one).severity !== one.severity)
          .map((one) => ({ ...one, before: of(before, one).severity })),
        unknown: before.filter((one) => !of(after, one) && one.category !== "network"),
        unchanged: after.filter((one) => of(before, one)?.severity === one.severity).length,
      };
    },
    availability: (id) => ({
      total: find(id).availability,
      latency: id === PARTY_ID ? { p50_ms: 66, p95_ms: 141 } : { p50_ms: null, p95_ms: null },
      days:
        id === PARTY_ID
          ? days
          : days.map((day) => ({ day: day.day, ...figures(0, 0, 0), p50_ms: null, p95_ms: null })),
      last:
        id === PARTY_ID ? { time: iso(start - 60_000), latency_ms: 61.2, status: 200, failure: null } : null,
    }),
  };
}

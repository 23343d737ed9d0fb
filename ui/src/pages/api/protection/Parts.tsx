/** The parts of an API's settings: each reads the draft and gives a changed one. */

import { useNetworkLists, useOperations } from "../../../api/queries";
import type {
  ApiProtection,
  CheckAction,
  CheckName,
  ErrorPolicy,
  HeaderRule,
  OperationRule,
  ProtectionSettings,
  RateFields,
  RateKey,
  RateRule,
} from "../../../api/types";
import { Link, routes } from "../../../app/router";
import { Card } from "../../../components/Basics";
import { Icon } from "../../../components/Icon";
import { Text } from "../../../components/Text";
import { plural } from "../../../lib/format";
import { ACTIONS, CHECKS, LIMITS, newRate } from "../../../lib/protection";
import { ActionSelect, Choice, NumberField, RemoveButton, Switch, TextField, WordsField } from "./Fields";

export interface PartProps {
  settings: ProtectionSettings;
  change: (settings: ProtectionSettings) => void;
}

/** A list with one entry changed, or taken out. */
const replaced = <T,>(list: T[], at: number, entry: T) =>
  list.map((old, index) => (index === at ? entry : old));
const without = <T,>(list: T[], at: number) => list.filter((_, index) => index !== at);

const PER: { value: RateKey; label: string }[] = [
  { value: "client", label: "client address" },
  { value: "key", label: "API key or token" },
  { value: "principal", label: "verified principal" },
];

const TOLD: { value: RateFields; label: string }[] = [
  { value: "never", label: "nobody" },
  { value: "refused", label: "who is refused for one" },
  { value: "always", label: "everybody, with each answer" },
];

const ON_ERROR: { value: ErrorPolicy | ""; label: string }[] = [
  { value: "", label: "as the mode: refuse in block, pass in observe" },
  { value: "closed", label: "refuse it with 503" },
  { value: "open", label: "let it pass and say so" },
];

export function Enforcement({ settings, change }: PartProps) {
  return (
    <Card title="How block mode refuses" note="Observe mode refuses nothing, whatever is set here">
      <div className="settings-grid">
        <NumberField
          label="Rollout"
          unit="% of requests"
          least={0}
          most={100}
          value={settings.rollout}
          placeholder="100"
          onChange={(rollout) => change({ ...settings, rollout })}
        />
        <Choice<ErrorPolicy | "">
          label="What cannot be judged"
          value={settings.on_error ?? ""}
          options={ON_ERROR}
          onChange={(value) => change({ ...settings, on_error: value === "" ? null : value })}
        />
      </div>
    </Card>
  );
}

export function Checks({ settings, change, checks }: PartProps & { checks: ApiProtection["checks"] }) {
  const set = (check: CheckName, action: CheckAction | null) => {
    const effects = { ...settings.effects };
    if (action === null) delete effects[check];
    else effects[check] = action;
    change({ ...settings, effects });
  };
  const own = Object.keys(settings.effects).length;
  return (
    <Card
      title="Checks"
      note={`In the order of evaluation; the first that refuses ends it. ${own === 0 ? "All do their default." : `${plural(own, "check")} changed.`}`}
      actions={
        own > 0 && (
          <button
            type="button"
            className="button button-small"
            onClick={() => change({ ...settings, effects: {} })}
          >
            All to default
          </button>
        )
      }
    >
      <div className="table-wrap">
        <table className="table checks">
          <thead>
            <tr>
              <th scope="col" className="num">
                <span className="visually-hidden">Order</span>
              </th>
              <th scope="col">Check</th>
              <th scope="col" className="c-m">
                Looks at
              </th>
              <th scope="col">What it does</th>
            </tr>
          </thead>
          <tbody>
            {checks.map(({ check, action }, index) => {
              const effect = settings.effects[check] ?? action;
              return (
                <tr key={check}>
                  <td className="num muted">{index + 1}</td>
                  <th scope="row">{CHECKS[check]?.label ?? check}</th>
                  <td className="c-m muted">{CHECKS[check]?.help}</td>
                  <td>
                    <span className="check-action">
                      <span className={`dot effect-dot-${effect}`} aria-hidden="true" />
                      <ActionSelect
                        label={`What ${CHECKS[check]?.label ?? check} does`}
                        value={settings.effects[check]}
                        inherited={`default: ${ACTIONS[action].label}`}
                        onChange={(value) => set(check, value)}
                      />
                    </span>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

/** Names of lists, each on or off. One that is gone stays visible until it is taken out. */
function ListChips({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string[];
  onChange: (value: string[]) => void;
}) {
  const lists = useNetworkLists();
  const names = (lists.data?.items ?? []).map((list) => list.name);
  const all = [...names, ...value.filter((name) => !names.includes(name))];
  const size = (name: string) => lists.data?.items.find((list) => list.name === name)?.networks.length;
  return (
    <fieldset className="chips-field">
      <legend>{label}</legend>
      <div className="filters">
        {all.length === 0 && <span className="muted">There are no network lists yet.</span>}
        {all.map((name) => {
          const on = value.includes(name);
          return (
            <button
              key={name}
              type="button"
              className={on ? "chip chip-on" : "chip"}
              aria-pressed={on}
              onClick={() => onChange(on ? value.filter((other) => other !== name) : [...value, name])}
            >
              {on && <Icon name="check" />}
              <Text text={name} limit={50} />
              <span className="chip-count">{size(name) ?? "gone"}</span>
            </button>
          );
        })}
      </div>
    </fieldset>
  );
}

export function Networks({ settings, change }: PartProps) {
  const set = (networks: Partial<ProtectionSettings["networks"]>) =>
    change({ ...settings, networks: { ...settings.networks, ...networks } });
  return (
    <Card
      title="Where clients come from"
      note="Lists are shared between APIs"
      actions={<Link href={routes.lists()}>Network lists</Link>}
    >
      <div className="card-text settings-stack">
        <ListChips
          label="Only members of these come in (none: everybody)"
          value={settings.networks.allow}
          onChange={(allow) => set({ allow })}
        />
        <ListChips
          label="Members of these are kept out"
          value={settings.networks.deny}
          onChange={(deny) => set({ deny })}
        />
      </div>
    </Card>
  );
}

function RateRow({
  rate,
  name,
  change,
  remove,
}: {
  rate: RateRule;
  name: string;
  change: (rate: RateRule) => void;
  remove: () => void;
}) {
  return (
    <fieldset className="rule">
      <legend className="visually-hidden">{name}</legend>
      <div className="settings-grid">
        <TextField
          label="Name"
          value={rate.name}
          placeholder="logins"
          onChange={(value) => change({ ...rate, name: value })}
        />
        <NumberField
          label="Burst, mean over 5 s"
          unit="per s"
          fraction
          value={rate.burst}
          placeholder="none"
          onChange={(burst) => change({ ...rate, burst })}
        />
        <NumberField
          label="Average, over 120 s"
          unit="per s"
          fraction
          value={rate.average}
          placeholder="none"
          onChange={(average) => change({ ...rate, average })}
        />
        <Choice<RateKey>
          label="Counted for each"
          value={rate.per}
          options={PER}
          onChange={(per) => change({ ...rate, per })}
        />
        <ActionSelect
          label="Beyond it"
          hidden={false}
          value={rate.effect}
          inherited="what the check Rates does"
          onChange={(effect) => change({ ...rate, effect })}
        />
      </div>
      <details
        className="rule-more"
        open={rate.methods.length + rate.paths.length + rate.statuses.length > 0}
      >
        <summary>Only some requests</summary>
        <div className="settings-grid">
          <WordsField
            label="Methods"
            value={rate.methods}
            placeholder="all"
            onChange={(methods) => change({ ...rate, methods })}
          />
          <WordsField
            label="Paths"
            value={rate.paths}
            placeholder="all, for example /login, /users/**"
            onChange={(paths) => change({ ...rate, paths })}
          />
          <WordsField
            label="Answered with"
            value={rate.statuses}
            placeholder="all, for example 401, 4xx, 500-599"
            onChange={(statuses) => change({ ...rate, statuses })}
          />
        </div>
        <ListChips
          label="Members of these are not counted"
          value={rate.except}
          onChange={(except) => change({ ...rate, except })}
        />
      </details>
      <RemoveButton label={`Remove ${name}`} onClick={remove} />
    </fieldset>
  );
}

function RateList({ rates, change }: { rates: RateRule[]; change: (rates: RateRule[]) => void }) {
  return rates.map((rate, at) => (
    <RateRow
      // biome-ignore lint/suspicious/noArrayIndexKey: a rule has no identity but its place
      key={at}
      rate={rate}
      name={`rate ${rate.name || at + 1}`}
      change={(next) => change(replaced(rates, at, next))}
      remove={() => change(without(rates, at))}
    />
  ));
}

const freeName = (rates: RateRule[], base: string) => {
  const taken = new Set(rates.map((rate) => rate.name));
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(name)) return name;
  }
};

export function Rates({ settings, change }: PartProps) {
  return (
    <Card
      title="Rates"
      note="How often requests may come"
      actions={
        <button
          type="button"
          className="button button-small"
          onClick={() =>
            change({ ...settings, rates: [...settings.rates, newRate(freeName(settings.rates, "requests"))] })
          }
        >
          Add a rate
        </button>
      }
    >
      {settings.rates.length === 0 ? (
        <p className="card-text muted">None: requests may come as often as they do.</p>
      ) : (
        <div className="rules">
          <RateList rates={settings.rates} change={(rates) => change({ ...settings, rates })} />
        </div>
      )}
    </Card>
  );
}

export function Bans({ settings, change }: PartProps) {
  return (
    <Card title="Bans" note="Where a check says ban: everything a caller sends is refused for a while">
      <div className="settings-grid">
        <NumberField
          label="Lasts, from the last attack"
          unit="seconds"
          most={2_592_000}
          value={settings.ban.seconds}
          onChange={(seconds) => change({ ...settings, ban: { ...settings.ban, seconds: seconds ?? 300 } })}
        />
        <Choice<RateKey>
          label="Who is banned"
          value={settings.ban.per}
          options={PER}
          onChange={(per) => change({ ...settings, ban: { ...settings.ban, per } })}
        />
      </div>
    </Card>
  );
}

export function Limits({ settings, change }: PartProps) {
  return (
    <Card title="Limits" note="Of requests; what is left empty is the gateway's own limit">
      <div className="settings-grid">
        {LIMITS.map(({ name, label }) => (
          <NumberField
            key={name}
            label={label}
            value={settings.limits[name]}
            placeholder="gateway's own"
            onChange={(value) => change({ ...settings, limits: { ...settings.limits, [name]: value } })}
          />
        ))}
      </div>
    </Card>
  );
}

export function HeaderRules({ settings, change }: PartProps) {
  const empty: HeaderRule = { name: "", required: true, allow: [], deny: [], effect: null };
  const set = (headers: HeaderRule[]) => change({ ...settings, headers });
  return (
    <Card
      title="Header rules"
      note="Fields that requests must have, and values that come in or not"
      actions={
        <button
          type="button"
          className="button button-small"
          onClick={() => set([...settings.headers, empty])}
        >
          Add a header rule
        </button>
      }
    >
      {settings.headers.length === 0 ? (
        <p className="card-text muted">None beside the contract's own header parameters.</p>
      ) : (
        <div className="rules">
          {settings.headers.map((rule, at) => {
            const name = `header rule ${rule.name || at + 1}`;
            const update = (part: Partial<HeaderRule>) =>
              set(replaced(settings.headers, at, { ...rule, ...part }));
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a rule has no identity but its place
              <fieldset className="rule" key={at}>
                <legend className="visually-hidden">{name}</legend>
                <div className="settings-grid">
                  <TextField
                    label="Field"
                    value={rule.name}
                    placeholder="X-Client-Version"
                    onChange={(value) => update({ name: value })}
                  />
                  <WordsField
                    label="Only these values (* for any text)"
                    value={rule.allow}
                    placeholder="any"
                    onChange={(allow) => update({ allow })}
                  />
                  <WordsField
                    label="Not these values"
                    value={rule.deny}
                    placeholder="none"
                    onChange={(deny) => update({ deny })}
                  />
                  <ActionSelect
                    label="Otherwise"
                    hidden={false}
                    value={rule.effect}
                    inherited="what the check Header rules does"
                    onChange={(effect) => update({ effect })}
                  />
                </div>
                <Switch
                  label="Required"
                  help="Requests without the field are refused too"
                  value={rule.required}
                  onChange={(required) => update({ required })}
                />
                <RemoveButton label={`Remove ${name}`} onClick={() => set(without(settings.headers, at))} />
              </fieldset>
            );
          })}
        </div>
      )}
    </Card>
  );
}

export function Answers({ settings, change }: PartProps) {
  const response = settings.response;
  const set = (part: Partial<ProtectionSettings["response"]>) =>
    change({ ...settings, response: { ...response, ...part } });
  return (
    <Card title="Answers" note="What is done to answers on their way to the client">
      <div className="card-text switches">
        <Switch
          label="Add security headers"
          help="X-Content-Type-Options, X-Frame-Options and others, where they are missing"
          value={response.security_headers}
          onChange={(security_headers) => set({ security_headers })}
        />
        <Switch
          label="Remove fingerprints"
          help="Server, X-Powered-By and other fields that name the software"
          value={response.remove_fingerprints}
          onChange={(remove_fingerprints) => set({ remove_fingerprints })}
        />
        <Switch
          label="Harden cookies"
          help="Secure, HttpOnly and SameSite where a cookie lacks them"
          value={response.harden_cookies}
          onChange={(harden_cookies) => set({ harden_cookies })}
        />
        <Switch
          label="Scrub in place of refusing"
          help="Where the check Response prevents: members outside of the contract are cut out"
          value={response.scrub}
          onChange={(scrub) => set({ scrub })}
        />
        <Choice<RateFields>
          label="Who is told how its rate limits stand, by RateLimit and RateLimit-Policy"
          value={response.rate_limits}
          options={TOLD}
          onChange={(rate_limits) => set({ rate_limits })}
        />
      </div>
      <HeaderFields set={response.set} change={(fields) => set({ set: fields })} />
    </Card>
  );
}

/** Header fields set on every answer. */
function HeaderFields({
  set,
  change,
}: {
  set: Record<string, string>;
  change: (set: Record<string, string>) => void;
}) {
  const entries = Object.entries(set);
  const write = (list: [string, string][]) => change(Object.fromEntries(list));
  return (
    <div className="card-foot settings-stack">
      {entries.map(([name, value], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the name changes while it is typed
        <div className="field-pair" key={at}>
          <TextField
            label={`Name of header field ${at + 1}`}
            hidden
            value={name}
            placeholder="Cache-Control"
            onChange={(next) => write(replaced(entries, at, [next, value]))}
          />
          <TextField
            label={`Value of header field ${at + 1}`}
            hidden
            value={value}
            placeholder="no-store"
            onChange={(next) => write(replaced(entries, at, [name, next]))}
          />
          <RemoveButton
            label={`Remove header field ${name || at + 1}`}
            onClick={() => write(without(entries, at))}
          />
        </div>
      ))}
      <div>
        <button
          type="button"
          className="button button-small"
          disabled={"" in set}
          onClick={() => write([...entries, ["", ""]])}
        >
          Set a header field
        </button>
      </div>
    </div>
  );
}

const MODES = [
  { value: "", label: "the API's mode" },
  { value: "observe", label: "observe" },
  { value: "block", label: "block" },
] as const;

export function Operations({
  api,
  settings,
  change,
  checks,
}: PartProps & { api: string; checks: ApiProtection["checks"] }) {
  const operations = useOperations(api);
  const known = (operations.data?.items ?? []).map((entry) => `${entry.method} ${entry.path}`);
  const rules = settings.operations;
  const set = (next: OperationRule[]) => change({ ...settings, operations: next });
  const add = () => {
    const free = known.find((label) => !rules.some((rule) => rule.operation === label));
    const operation = free ?? "* /path";
    set([...rules, { operation, mode: null, effects: {}, on_error: null, rates: [] }]);
  };
  return (
    <Card
      title="Operations that differ"
      note="The first that fits speaks"
      actions={
        <button type="button" className="button button-small" onClick={add}>
          Add an operation
        </button>
      }
    >
      <datalist id="operations-known">
        {known.map((label) => (
          <option key={label} value={label} />
        ))}
      </datalist>
      {rules.length === 0 ? (
        <p className="card-text muted">None: every operation is protected as above.</p>
      ) : (
        <div className="rules">
          {rules.map((rule, at) => {
            const update = (part: Partial<OperationRule>) => set(replaced(rules, at, { ...rule, ...part }));
            const chosen = Object.entries(rule.effects) as [CheckName, CheckAction][];
            const open = checks.filter(({ check }) => rule.effects[check] === undefined);
            const name = rule.operation || `operation ${at + 1}`;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a rule has no identity but its place
              <fieldset className="rule" key={at}>
                <legend className="visually-hidden">{name.slice(0, 120)}</legend>
                <div className="settings-grid">
                  <label className="setting setting-wide">
                    <span>Operation, METHOD /template; * for any method or as the last segment</span>
                    <input
                      className="mono"
                      list="operations-known"
                      value={rule.operation}
                      spellCheck={false}
                      onChange={(event) => update({ operation: event.target.value })}
                    />
                  </label>
                  <Choice
                    label="Mode"
                    value={rule.mode ?? ""}
                    options={[...MODES]}
                    onChange={(mode) => update({ mode: mode === "" ? null : mode })}
                  />
                  <Choice<ErrorPolicy | "">
                    label="What cannot be judged"
                    value={rule.on_error ?? ""}
                    options={ON_ERROR.map((entry) =>
                      entry.value ? entry : { value: "", label: "as the API" },
                    )}
                    onChange={(value) => update({ on_error: value === "" ? null : value })}
                  />
                </div>
                <div className="override-effects">
                  {chosen.map(([check, action]) => (
                    <span className="override" key={check}>
                      <span>{CHECKS[check]?.label ?? check}</span>
                      <ActionSelect
                        label={`What ${CHECKS[check]?.label ?? check} does at ${name.slice(0, 120)}`}
                        value={action}
                        inherited="as the API"
                        onChange={(value) => {
                          const effects = { ...rule.effects };
                          if (value === null) delete effects[check];
                          else effects[check] = value;
                          update({ effects });
                        }}
                      />
                    </span>
                  ))}
                  <label className="select">
                    <span className="visually-hidden">Add a check to {name.slice(0, 120)}</span>
                    <select
                      value=""
                      onChange={(event) =>
                        event.target.value &&
                        update({ effects: { ...rule.effects, [event.target.value]: "alert" } })
                      }
                    >
                      <option value="">Another check…</option>
                      {open.map(({ check }) => (
                        <option key={check} value={check}>
                          {CHECKS[check]?.label ?? check}
                        </option>
                      ))}
                    </select>
                  </label>
                </div>
                {rule.rates.length > 0 && (
                  <div className="rules rules-inner">
                    <RateList rates={rule.rates} change={(rates) => update({ rates })} />
                  </div>
                )}
                <button
                  type="button"
                  className="button button-small"
                  onClick={() =>
                    update({ rates: [...rule.rates, newRate(freeName(rule.rates, "requests"))] })
                  }
                >
                  Add a rate of its own
                </button>
                <RemoveButton
                  label={`Remove ${name.slice(0, 120)}`}
                  onClick={() => set(without(rules, at))}
                />
              </fieldset>
            );
          })}
        </div>
      )}
    </Card>
  );
}

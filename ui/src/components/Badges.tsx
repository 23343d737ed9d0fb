/** Small coloured words: method, severity, state, effect, protection. Colour never stands alone. */

import type { Effect, Operation, OperationState, Protection, Severity } from "../api/types";
import { Icon } from "./Icon";
import { Text } from "./Text";

const METHODS = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

export function Method({ method }: { method: string }) {
  const kind = METHODS.has(method) ? method.toLowerCase() : "other";
  return (
    <span className={`method method-${kind}`}>
      <Text text={method} limit={10} />
    </span>
  );
}

export const SeverityBadge = ({ severity }: { severity: Severity }) => (
  <span className={`badge severity-${severity}`}>{severity}</span>
);

export const STATE_HELP: Record<OperationState, string> = {
  documented: "In the contract and in traffic",
  learned: "In traffic; no contract is approved yet",
  shadow: "In traffic, not in the contract",
  zombie: "Deprecated in the contract, still called",
  orphan: "In the contract, never called",
};

export const StateBadge = ({ state }: { state: OperationState }) => (
  <span className={`badge state-${state}`} title={STATE_HELP[state]}>
    {state}
  </span>
);

export const EffectBadge = ({ effect, would }: { effect: Effect; would: Effect }) =>
  effect === "ban" ? (
    <span className="badge effect-ban" title="The request was rejected and its caller is banned for a while">
      banned
    </span>
  ) : effect === "prevent" ? (
    <span className="badge effect-prevent" title="The request was rejected and never reached the upstream">
      blocked
    </span>
  ) : (
    <span
      className="badge effect-alert"
      title={
        would !== "alert"
          ? "Passed on; block mode would have rejected it"
          : "Passed on; block mode would pass it on too"
      }
    >
      {would === "ban" ? "would ban" : would === "prevent" ? "would block" : "alert"}
    </span>
  );

const PROTECTION: Record<
  Protection,
  { label: string; help: string; icon: "shield" | "eye" | "clock" | "open" }
> = {
  block: { label: "blocking", help: "Requests that break the contract are rejected", icon: "shield" },
  observe: {
    label: "observing",
    help: "Requests that break the contract are reported and passed on",
    icon: "eye",
  },
  "thin-evidence": {
    label: "thin evidence",
    help: "Too few requests were seen to block safely: stays in observe",
    icon: "clock",
  },
  off: { label: "not protected", help: "No approved contract covers this operation", icon: "open" },
};

export function ProtectionMark({ protection }: { protection: Operation["protection"] }) {
  const entry = PROTECTION[protection] ?? PROTECTION.off;
  return (
    <span className={`protection protection-${protection}`} title={entry.help}>
      <Icon name={entry.icon} />
      {entry.label}
    </span>
  );
}

const AUTHENTICATED: Record<Operation["authenticated"], string> = {
  always: "Every caller showed a credential",
  sometimes: "Some callers showed no credential",
  never: "No caller showed a credential",
  unknown: "Not assessed: no traffic",
};

export const authenticationHelp = (value: Operation["authenticated"]) => AUTHENTICATED[value] ?? value;

/** Severity counts in a row, the worst first; zeros are left out. */
export function SeverityCounts({ summary }: { summary: Record<Severity, number> }) {
  const order: Severity[] = ["critical", "high", "medium", "low", "info"];
  const present = order.filter((severity) => summary[severity] > 0);
  if (present.length === 0) return <span className="muted">no findings</span>;
  return (
    <span className="severity-counts">
      {present.map((severity) => (
        <span
          key={severity}
          className={`severity-count severity-${severity}`}
          title={`${summary[severity]} ${severity}`}
        >
          {summary[severity]} {severity}
        </span>
      ))}
    </span>
  );
}

/** Findings as lists: what, where, why, how to fix, evidence. */

import type { ReactNode } from "react";
import type { Because, Finding, Rule, Severity, SuppressedFinding } from "../api/types";
import { plural, points } from "../lib/format";
import { SeverityBadge } from "./Badges";
import { Text } from "./Text";

/** Every severity, the worst first. */
export const SEVERITIES: Severity[] = ["critical", "high", "medium", "low", "info"];

/** Chooses one severity, or none, among findings. */
export function SeverityFilter({
  findings,
  chosen,
  onChoose,
}: {
  findings: { severity: Severity }[];
  /** A severity, or nothing. */
  chosen: string;
  onChoose: (severity: Severity | null) => void;
}) {
  return (
    <fieldset className="filters">
      <legend className="visually-hidden">Filter by severity</legend>
      {SEVERITIES.map((name) => {
        const hits = findings.filter((finding) => finding.severity === name).length;
        return (
          <button
            key={name}
            type="button"
            className={chosen === name ? "chip chip-on" : "chip"}
            aria-pressed={chosen === name}
            disabled={hits === 0 && chosen !== name}
            onClick={() => onChoose(chosen === name ? null : name)}
          >
            <i className={`dot severity-dot-${name}`} />
            {name} <span className="chip-count">{hits}</span>
          </button>
        );
      })}
    </fieldset>
  );
}

/** The exact place in words: operation, JSON pointer, line and column. */
export function place(finding: Finding): string {
  const parts: string[] = [];
  if (finding.line)
    parts.push(finding.column ? `line ${finding.line}, column ${finding.column}` : `line ${finding.line}`);
  if (finding.pointer) parts.push(finding.pointer);
  return parts.join(" \u00b7 ");
}

/** One finding with everything it carries; `jump` leads to its line in the source. */
export function FindingDetail({
  finding,
  rule,
  why = rule?.why,
  consumer,
  jump,
  showOperation = true,
  extra,
}: {
  finding: Finding;
  rule?: Rule | undefined;
  /** Why it is bad; the rule's word where it is not given. */
  why?: string | undefined;
  /** How a consumer lives with it, where the API is somebody else's. */
  consumer?: string | undefined;
  jump?: (() => void) | undefined;
  showOperation?: boolean;
  extra?: ReactNode;
}) {
  const where = place(finding);
  const fix = finding.fix ?? rule?.fix;
  return (
    <article className="finding">
      <header className="finding-head">
        <SeverityBadge severity={finding.severity} />
        <h4>
          <Text text={finding.message} limit={400} />
        </h4>
      </header>
      <p className="finding-place">
        {showOperation && finding.operation && (
          <code>
            <Text text={finding.operation} limit={120} />
          </code>
        )}
        {where !== "" &&
          (jump ? (
            <button type="button" className="link" onClick={jump}>
              <Text text={where} limit={140} />
            </button>
          ) : (
            <span>
              <Text text={where} limit={140} />
            </span>
          ))}
        {finding.count > 1 && <span>{plural(finding.count, "time")}</span>}
        {typeof finding.loss === "number" && finding.loss > 0 && (
          <span>
            {finding.loss < 0.05 ? "costs less than 0.1 points" : `costs ${points(finding.loss)} points`}
          </span>
        )}
        {extra}
      </p>
      <dl className="facts">
        {why && (
          <>
            <dt>Why</dt>
            <dd>
              <Text text={why} />
            </dd>
          </>
        )}
        {fix && (
          <>
            <dt>{consumer ? "Provider" : "Fix"}</dt>
            <dd>
              <Text text={fix} />
            </dd>
          </>
        )}
        {consumer && (
          <>
            <dt>You</dt>
            <dd>
              <Text text={consumer} />
            </dd>
          </>
        )}
        {finding.evidence && (
          <>
            <dt>Evidence</dt>
            <dd className="evidence">
              <Text text={finding.evidence} limit={600} />
            </dd>
          </>
        )}
      </dl>
      <p className="finding-tags">
        <span className="tag">{finding.rule}</span>
        {[...finding.owasp, ...finding.cwe].map((tag) => (
          <span key={tag} className="tag">
            {tag}
          </span>
        ))}
      </p>
    </article>
  );
}

const WHY: Record<Because, string> = {
  enforced: "Enforced in traffic",
  public: "Public on purpose",
  annotated: "Accepted in the contract",
  ignored: "Accepted in the configuration",
  known: "Known from a baseline",
};

/** Findings that are not reported, with why: what the traffic showed, or the reason that was given. */
export function ClosedFindings({ findings }: { findings: SuppressedFinding[] }) {
  if (findings.length === 0) return null;
  return (
    <details className="closed-findings">
      <summary>{plural(findings.length, "closed finding")}</summary>
      <ul>
        {findings.slice(0, 200).map((finding) => (
          <li key={`${finding.fingerprint} ${finding.because}`}>
            <Text text={finding.message} limit={200} />
            <span className="muted">
              {WHY[finding.because]}
              {finding.reason !== "" && (
                <>
                  : <Text text={finding.reason} limit={200} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {findings.length > 200 && <p className="muted">200 of {findings.length} are shown.</p>}
    </details>
  );
}

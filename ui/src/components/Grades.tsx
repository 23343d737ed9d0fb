/** Grades of third-party APIs, where they are going, and what was not assessed: never shown as good. */

import type { Assessment, Compliance, Trend } from "../api/types";
import { Icon } from "./Icon";

const TONES: Record<string, string> = {
  "A+": "good",
  A: "good",
  B: "good",
  C: "fair",
  D: "fair",
  E: "poor",
  F: "poor",
};

export function GradeBadge({ grade, large = false }: { grade: string | null | undefined; large?: boolean }) {
  const size = large ? " grade-large" : "";
  if (!grade)
    return (
      <span className={`grade grade-none${size}`} title="Not assessed">
        n/a
      </span>
    );
  return (
    <span className={`grade grade-${TONES[grade] ?? "none"}${size}`} title={`Grade ${grade}`}>
      {grade}
    </span>
  );
}

export const NotAssessed = ({ reason }: { reason?: string | null | undefined }) => (
  <span className="not-assessed" title={reason ?? undefined}>
    not assessed
  </span>
);

const TREND = {
  improving: { icon: "up", help: "The last score is three points or more above the mean of those before" },
  stable: { icon: "right", help: "The last score is within three points of the mean of those before" },
  degrading: { icon: "down", help: "The last score is three points or more below the mean of those before" },
} as const;

export function TrendMark({ trend }: { trend: Trend | null | undefined }) {
  if (!trend)
    return (
      <span className="muted" title="It takes two assessments to tell">
        not known
      </span>
    );
  return (
    <span className={`trend trend-${trend}`} title={TREND[trend].help}>
      <Icon name={TREND[trend].icon} /> {trend}
    </span>
  );
}

export function ComplianceMark({ compliance }: { compliance: Compliance | null | undefined }) {
  if (!compliance) return <span className="muted">no policy</span>;
  return compliance.compliant ? (
    <span
      className="badge compliant"
      title={
        compliance.open.length > 0 ? `Left open: ${compliance.open.join("; ")}` : "Every condition holds"
      }
    >
      yes
    </span>
  ) : (
    <span className="badge not-compliant" title={compliance.reasons.join("; ").slice(0, 500)}>
      no
    </span>
  );
}

const STATES: Record<Assessment["state"], string> = {
  pending: "waits for its turn",
  running: "runs",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

export const AssessmentStateBadge = ({ state }: { state: Assessment["state"] }) => (
  <span className={`badge assessment-${state}`} title={STATES[state]}>
    {state}
  </span>
);

/** A share of 0 to 1 as people read it; it is never rounded up to all. */
export function share(value: number | null | undefined): string {
  if (value === null || value === undefined) return "not measured";
  const percent = value * 100;
  if (percent > 99.9 && percent < 100) return "> 99.9 %";
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  return `${percent.toFixed(percent === 0 || percent === 100 ? 0 : 1)} %`;
}

export const milliseconds = (value: number | null | undefined) =>
  value === null || value === undefined
    ? "no answer"
    : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

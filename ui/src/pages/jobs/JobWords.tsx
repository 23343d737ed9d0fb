/** A job's state, progress and compliance, as words with a colour. */

import type { Job, JobState } from "../../api/types";
import { Text } from "../../components/Text";

const STATES: Record<JobState, { label: string; tone: string; help: string }> = {
  Pending: { label: "pending", tone: "muted", help: "It waits for a controller" },
  InProgress: { label: "running", tone: "info", help: "A controller runs it" },
  Completed: { label: "completed", tone: "good", help: "It was done" },
  Failed: { label: "failed", tone: "bad", help: "It could not be done" },
  Cancelled: { label: "cancelled", tone: "muted", help: "Someone stopped it" },
};

export function StateWord({ state }: { state: JobState }) {
  const { label, tone, help } = STATES[state];
  return (
    <span className={`badge tone-${tone}`} title={help}>
      {label}
    </span>
  );
}

export function JobProgress({ job }: { job: Job }) {
  return (
    <div className="job-progress">
      <progress max={100} value={job.progress} aria-label="Progress" />
      <span className="sub">
        {job.progress} % {job.progress_text !== "" && <Text text={job.progress_text} limit={60} />}
      </span>
    </div>
  );
}

/** Whether what was asked of the result holds. */
export function ComplianceWord({ compliant }: { compliant: boolean | null | undefined }) {
  if (compliant === undefined || compliant === null) return <span className="muted">not judged</span>;
  return compliant ? (
    <span className="badge tone-good">compliant</span>
  ) : (
    <span className="badge tone-bad">not compliant</span>
  );
}

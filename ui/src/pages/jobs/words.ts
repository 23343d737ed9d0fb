/** Words for jobs. */

import type { Job, JobType } from "../../api/types";

export const JOB_TYPES: Record<JobType, string> = {
  OasScoringJob: "Contract audit",
  ThirdPartyApiScoringJob: "Third-party assessment",
  FuzzingJob: "Fuzzing",
};

/** What a job is about: its contract, its API, or both. */
export function subject(job: Job): string {
  const parts = [job.document_name, job.url].filter((part): part is string => Boolean(part));
  return parts.length === 0 ? job.id : parts.join(" at ");
}

export const ended = (job: Job) => job.state !== "Pending" && job.state !== "InProgress";

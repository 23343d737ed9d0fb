/** One job: where it is, what it found, its log and reports. */

import { useState } from "react";
import { useCancelJob, useJob, useJobFindings, useJobLog } from "../../api/jobs";
import { useRules } from "../../api/queries";
import type { Job } from "../../api/types";
import { useMay } from "../../app/session";
import { toast, toastError } from "../../app/toasts";
import { SeverityCounts } from "../../components/Badges";
import { CopyButton, Failed, Loading, Notice, Time } from "../../components/Basics";
import { Dialog } from "../../components/Dialog";
import { FindingDetail, SeverityFilter } from "../../components/Findings";
import { Panel, PanelSection } from "../../components/Panel";
import { Text } from "../../components/Text";
import { plural } from "../../lib/format";
import { ComplianceWord, JobProgress, StateWord } from "./JobWords";
import { ended, JOB_TYPES, subject } from "./words";

const FORMATS = [
  { format: "html", label: "HTML" },
  { format: "md", label: "Markdown" },
  { format: "json", label: "JSON" },
  { format: "sarif", label: "SARIF" },
  { format: "junit", label: "JUnit" },
];
const SHOWN = 100;

export function JobPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const job = useJob(id);
  const mayRun = useMay("run");
  const [asking, setAsking] = useState(false);
  const cancel = useCancelJob();
  const one = job.data;
  return (
    <Panel name={id} title={one ? JOB_TYPES[one.job_type] : "Job"} onClose={onClose}>
      {job.error && !one && <Failed error={job.error} retry={() => job.refetch()} />}
      {job.isPending && <Loading />}
      {one && (
        <>
          <p className="mono">
            <Text text={subject(one)} limit={200} />
          </p>
          <dl className="fact-grid">
            <div>
              <dt>State</dt>
              <dd>
                <StateWord state={one.state} />
              </dd>
            </div>
            <div>
              <dt>Compliant</dt>
              <dd>
                <ComplianceWord compliant={one.compliant} />
              </dd>
            </div>
            {typeof one.score === "number" && (
              <div>
                <dt>Score</dt>
                <dd>{Math.round(one.score)} of 100</dd>
              </div>
            )}
            {one.grade && (
              <div>
                <dt>Grade</dt>
                <dd>{one.grade}</dd>
              </div>
            )}
            <div>
              <dt>Asked</dt>
              <dd>
                <Time time={one.created_at} /> by <Text text={one.created_by} limit={40} />
              </dd>
            </div>
            <div>
              <dt>Ended</dt>
              <dd>
                <Time time={one.ended_at} none="not yet" />
              </dd>
            </div>
            {one.controller && (
              <div>
                <dt>Controller</dt>
                <dd>
                  <Text text={one.controller.name} limit={40} />
                  {one.attempts > 1 && <span className="muted">, attempt {one.attempts}</span>}
                </dd>
              </div>
            )}
            {one.application && (
              <div>
                <dt>Application</dt>
                <dd>
                  <Text text={`${one.application} ${one.application_version ?? ""}`.trim()} limit={80} />
                </dd>
              </div>
            )}
            {one.expires_at && (
              <div>
                <dt>Kept until</dt>
                <dd>
                  <Time time={one.expires_at} />
                </dd>
              </div>
            )}
            <div>
              <dt>Id</dt>
              <dd className="mono">
                {one.id} <CopyButton text={one.id} />
              </dd>
            </div>
          </dl>
          {one.state === "InProgress" && <JobProgress job={one} />}
          {one.reason && (
            <Notice tone={one.state === "Failed" ? "bad" : "info"}>
              <Text text={one.reason} limit={600} />
            </Notice>
          )}
          {mayRun && !ended(one) && (
            <button type="button" className="button" onClick={() => setAsking(true)}>
              Cancel this job
            </button>
          )}
          {one.state === "Completed" && <Result job={one} />}
          <Log job={one} />
        </>
      )}
      <Dialog
        open={asking}
        title="Cancel this job?"
        onClose={() => setAsking(false)}
        actions={
          <>
            <button type="button" className="button" onClick={() => setAsking(false)}>
              Let it run
            </button>
            <button
              type="button"
              className="button button-danger"
              disabled={cancel.isPending}
              onClick={() =>
                cancel.mutate(id, {
                  onSuccess: () => {
                    setAsking(false);
                    toast("The job is cancelled.");
                  },
                  onError: toastError("The job was not cancelled"),
                })
              }
            >
              Cancel the job
            </button>
          </>
        }
      >
        <p>Its work stops within seconds; nothing of it is kept but its log.</p>
      </Dialog>
    </Panel>
  );
}

function Result({ job }: { job: Job }) {
  const findings = useJobFindings(job.id);
  const rules = useRules();
  const [severity, setSeverity] = useState("");
  const all = findings.data?.items ?? [];
  const shown = all.filter((finding) => severity === "" || finding.severity === severity);
  return (
    <>
      <PanelSection title="Reports">
        <div className="button-row">
          {FORMATS.map(({ format, label }) => (
            <a
              key={format}
              className="button button-small"
              href={`/api/v1/jobs/${encodeURIComponent(job.id)}/report?format=${format}`}
              download={`palisade-${job.id}.${format === "junit" ? "xml" : format}`}
            >
              {label}
            </a>
          ))}
        </div>
      </PanelSection>
      <PanelSection title="Findings">
        {job.summary && <SeverityCounts summary={job.summary} />}
        {findings.error && <Failed error={findings.error} retry={() => findings.refetch()} />}
        {findings.isPending && <Loading />}
        {all.length > 0 && (
          <SeverityFilter findings={all} chosen={severity} onChoose={(chosen) => setSeverity(chosen ?? "")} />
        )}
        {shown.slice(0, SHOWN).map((finding) => (
          <FindingDetail
            key={finding.id}
            finding={finding}
            rule={rules.data?.items.find((rule) => rule.id === finding.rule)}
          />
        ))}
        {shown.length > SHOWN && (
          <p className="muted">
            {SHOWN} of {plural(shown.length, "finding")} are shown: the reports have all of them.
          </p>
        )}
      </PanelSection>
    </>
  );
}

function Log({ job }: { job: Job }) {
  const [open, setOpen] = useState(false);
  const log = useJobLog(job.id, open && !ended(job), open);
  return (
    <details className="panel-section" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Log</summary>
      {log.isPending && open && <Loading />}
      {log.data !== undefined && (
        <pre className="log">{log.data === "" ? "Nothing yet." : <Text text={log.data} />}</pre>
      )}
    </details>
  );
}

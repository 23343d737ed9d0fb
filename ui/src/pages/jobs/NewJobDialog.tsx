/** Starts a job by hand. */

import { type FormEvent, useState } from "react";
import { useGates } from "../../api/findings";
import { useControllers, useStartJob } from "../../api/jobs";
import type { JobType, NewJob, Severity } from "../../api/types";
import { go, routes } from "../../app/router";
import { Failed } from "../../components/Basics";
import { Dialog } from "../../components/Dialog";
import { SEVERITIES } from "../../components/Findings";
import { JOB_TYPES } from "./words";

const NEEDS: Record<JobType, { document: boolean; url: boolean }> = {
  OasScoringJob: { document: true, url: false },
  ThirdPartyApiScoringJob: { document: false, url: true },
  FuzzingJob: { document: true, url: true },
};

export function NewJobDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const start = useStartJob();
  const controllers = useControllers();
  const gates = useGates();
  const [type, setType] = useState<JobType>("OasScoringJob");
  const [file, setFile] = useState<File | null>(null);
  const [url, setUrl] = useState("");
  const [severity, setSeverity] = useState<Severity | "">("");
  const [gate, setGate] = useState("");
  const [depth, setDepth] = useState<"Quick" | "Default" | "Deep">("Default");
  const [controller, setController] = useState("");
  const needs = NEEDS[type];
  const close = () => {
    start.reset();
    setFile(null);
    onClose();
  };
  const ready = (!needs.document || file !== null) && (!needs.url || url.trim() !== "") && !start.isPending;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const job: NewJob = { job_type: type };
    if (needs.document && file) {
      job.document = await file.text();
      job.document_name = file.name;
    }
    if (needs.url) job.url = url.trim();
    if (type === "FuzzingJob") job.fuzzing_depth = depth;
    if (severity !== "") job.max_severity_allowed = severity;
    if (gate !== "") job.gate = gate;
    if (controller !== "") job.controller_id = controller;
    start.mutate(job, {
      onSuccess: (made) => {
        close();
        go(routes.job(made.id));
      },
    });
  };
  return (
    <Dialog
      open={open}
      title="Start a job"
      onClose={close}
      actions={
        <>
          <button type="button" className="button" onClick={close}>
            Not now
          </button>
          <button type="submit" form="start-job" className="button button-primary" disabled={!ready}>
            Start
          </button>
        </>
      }
    >
      <form id="start-job" className="form" onSubmit={submit}>
        <label>
          What to do
          <select value={type} onChange={(event) => setType(event.target.value as JobType)}>
            {Object.entries(JOB_TYPES).map(([name, label]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
        {needs.document && (
          <label>
            Contract (OpenAPI, YAML or JSON)
            <input
              type="file"
              accept=".json,.yaml,.yml"
              onChange={(event) => setFile(event.target.files?.[0] ?? null)}
            />
          </label>
        )}
        {needs.url && (
          <label>
            URL of the API
            <input
              type="url"
              value={url}
              required
              maxLength={2000}
              placeholder="https://api.example.com"
              onChange={(event) => setUrl(event.target.value)}
            />
          </label>
        )}
        {type === "FuzzingJob" && (
          <label>
            Depth
            <select value={depth} onChange={(event) => setDepth(event.target.value as typeof depth)}>
              <option value="Quick">Quick: about 5 minutes</option>
              <option value="Default">Default: about 15 minutes</option>
              <option value="Deep">Deep: about 30 minutes</option>
            </select>
          </label>
        )}
        <label>
          Compliant while no finding is worse than
          <select value={severity} onChange={(event) => setSeverity(event.target.value as Severity | "")}>
            <option value="">not judged by severity</option>
            {[...SEVERITIES].reverse().map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {(gates.data?.items ?? []).length > 0 && (
          <label>
            And while this gate holds
            <select value={gate} onChange={(event) => setGate(event.target.value)}>
              <option value="">no gate</option>
              {(gates.data?.items ?? []).map((one) => (
                <option key={one.name} value={one.name}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
        )}
        <label>
          Controller
          <select value={controller} onChange={(event) => setController(event.target.value)}>
            <option value="">any that can</option>
            {(controllers.data?.items ?? [])
              .filter((one) => one.capabilities.includes(type))
              .map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name.slice(0, 60)} ({one.state})
                </option>
              ))}
          </select>
        </label>
        {start.error && <Failed error={start.error} doing="The job was not started" />}
      </form>
    </Dialog>
  );
}

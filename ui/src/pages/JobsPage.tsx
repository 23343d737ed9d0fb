/** Jobs: what was asked for, how far it is, what came of it; and who runs them. */

import { useState } from "react";
import { useControllers, useJobs } from "../api/jobs";
import type { Job } from "../api/types";
import { routes, setSearch, usePlace } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { useMay } from "../app/session";
import { SeverityCounts } from "../components/Badges";
import { Command, Empty, Failed, Loading, Segmented, Time } from "../components/Basics";
import { Icon } from "../components/Icon";
import { LIST_STEP, ListFoot } from "../components/ListFoot";
import { Tabs } from "../components/Tabs";
import { Text } from "../components/Text";
import { plural } from "../lib/format";
import { Controllers } from "./jobs/Controllers";
import { JobPanel } from "./jobs/JobPanel";
import { ComplianceWord, JobProgress, StateWord } from "./jobs/JobWords";
import { NewJobDialog } from "./jobs/NewJobDialog";
import { Schedules } from "./jobs/Schedules";
import { JOB_TYPES, subject } from "./jobs/words";

export function JobsPage({ tab }: { tab: string }) {
  useTitle("Jobs");
  const controllers = useControllers();
  const mayRun = useMay("run");
  const [starting, setStarting] = useState(false);
  const connected = (controllers.data?.items ?? []).filter((one) => one.state === "connected").length;
  return (
    <>
      <PageHead
        title="Jobs"
        note="Audits of contracts, assessments of third parties and fuzzing, started by hand, by CI or by the clock"
        actions={
          mayRun && (
            <button type="button" className="button button-primary" onClick={() => setStarting(true)}>
              Start a job
            </button>
          )
        }
      />
      <Tabs
        label="Jobs"
        current={tab}
        tabs={[
          { key: "list", label: "Jobs", href: routes.jobs() },
          { key: "schedules", label: "Schedules", href: routes.schedules() },
          {
            key: "controllers",
            label: "Controllers",
            href: routes.jobs("controllers"),
            count: controllers.data ? connected : undefined,
          },
        ]}
      />
      {tab === "controllers" && <Controllers />}
      {tab === "schedules" && <Schedules />}
      {tab === "list" && <JobList />}
      <NewJobDialog open={starting} onClose={() => setStarting(false)} />
    </>
  );
}

function JobList() {
  const { search } = usePlace();
  const state = search.get("state") ?? "";
  const type = search.get("type") ?? "";
  const selected = search.get("job");
  const [limit, setLimit] = useState(LIST_STEP);
  const jobs = useJobs({ state, type, limit });
  const list = jobs.data?.items ?? [];
  const filtered = state !== "" || type !== "";
  return (
    <div className={selected ? "with-panel" : undefined}>
      <div className="toolbar">
        <Segmented
          label="State"
          value={state}
          options={[
            { value: "", label: "All" },
            { value: "Pending", label: "Pending" },
            { value: "InProgress", label: "Running" },
            { value: "Completed", label: "Completed" },
            { value: "Failed", label: "Failed" },
            { value: "Cancelled", label: "Cancelled" },
          ]}
          onChange={(value) => setSearch({ state: value })}
        />
        <label className="select">
          <span className="visually-hidden">Type</span>
          <select value={type} onChange={(event) => setSearch({ type: event.target.value })}>
            <option value="">All types</option>
            {Object.entries(JOB_TYPES).map(([name, label]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      {jobs.error && !jobs.data && <Failed error={jobs.error} retry={() => jobs.refetch()} />}
      {jobs.isPending && <Loading />}
      {jobs.data && list.length === 0 && (
        <Empty icon="clock" title={filtered ? "No job matches" : "No jobs yet"}>
          {filtered ? (
            <button type="button" className="button" onClick={() => setSearch({ state: null, type: null })}>
              Show all jobs
            </button>
          ) : (
            <>
              <p>From a pipeline, with a key pair of the role ci:</p>
              <Command command="palisade job start-oas-scoring openapi.yaml --poll" />
            </>
          )}
        </Empty>
      )}
      {list.length > 0 && (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Job</th>
                <th scope="col">State</th>
                <th scope="col" className="c-m">
                  Findings
                </th>
                <th scope="col" className="c-m">
                  Compliant
                </th>
                <th scope="col" className="c-xl">
                  Asked by
                </th>
                <th scope="col">Asked</th>
              </tr>
            </thead>
            <tbody>
              {list.map((job) => (
                <Row key={job.id} job={job} selected={job.id === selected} />
              ))}
            </tbody>
          </table>
          <ListFoot
            shown={plural(list.length, "job")}
            more={Boolean(jobs.data?.next)}
            label="Show older"
            limit={limit}
            most={500}
            onLimit={setLimit}
          />
        </div>
      )}
      {selected && <JobPanel key={selected} id={selected} onClose={() => setSearch({ job: null })} />}
    </div>
  );
}

function Row({ job, selected }: { job: Job; selected: boolean }) {
  const open = () => setSearch({ job: job.id });
  const about = subject(job);
  return (
    <tr
      data-row
      tabIndex={0}
      aria-selected={selected}
      onClick={open}
      onKeyDown={(event) => event.key === "Enter" && open()}
    >
      <td>
        <span className="strong">{JOB_TYPES[job.job_type]}</span>
        {job.application && (
          <span className="tag">
            <Text text={`${job.application} ${job.application_version ?? ""}`.trim()} limit={40} />
          </span>
        )}
        <div className="sub mono">
          <Text text={about} limit={70} />
        </div>
      </td>
      <td>
        <StateWord state={job.state} />
        {job.state === "InProgress" ? (
          <JobProgress job={job} />
        ) : (
          job.reason && (
            <div className="sub">
              <Text text={job.reason} limit={80} />
            </div>
          )
        )}
      </td>
      <td className="c-m">
        {job.summary ? <SeverityCounts summary={job.summary} /> : <span className="muted">not assessed</span>}
      </td>
      <td className="c-m">
        <ComplianceWord compliant={job.compliant} />
      </td>
      <td className="c-xl">
        <Icon name="key" /> <Text text={job.created_by} limit={40} />
      </td>
      <td className="nowrap">
        <Time time={job.created_at} />
      </td>
    </tr>
  );
}

/** Jobs by the clock: when they run, what came of the last runs, and what changed from one to the next. */

import { type FormEvent, useState } from "react";
import { useGates } from "../../api/findings";
import {
  useRemoveSchedule,
  useRunSchedule,
  useSaveSchedule,
  useScheduleRuns,
  useSchedules,
} from "../../api/jobs";
import { useApis } from "../../api/queries";
import type { Comparison, JobSchedule, JobType, NewJob, ScheduleRun } from "../../api/types";
import { Link, routes } from "../../app/router";
import { useMay } from "../../app/session";
import { toast, toastError } from "../../app/toasts";
import { SeverityCounts } from "../../components/Badges";
import { Empty, Failed, Loading, Time } from "../../components/Basics";
import { Dialog } from "../../components/Dialog";
import { Panel, PanelSection } from "../../components/Panel";
import { Text } from "../../components/Text";
import { plural } from "../../lib/format";
import { ComplianceWord } from "./JobWords";
import { JOB_TYPES } from "./words";

const TONES: Record<ScheduleRun["state"], string> = {
  Due: "muted",
  Started: "info",
  Skipped: "muted",
  Refused: "bad",
  Completed: "good",
  Failed: "bad",
  Cancelled: "muted",
};

export function Schedules() {
  const schedules = useSchedules();
  const mayRun = useMay("run");
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<string | null>(null);
  const list = schedules.data?.items ?? [];
  const selected = list.find((schedule) => schedule.id === shown);
  const button = mayRun && (
    <button type="button" className="button button-primary" onClick={() => setMaking(true)}>
      New schedule
    </button>
  );
  return (
    <div className={selected ? "with-panel" : undefined}>
      {schedules.error && !schedules.data && (
        <Failed error={schedules.error} retry={() => schedules.refetch()} />
      )}
      {schedules.isPending && <Loading />}
      {schedules.data && list.length === 0 && (
        <Empty icon="clock" title="No schedule yet">
          <p>A job can run by the clock. Each run is compared with the one before: what appears shows.</p>
          {button}
        </Empty>
      )}
      {list.length > 0 && (
        <>
          <div className="toolbar">{button}</div>
          <div className="table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Schedule</th>
                  <th scope="col">Next</th>
                  <th scope="col">Last run</th>
                  <th scope="col" className="c-m">
                    What changed
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.map((schedule) => (
                  <tr
                    key={schedule.id}
                    data-row
                    tabIndex={0}
                    aria-selected={schedule.id === shown}
                    onClick={() => setShown(schedule.id)}
                    onKeyDown={(event) => event.key === "Enter" && setShown(schedule.id)}
                  >
                    <td>
                      <Text text={schedule.name} limit={60} className="strong" />
                      <div className="sub">
                        {typeOf(schedule)}, <Text text={schedule.description} limit={80} /> (
                        <Text text={schedule.time_zone} limit={40} />)
                      </div>
                    </td>
                    <td className="nowrap">
                      {schedule.enabled ? (
                        <Time time={schedule.next[0]} />
                      ) : (
                        <span className="tag">paused</span>
                      )}
                    </td>
                    <td>
                      {schedule.last_run ? (
                        <RunState run={schedule.last_run} />
                      ) : (
                        <span className="muted">none</span>
                      )}
                    </td>
                    <td className="c-m">
                      <Change comparison={schedule.last_run?.comparison} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {selected && <SchedulePanel key={selected.id} schedule={selected} onClose={() => setShown(null)} />}
      <NewSchedule open={making} onClose={() => setMaking(false)} />
    </div>
  );
}

function typeOf(schedule: JobSchedule): string {
  const type = (schedule.job as { job_type?: JobType }).job_type;
  return (type && JOB_TYPES[type]) ?? "Job";
}

function RunState({ run }: { run: ScheduleRun }) {
  return (
    <>
      <span className={`badge tone-${TONES[run.state]}`}>{run.state.toLowerCase()}</span>{" "}
      <Time time={run.ended_at ?? run.begun_at} />
      {run.summary && (
        <div className="sub">
          <SeverityCounts summary={run.summary} />
        </div>
      )}
      {run.reason && (
        <div className="sub">
          <Text text={run.reason} limit={160} />
        </div>
      )}
    </>
  );
}

/** What a run brought against the one before: operations, findings, points. */
function Change({ comparison }: { comparison: Comparison | null | undefined }) {
  if (!comparison) return <span className="muted">nothing to compare with</span>;
  const words: string[] = [];
  const { operations, findings } = comparison;
  if (operations && operations.added_count > 0)
    words.push(`${plural(operations.added_count, "new operation")}`);
  if (operations && operations.removed_count > 0)
    words.push(`${plural(operations.removed_count, "operation")} gone`);
  if (findings.new_count > 0) words.push(plural(findings.new_count, "new finding"));
  if (findings.fixed_count > 0) words.push(`${plural(findings.fixed_count, "finding")} fixed`);
  if (comparison.score_change) {
    const sign = comparison.score_change > 0 ? "+" : "";
    words.push(`${sign}${comparison.score_change.toFixed(1)} points`);
  }
  return words.length === 0 ? <span className="muted">nothing</span> : words.join(", ");
}

function SchedulePanel({ schedule, onClose }: { schedule: JobSchedule; onClose: () => void }) {
  const runs = useScheduleRuns(schedule.id);
  const run = useRunSchedule(schedule.id);
  const save = useSaveSchedule();
  const remove = useRemoveSchedule();
  const mayRun = useMay("run");
  const pause = () =>
    save.mutate(
      {
        id: schedule.id,
        change: {
          name: schedule.name,
          cron: schedule.cron,
          time_zone: schedule.time_zone,
          job: schedule.job as unknown as NewJob,
          contract_of: schedule.contract_of ?? null,
          missed: schedule.missed,
          enabled: !schedule.enabled,
        },
      },
      { onError: toastError("The schedule was not changed") },
    );
  return (
    <Panel name={schedule.id} title={<Text text={schedule.name} limit={60} />} onClose={onClose}>
      <dl className="fact-grid">
        <div>
          <dt>When</dt>
          <dd>
            <code>{schedule.cron}</code> (<Text text={schedule.time_zone} limit={40} />)
          </dd>
        </div>
        <div>
          <dt>Job</dt>
          <dd>{typeOf(schedule)}</dd>
        </div>
      </dl>
      {mayRun && (
        <div className="button-row">
          <button
            type="button"
            className="button"
            disabled={run.isPending}
            onClick={() =>
              run.mutate(undefined, {
                onSuccess: () => toast("The run has begun."),
                onError: toastError("The run has not begun"),
              })
            }
          >
            Run now
          </button>
          {(schedule.document_bytes ?? 0) === 0 && (
            <button type="button" className="button" disabled={save.isPending} onClick={pause}>
              {schedule.enabled ? "Pause" : "Go on"}
            </button>
          )}
          <button
            type="button"
            className="button button-danger"
            disabled={remove.isPending}
            onClick={() =>
              remove.mutate(schedule.id, {
                onSuccess: () => {
                  onClose();
                  toast("The schedule is removed.");
                },
                onError: toastError("The schedule was not removed"),
              })
            }
          >
            Remove
          </button>
        </div>
      )}
      <PanelSection title="Runs">
        {runs.isPending && <Loading />}
        <ol className="timeline">
          {(runs.data?.items ?? []).map((one) => (
            <li key={one.id}>
              <RunState run={one} />{" "}
              {one.application_version && (
                <span className="tag">
                  <Text text={one.application_version} limit={40} />
                </span>
              )}{" "}
              <ComplianceWord compliant={one.compliant} />
              <div className="sub">
                <Change comparison={one.comparison} />
                {one.job_id && (
                  <>
                    {" "}
                    <Link href={routes.job(one.job_id)}>Its job</Link>
                  </>
                )}
              </div>
            </li>
          ))}
        </ol>
      </PanelSection>
    </Panel>
  );
}

function NewSchedule({ open, onClose }: { open: boolean; onClose: () => void }) {
  const save = useSaveSchedule();
  const apis = useApis();
  const gates = useGates();
  const [name, setName] = useState("");
  const [cron, setCron] = useState("0 3 * * *");
  const [zone, setZone] = useState("UTC");
  const [type, setType] = useState<JobType>("OasScoringJob");
  const [api, setApi] = useState("");
  const [url, setUrl] = useState("");
  const [gate, setGate] = useState("");
  const contract = type !== "ThirdPartyApiScoringJob";
  const asks = type !== "OasScoringJob";
  const close = () => {
    save.reset();
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const job: NewJob = { job_type: type };
    if (asks) job.url = url.trim();
    if (gate !== "") job.gate = gate;
    save.mutate(
      {
        id: null,
        change: {
          name: name.trim(),
          cron: cron.trim(),
          time_zone: zone.trim(),
          job,
          contract_of: contract ? api : null,
          missed: "once",
          enabled: true,
        },
      },
      {
        onSuccess: () => {
          close();
          toast("The schedule is there.");
        },
      },
    );
  };
  const ready =
    name.trim() !== "" && (!contract || api !== "") && (!asks || url.trim() !== "") && !save.isPending;
  return (
    <Dialog
      open={open}
      title="New schedule"
      onClose={close}
      actions={
        <>
          <button type="button" className="button" onClick={close}>
            Not now
          </button>
          <button type="submit" form="new-schedule" className="button button-primary" disabled={!ready}>
            Create
          </button>
        </>
      }
    >
      <form id="new-schedule" className="form" onSubmit={submit}>
        <label>
          Name
          <input
            value={name}
            maxLength={100}
            pattern="[A-Za-z0-9._\-]+"
            required
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label>
          When: minute, hour, day of the month, month, day of the week
          <input
            className="mono"
            value={cron}
            maxLength={100}
            required
            onChange={(event) => setCron(event.target.value)}
          />
        </label>
        <label>
          Time zone
          <input value={zone} maxLength={100} required onChange={(event) => setZone(event.target.value)} />
        </label>
        <label>
          What to do
          <select value={type} onChange={(event) => setType(event.target.value as JobType)}>
            {Object.entries(JOB_TYPES).map(([key, label]) => (
              <option key={key} value={key}>
                {label}
              </option>
            ))}
          </select>
        </label>
        {contract && (
          <label>
            Contract of
            <select value={api} required onChange={(event) => setApi(event.target.value)}>
              <option value="">choose an API</option>
              {(apis.data?.items ?? []).map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name.slice(0, 60)}
                </option>
              ))}
            </select>
          </label>
        )}
        {asks && (
          <label>
            URL of the API
            <input
              type="url"
              value={url}
              required
              maxLength={2000}
              onChange={(event) => setUrl(event.target.value)}
            />
          </label>
        )}
        {(gates.data?.items ?? []).length > 0 && (
          <label>
            Compliant while this gate holds
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
        {save.error && <Failed error={save.error} doing="The schedule was not saved" />}
      </form>
    </Dialog>
  );
}

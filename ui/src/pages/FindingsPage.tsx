/** Findings of every API: what is open, what people accepted, what is fixed, what came back. */

import { type FormEvent, useDeferredValue, useState } from "react";
import { useAcknowledge, useAllFindings, useFinding, useReopenFinding } from "../api/findings";
import { useApis, useRules } from "../api/queries";
import type { FindingDetail as Detail, FindingState, StoredFinding } from "../api/types";
import { Link, routes, setSearch, usePlace } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { useMay } from "../app/session";
import { toast, toastError } from "../app/toasts";
import { SeverityBadge } from "../components/Badges";
import { Empty, Failed, Loading, Notice, SearchField, Segmented, Time } from "../components/Basics";
import { Dialog } from "../components/Dialog";
import { FindingDetail, SEVERITIES } from "../components/Findings";
import { LIST_STEP, ListFoot } from "../components/ListFoot";
import { Panel, PanelSection } from "../components/Panel";
import { Text } from "../components/Text";
import { plural } from "../lib/format";

const STATES: Record<FindingState, { tone: string; help: string }> = {
  open: { tone: "bad", help: "It is there" },
  acknowledged: { tone: "info", help: "It is there, and somebody accepted it" },
  fixed: { tone: "good", help: "A later run that covers it did not find it" },
  regressed: { tone: "bad", help: "It was fixed and is there again" },
};

function FindingStateWord({ state }: { state: FindingState }) {
  return (
    <span className={`badge tone-${STATES[state].tone}`} title={STATES[state].help}>
      {state}
    </span>
  );
}

export function FindingsPage() {
  useTitle("Findings");
  const { search } = usePlace();
  const of = (name: string) => search.get(name) ?? "";
  const text = useDeferredValue(of("q"));
  const apis = useApis();
  const [limit, setLimit] = useState(LIST_STEP);
  const state = of("state") === "" ? "open" : of("state");
  const findings = useAllFindings({
    state: state === "any" ? "" : state,
    severity: of("severity"),
    api: of("api"),
    text: text.trim(),
    limit,
  });
  const list = findings.data?.items ?? [];
  const selected = search.get("finding");
  const names = new Map((apis.data?.items ?? []).map((api) => [api.id, api.name]));
  return (
    <div className={selected ? "with-panel" : undefined}>
      <PageHead
        title="Findings"
        note="Of every API, from contracts and traffic; the same finding found again is the same finding"
      />
      <div className="toolbar">
        <SearchField
          value={of("q")}
          onChange={(value) => setSearch({ q: value })}
          label="Search findings"
          placeholder="Rule"
        />
        <Segmented
          label="State"
          value={state}
          options={[
            { value: "open", label: "Open" },
            { value: "regressed", label: "Regressed" },
            { value: "acknowledged", label: "Acknowledged" },
            { value: "fixed", label: "Fixed" },
            { value: "any", label: "All" },
          ]}
          onChange={(value) => setSearch({ state: value === "open" ? null : value })}
        />
        <label className="select">
          <span className="visually-hidden">Severity</span>
          <select value={of("severity")} onChange={(event) => setSearch({ severity: event.target.value })}>
            <option value="">Every severity</option>
            {SEVERITIES.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="select">
          <span className="visually-hidden">API</span>
          <select value={of("api")} onChange={(event) => setSearch({ api: event.target.value })}>
            <option value="">All APIs</option>
            {(apis.data?.items ?? []).map((api) => (
              <option key={api.id} value={api.id}>
                {api.name.slice(0, 60)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {findings.error && !findings.data && <Failed error={findings.error} retry={() => findings.refetch()} />}
      {findings.isPending && <Loading />}
      {findings.data && list.length === 0 && (
        <Empty icon="check" title="No finding here">
          <p>Nothing matches what is chosen above. That is no proof of safety.</p>
        </Empty>
      )}
      {list.length > 0 && (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Severity</th>
                <th scope="col">Finding</th>
                <th scope="col">State</th>
                <th scope="col" className="c-m">
                  API
                </th>
                <th scope="col" className="c-xl">
                  First
                </th>
                <th scope="col">Last</th>
              </tr>
            </thead>
            <tbody>
              {list.map((finding) => (
                <Row
                  key={finding.id}
                  finding={finding}
                  api={names.get(finding.api_id) ?? ""}
                  selected={finding.id === selected}
                />
              ))}
            </tbody>
          </table>
          <ListFoot
            shown={plural(list.length, "finding")}
            more={Boolean(findings.data?.next)}
            label="Show more"
            limit={limit}
            most={500}
            onLimit={setLimit}
          />
        </div>
      )}
      {selected && <FindingPanel key={selected} id={selected} onClose={() => setSearch({ finding: null })} />}
    </div>
  );
}

function Row({ finding, api, selected }: { finding: StoredFinding; api: string; selected: boolean }) {
  const open = () => setSearch({ finding: finding.id });
  return (
    <tr
      data-row
      tabIndex={0}
      aria-selected={selected}
      onClick={open}
      onKeyDown={(event) => event.key === "Enter" && open()}
    >
      <td>
        <SeverityBadge severity={finding.severity} />
      </td>
      <td>
        <Text text={finding.message} limit={110} />
        <div className="sub">
          <span className="tag">{finding.rule}</span>{" "}
          {finding.operation && <Text text={finding.operation} limit={60} className="mono" />}
        </div>
      </td>
      <td>
        <FindingStateWord state={finding.state} />
      </td>
      <td className="c-m">
        <Text text={api} limit={30} />
      </td>
      <td className="c-xl nowrap">
        <Time time={finding.first_observed} />
      </td>
      <td className="nowrap">
        <Time time={finding.last_observed} />
      </td>
    </tr>
  );
}

function FindingPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const finding = useFinding(id);
  const rules = useRules();
  const mayJudge = useMay("judge");
  const reopen = useReopenFinding();
  const [accepting, setAccepting] = useState(false);
  const one = finding.data;
  const still = one && (one.state === "open" || one.state === "regressed");
  return (
    <Panel name={id} title="Finding" onClose={onClose}>
      {finding.error && !one && <Failed error={finding.error} retry={() => finding.refetch()} />}
      {finding.isPending && <Loading />}
      {one && (
        <>
          <p>
            <FindingStateWord state={one.state} /> since <Time time={one.changed_at} />
          </p>
          <FindingDetail finding={one} rule={rules.data?.items.find((rule) => rule.id === one.rule)} />
          <p>
            <Link href={routes.api(one.api_id, "findings")}>All findings of this API</Link>
          </p>
          {one.acknowledged && (
            <Notice>
              <Text text={one.acknowledged.by} limit={60} /> accepted it <Time time={one.acknowledged.at} />
              {one.acknowledged.until && (
                <>
                  , until <Time time={one.acknowledged.until} />
                </>
              )}
              : <Text text={one.acknowledged.reason} limit={600} />
            </Notice>
          )}
          {mayJudge && still && (
            <button type="button" className="button" onClick={() => setAccepting(true)}>
              Acknowledge
            </button>
          )}
          {mayJudge && one.acknowledged && (
            <button
              type="button"
              className="button"
              disabled={reopen.isPending}
              onClick={() =>
                reopen.mutate(id, {
                  onSuccess: () => toast("The finding is open again."),
                  onError: toastError("The finding was not reopened"),
                })
              }
            >
              Open it again
            </button>
          )}
          <History finding={one} />
          <AcknowledgeDialog id={id} open={accepting} onClose={() => setAccepting(false)} />
        </>
      )}
    </Panel>
  );
}

function History({ finding }: { finding: Detail }) {
  return (
    <PanelSection title="History">
      <ol className="timeline">
        {finding.history.map((change) => (
          <li key={`${change.time} ${change.state}`}>
            <FindingStateWord state={change.state} /> <Time time={change.time} />
            {change.by && (
              <>
                {" "}
                by <Text text={change.by} limit={60} />
              </>
            )}
            {change.until && (
              <>
                {" "}
                until <Time time={change.until} />
              </>
            )}
            {change.reason && (
              <div className="sub">
                <Text text={change.reason} limit={300} />
              </div>
            )}
          </li>
        ))}
      </ol>
    </PanelSection>
  );
}

function AcknowledgeDialog({ id, open, onClose }: { id: string; open: boolean; onClose: () => void }) {
  const acknowledge = useAcknowledge();
  const [reason, setReason] = useState("");
  const [days, setDays] = useState("90");
  const close = () => {
    acknowledge.reset();
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const until = days === "" ? null : new Date(Date.now() + Number(days) * 86_400_000).toISOString();
    acknowledge.mutate(
      { id, reason: reason.trim(), expires_at: until },
      {
        onSuccess: () => {
          close();
          toast("The finding is acknowledged.");
        },
      },
    );
  };
  return (
    <Dialog
      open={open}
      title="Acknowledge this finding"
      onClose={close}
      actions={
        <>
          <button type="button" className="button" onClick={close}>
            Not now
          </button>
          <button
            type="submit"
            form="acknowledge"
            className="button button-primary"
            disabled={reason.trim() === "" || acknowledge.isPending}
          >
            Acknowledge
          </button>
        </>
      }
    >
      <form id="acknowledge" className="form" onSubmit={submit}>
        <p>It stays in the list and counts against no gate until it expires.</p>
        <label>
          Why
          <input
            value={reason}
            maxLength={1000}
            required
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <label>
          Days until it is open again (empty: never)
          <input
            type="number"
            min="1"
            max="3650"
            value={days}
            onChange={(event) => setDays(event.target.value)}
          />
        </label>
        {acknowledge.error && <Failed error={acknowledge.error} doing="It was not acknowledged" />}
      </form>
    </Dialog>
  );
}

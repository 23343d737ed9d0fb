/** What protects an API: the switch between observe and block, its settings, their history. */

import { Fragment, useState } from "react";
import { useExceptions, useOperations, usePreview, useSetMode } from "../../api/queries";
import type { Api, Operation, Preview, PreviewOperation, PreviewReason } from "../../api/types";
import { Link, routes, setSearch, usePlace } from "../../app/router";
import { useMayWrite } from "../../app/session";
import { toast } from "../../app/toasts";
import { useAllowWithUndo } from "../../components/allow";
import { Method } from "../../components/Badges";
import { Card, Empty, Failed, Loading, Notice, Segmented, Time } from "../../components/Basics";
import { BlockMeter } from "../../components/Charts";
import { Dialog } from "../../components/Dialog";
import { Icon } from "../../components/Icon";
import { Path, Text } from "../../components/Text";
import { count, percent, plural } from "../../lib/format";
import { BansCard } from "./protection/BansCard";
import { HistoryView } from "./protection/HistoryView";
import { SettingsView } from "./protection/SettingsView";

const VIEWS = [
  { value: "overview", label: "Overview" },
  { value: "settings", label: "Settings" },
  { value: "history", label: "History" },
] as const;

type View = (typeof VIEWS)[number]["value"];

export function ProtectionTab({ api }: { api: Api }) {
  const { search } = usePlace();
  const view = VIEWS.find((entry) => entry.value === search.get("view"))?.value ?? "overview";
  return (
    <>
      <div className="toolbar">
        <Segmented<View>
          label="Part of the protection"
          value={view}
          options={[...VIEWS]}
          onChange={(value) => setSearch({ view: value === "overview" ? null : value }, false)}
        />
      </div>
      {view === "overview" && <Overview api={api} />}
      {view === "settings" && <SettingsView api={api} />}
      {view === "history" && <HistoryView api={api} />}
    </>
  );
}

function Overview({ api }: { api: Api }) {
  const preview = usePreview(api.id);
  return (
    <div className="stack">
      <ModeCard api={api} preview={preview.data} />
      {preview.error && !preview.data && <Failed error={preview.error} retry={() => preview.refetch()} />}
      {preview.isPending && <Loading />}
      {preview.data && <PreviewCard api={api} preview={preview.data} />}
      <BansCard api={api} />
      <ExceptionsCard api={api} />
    </div>
  );
}

function ModeCard({ api, preview }: { api: Api; preview: Preview | undefined }) {
  const [asking, setAsking] = useState(false);
  const set = useSetMode(api.id);
  const mayWrite = useMayWrite();
  const blocking = api.mode === "block";
  const reason = api.read_only
    ? "A file manages this API: change the mode there."
    : !mayWrite
      ? "Viewers cannot change the mode."
      : !blocking && !api.contract.approved
        ? "Approve a contract first: without one there is nothing to judge by."
        : null;
  const change = () =>
    set.mutate(blocking ? "observe" : "block", {
      onSuccess: () => {
        setAsking(false);
        toast(blocking ? "The API is back in observe: nothing is rejected." : "The API is in block mode.");
      },
    });
  return (
    <section className={`card mode-card mode-card-${api.mode}`} aria-label="Mode">
      <Icon name={blocking ? "shield" : "eye"} className="mode-icon" />
      <div className="mode-text">
        <h2>{blocking ? "Blocking" : "Observing"}</h2>
        <p>
          {blocking
            ? "Requests that break the approved contract are rejected and never reach the upstream."
            : "Every request is passed on unchanged. What block mode would reject is reported as an event."}
        </p>
        {reason && (
          <p className="muted">
            {reason}{" "}
            {!api.contract.approved && !api.read_only && (
              <Link href={routes.api(api.id, "contract")}>Open the contract</Link>
            )}
          </p>
        )}
      </div>
      <button
        type="button"
        className={blocking ? "button" : "button button-primary"}
        disabled={reason !== null}
        onClick={() => setAsking(true)}
      >
        {blocking ? "Back to observe" : "Switch to block"}
      </button>
      <Dialog
        open={asking}
        title={blocking ? "Go back to observe?" : "Switch to block?"}
        onClose={() => {
          setAsking(false);
          set.reset();
        }}
        actions={
          <>
            <button type="button" className="button" onClick={() => setAsking(false)}>
              Cancel
            </button>
            <button
              type="button"
              className={blocking ? "button button-primary" : "button button-danger"}
              disabled={set.isPending}
              onClick={change}
            >
              {blocking ? "Observe" : "Block"}
            </button>
          </>
        }
      >
        {blocking ? (
          <p>Requests that break the contract are passed on again and only reported.</p>
        ) : (
          <Consequences preview={preview} />
        )}
        {set.error && <Failed error={set.error} doing="The mode was not changed" />}
      </Dialog>
    </section>
  );
}

function Consequences({ preview }: { preview: Preview | undefined }) {
  if (!preview || preview.judged === 0) {
    return (
      <Notice tone="warn">
        Nothing has been judged yet, so nobody can say what would be rejected. Let some traffic pass in
        observe first.
      </Notice>
    );
  }
  const thin = preview.operations.filter((operation) => operation.thin);
  const hit = preview.operations.filter((operation) => !operation.thin && operation.would_block > 0);
  const unknown = preview.operations.reduce((sum, operation) => sum + operation.not_assessed, 0);
  return (
    <ul className="consequences">
      <li>
        Would have blocked <strong>{count(preview.would_block)}</strong> of {count(preview.judged)} requests (
        {percent(preview.would_block, preview.judged)}).
      </li>
      {hit.slice(0, 5).map((operation) => (
        <li key={`${operation.method} ${operation.path}`}>
          <Target row={operation} />: {count(operation.would_block)} of {count(operation.judged)}
        </li>
      ))}
      {hit.length > 5 && <li>and {plural(hit.length - 5, "more operation")}.</li>}
      {thin.length > 0 && (
        <li>
          {thin.length === 1 ? "1 operation stays" : `${thin.length} operations stay`} in observe: too few
          requests were seen to block safely.
        </li>
      )}
      {unknown > 0 && (
        <li>{plural(unknown, "request")} could not be assessed; whether they would pass is not known.</li>
      )}
      <li>You can go back to observe at any moment, and allow single reasons from an event.</li>
    </ul>
  );
}

function PreviewCard({ api, preview }: { api: Api; preview: Preview }) {
  const operations = useOperations(api.id);
  const list = [...preview.operations].sort(
    (a, b) => b.would_block - a.would_block || b.judged - a.judged || (a.path < b.path ? -1 : 1),
  );
  const unknown = list.reduce((sum, operation) => sum + operation.not_assessed, 0);
  return (
    <Card
      title={api.mode === "block" ? "What blocking does" : "What blocking would do"}
      note={
        preview.contract === "candidate"
          ? "Judged by the learned contract, on traffic it was not learned from"
          : preview.contract === "approved"
            ? "Judged by the approved contract"
            : undefined
      }
    >
      {preview.judged === 0 ? (
        <Empty icon="clock" title="Nothing judged yet">
          <p>
            <Text
              text={
                preview.text ||
                "Requests are judged as they come; only traffic that the contract was not learned from counts."
              }
              limit={300}
            />
          </p>
        </Empty>
      ) : (
        <>
          <div className="preview-sum">
            <p className="preview-number">
              Would have blocked <strong>{count(preview.would_block)}</strong> of{" "}
              <strong>{count(preview.judged)}</strong>
            </p>
            <BlockMeter part={preview.would_block} whole={preview.judged} />
            <p className="muted">
              <Text text={preview.text} limit={300} />
              {preview.since && (
                <>
                  {" "}
                  Counting since <Time time={preview.since} />.
                </>
              )}
              {unknown > 0 && <> {plural(unknown, "request")} not assessed.</>}
            </p>
          </div>
          <div className="table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Operation</th>
                  <th scope="col">Would have blocked</th>
                  <th scope="col" className="c-m">
                    In block mode
                  </th>
                  <th scope="col" className="c-m">
                    Reasons
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.map((operation) => (
                  <PreviewRow
                    key={`${operation.method} ${operation.path}`}
                    api={api}
                    row={operation}
                    protection={
                      operations.data?.items.find((entry) => entry.id === operation.operation_id)?.protection
                    }
                  />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Card>
  );
}

/** The operation of a row; requests that no operation matches are one row without a name. */
function Target({ row }: { row: PreviewOperation }) {
  if (row.path === "") return <span>Requests that match no operation</span>;
  return (
    <span className="operation">
      <Method method={row.method} />
      <Path path={row.path} limit={80} />
    </span>
  );
}

function PreviewRow({
  api,
  row,
  protection,
}: {
  api: Api;
  row: PreviewOperation;
  protection: Operation["protection"] | undefined;
}) {
  const [open, setOpen] = useState(false);
  const toggle = () => row.reasons.length > 0 && setOpen(!open);
  return (
    <Fragment>
      <tr
        data-row
        tabIndex={0}
        aria-expanded={row.reasons.length > 0 ? open : undefined}
        onClick={toggle}
        onKeyDown={(event) => event.key === "Enter" && event.target === event.currentTarget && toggle()}
      >
        <td>
          <span className="operation">
            {row.reasons.length > 0 ? <Icon name={open ? "down" : "right"} /> : <span className="icon" />}
            <Target row={row} />
          </span>
        </td>
        <td>
          <span className="would">
            <span>
              {count(row.would_block)} of {count(row.judged)}
            </span>
            <BlockMeter part={row.would_block} whole={row.judged} />
          </span>
          {row.not_assessed > 0 && <div className="sub">{count(row.not_assessed)} not assessed</div>}
        </td>
        <td className="c-m">
          {row.thin && protection !== "block" ? (
            <span
              className="protection protection-thin-evidence"
              title="Too few requests were seen to block safely"
            >
              <Icon name="clock" /> stays in observe{row.needed > 0 && `: needs ${row.needed} more`}
            </span>
          ) : protection === "observe" && api.mode === "block" ? (
            <span className="protection">
              <Icon name="eye" /> stays in observe
            </span>
          ) : (
            <span className="protection">
              <Icon name="shield" /> {api.mode === "block" ? "blocks" : "would block"}
            </span>
          )}
        </td>
        <td className="c-m">
          {row.reasons.length === 0 ? (
            <span className="muted">none</span>
          ) : (
            plural(row.reasons.length, "reason")
          )}
        </td>
      </tr>
      {open && (
        <tr className="row-detail">
          <td colSpan={4}>
            <ul className="reasons">
              {row.reasons.map((reason) => (
                <Reason
                  key={`${reason.code} ${reason.in} ${reason.name ?? ""} ${reason.pointer ?? ""}`}
                  api={api}
                  reason={reason}
                />
              ))}
            </ul>
          </td>
        </tr>
      )}
    </Fragment>
  );
}

function Reason({ api, reason }: { api: Api; reason: PreviewReason }) {
  const { allow, pending } = useAllowWithUndo();
  const mayWrite = useMayWrite() && !api.read_only;
  const sample = reason.sample_event;
  return (
    <li className="reason">
      <span className="reason-count">{count(reason.count)}×</span>
      <span className="reason-text">
        <span className="tag">{reason.in}</span>{" "}
        {(reason.name || reason.pointer) && (
          <code>
            <Text text={reason.name || reason.pointer || ""} limit={60} />
          </code>
        )}{" "}
        <Text text={reason.message} limit={200} />
      </span>
      {sample && (
        <span className="button-row">
          <Link className="button button-small" href={routes.event(sample)}>
            Sample event
          </Link>
          <button
            type="button"
            className="button button-small"
            disabled={!mayWrite || pending}
            onClick={() => allow(api.id, sample)}
          >
            Allow this
          </button>
        </span>
      )}
    </li>
  );
}

function ExceptionsCard({ api }: { api: Api }) {
  const exceptions = useExceptions(api.id);
  const { undo, pending } = useAllowWithUndo();
  const mayWrite = useMayWrite() && !api.read_only;
  const list = exceptions.data?.items ?? [];
  return (
    <Card title="Exceptions" note="What you allowed although the contract says no">
      {exceptions.error && !exceptions.data && (
        <Failed error={exceptions.error} retry={() => exceptions.refetch()} />
      )}
      {exceptions.data && list.length === 0 && (
        <p className="card-text muted">
          None. An event offers “Allow this”; what you allow is listed here and can be undone.
        </p>
      )}
      {list.length > 0 && (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Operation</th>
                <th scope="col">What is allowed</th>
                <th scope="col" className="c-m">
                  Made
                </th>
                <th scope="col">
                  <span className="visually-hidden">Undo</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.map((exception) => (
                <tr key={exception.id}>
                  <td className="mono">
                    <Text text={exception.operation || "any"} limit={70} />
                  </td>
                  <td>
                    <span className="tag">{exception.in}</span>{" "}
                    <Text text={exception.name || exception.pointer || ""} limit={60} className="mono" />{" "}
                    <span className="muted">{exception.code}</span>
                  </td>
                  <td className="c-m">
                    <Time time={exception.created_at} /> by <Text text={exception.created_by} limit={30} />
                    {exception.event_uuid && (
                      <div className="sub">
                        <Link href={routes.event(exception.event_uuid)}>from this event</Link>
                      </div>
                    )}
                  </td>
                  <td className="num">
                    <button
                      type="button"
                      className="button button-small"
                      disabled={!mayWrite || pending}
                      onClick={() => undo(api.id, exception.id)}
                    >
                      <Icon name="undo" /> Undo
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

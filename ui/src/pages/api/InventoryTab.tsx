/** Every operation seen or promised, with what is known about it. */

import { useMemo } from "react";
import { useOperations } from "../../api/queries";
import type { Api, Operation, OperationState } from "../../api/types";
import { setSearch, usePlace } from "../../app/router";
import { useCurrentSession } from "../../app/session";
import { Method, ProtectionMark, SeverityBadge, STATE_HELP, StateBadge } from "../../components/Badges";
import { Failed, Loading, SearchField, SendTraffic, Time } from "../../components/Basics";
import { StatusMix } from "../../components/Charts";
import { type Column, SortHead } from "../../components/SortHead";
import { Path } from "../../components/Text";
import { count, plural } from "../../lib/format";
import { inert } from "../../lib/inert";
import { OperationPanel } from "./OperationPanel";
import { compareBy, type SortKey } from "./sort";

const STATES: OperationState[] = ["shadow", "zombie", "learned", "documented", "orphan"];
const COLUMNS: Column<SortKey>[] = [
  { key: "path", label: "Operation" },
  { key: "state", label: "State" },
  { key: "hits", label: "Hits", className: "num" },
  { key: "last", label: "Last seen" },
  { key: "first", label: "First seen", className: "c-xl" },
  {
    key: "errors",
    label: "Answers",
    className: "c-m",
    help: "By class of status; sorts by the share of errors",
  },
  {
    key: "principals",
    label: "Callers",
    className: "num c-m",
    help: "Distinct callers: key, token subject, certificate, else client address",
  },
  {
    key: "sensitive",
    label: "Sensitive",
    className: "c-l",
    help: "Fields with sensitive data in requests or responses",
  },
  { key: "findings", label: "Findings", className: "c-m" },
  { key: "protection", label: "Protection", className: "c-m" },
];

export function InventoryTab({ api }: { api: Api }) {
  const operations = useOperations(api.id);
  const session = useCurrentSession();
  const { search } = usePlace();
  const state = search.get("state") ?? "";
  const text = search.get("q") ?? "";
  const sort = (search.get("sort") ?? "state") as SortKey;
  const down = search.get("dir") === "down";
  const selected = search.get("op");
  const all = operations.data?.items;
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const list = (all ?? []).filter(
      (operation) =>
        (state === "" || operation.state === state) &&
        (wanted === "" ||
          `${operation.method} ${operation.path} ${operation.summary ?? ""}`.toLowerCase().includes(wanted)),
    );
    return list.sort(compareBy(sort, down));
  }, [all, state, text, sort, down]);

  if (operations.error && !all) return <Failed error={operations.error} retry={() => operations.refetch()} />;
  if (!all) return <Loading />;
  if (all.length === 0) return <SendTraffic gateway={session?.gateway_url} />;
  const sortBy = (key: SortKey) =>
    setSearch({
      sort: key,
      dir:
        sort === key && !down
          ? "down"
          : sort === key
            ? null
            : key === "path" || key === "state"
              ? null
              : "down",
    });
  return (
    <div className={selected ? "with-panel" : undefined}>
      <div className="toolbar">
        <SearchField
          value={text}
          onChange={(value) => setSearch({ q: value })}
          label="Search operations"
          placeholder="Method, path or summary"
        />
        <fieldset className="filters">
          <legend className="visually-hidden">Filter by state</legend>
          {STATES.filter((name) => api.state_counts[name] > 0 || name === state).map((name) => (
            <button
              key={name}
              type="button"
              className={state === name ? "chip chip-on" : "chip"}
              aria-pressed={state === name}
              title={STATE_HELP[name]}
              onClick={() => setSearch({ state: state === name ? null : name })}
            >
              <i className={`dot fill-${name}`} />
              {name} <span className="chip-count">{api.state_counts[name]}</span>
            </button>
          ))}
        </fieldset>
        <span className="toolbar-note" role="status">
          {shown.length === all.length
            ? plural(all.length, "operation")
            : `${count(shown.length)} of ${count(all.length)}`}
          {operations.data?.next && " (the first 5,000)"}
        </span>
      </div>
      <div className="table-wrap">
        <table className="table table-operations">
          <SortHead columns={COLUMNS} sort={sort} down={down} onSort={sortBy} />
          <tbody>
            {shown.map((operation) => (
              <Row key={operation.id} operation={operation} selected={operation.id === selected} />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && (
          <p className="table-none">
            No operation matches.{" "}
            <button type="button" className="link" onClick={() => setSearch({ q: null, state: null })}>
              Show all
            </button>
          </p>
        )}
      </div>
      {selected && <OperationPanel api={api} id={selected} onClose={() => setSearch({ op: null })} />}
    </div>
  );
}

function Row({ operation, selected }: { operation: Operation; selected: boolean }) {
  const open = () => setSearch({ op: operation.id });
  return (
    <tr
      data-row
      tabIndex={0}
      aria-selected={selected}
      onClick={open}
      onKeyDown={(event) => event.key === "Enter" && open()}
    >
      <td>
        <span className="operation">
          <Method method={operation.method} />
          <Path path={operation.path} limit={90} />
        </span>
        {operation.deprecated && operation.state !== "zombie" && <span className="tag">deprecated</span>}
      </td>
      <td>
        <StateBadge state={operation.state} />
      </td>
      <td className="num">{count(operation.hits)}</td>
      <td>
        <Time time={operation.last_observed} />
      </td>
      <td className="c-xl">
        <Time time={operation.first_observed} />
      </td>
      <td className="c-m">
        <StatusMix statuses={operation.statuses} />
      </td>
      <td className="num c-m">{count(operation.principals)}</td>
      <td className="c-l">
        {operation.sensitive.length === 0 ? (
          <span className="muted">none</span>
        ) : (
          <span
            className="sensitive"
            title={operation.sensitive
              .map((field) => `${field.kind} in the ${field.in} at ${inert(field.pointer)}`)
              .join("\n")}
          >
            {plural(operation.sensitive.length, "field")}
          </span>
        )}
      </td>
      <td className="c-m">
        {operation.findings === 0 ? (
          <span className="muted">none</span>
        ) : (
          <span className="nowrap">
            {operation.worst && <SeverityBadge severity={operation.worst} />} {count(operation.findings)}
          </span>
        )}
      </td>
      <td className="c-m">
        <ProtectionMark protection={operation.protection} />
      </td>
    </tr>
  );
}

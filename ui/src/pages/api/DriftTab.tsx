/** Where traffic and contract differ: what nobody promised, what is on its way out, what is never called, promises that
 * were broken, and what changed. */

import { useMemo, useState } from "react";
import { useChanges, useDrift, useFindings, useOperations, useRules } from "../../api/queries";
import type { Api, DriftItem, StoredFinding } from "../../api/types";
import { Link, routes, setSearch, usePlace } from "../../app/router";
import { Method, StateBadge } from "../../components/Badges";
import { Empty, Failed, Loading, SearchField, Segmented, Time } from "../../components/Basics";
import { ChangeList } from "../../components/Changes";
import { FindingDetail } from "../../components/Findings";
import { Path, Text } from "../../components/Text";
import { count, plural } from "../../lib/format";
import { OperationPanel } from "./OperationPanel";

const VIEWS = [
  ["list", "Shadow and zombie"],
  ["orphan", "Never called"],
  ["rogue", "Broken promises"],
  ["changes", "Changes"],
] as const;
type View = (typeof VIEWS)[number][0];

const HELP: Record<View, string> = {
  list: "What was seen and is not in the contract, or is deprecated or past its sunset. An entry stays when it is seen no more.",
  orphan: "Operations of the contract that no traffic called.",
  rogue: "Traffic that was accepted or answered although it breaks the contract.",
  changes: "What traffic showed to be new or different at an operation that was known.",
};

/** Rules on traffic that breaks what the contract promises, by the first of their numbers. */
const ROGUE = /^DRF0[345]/;
const SHOWN = 50;

export function DriftTab({ api }: { api: Api }) {
  const { search } = usePlace();
  const asked = search.get("view");
  const view: View = VIEWS.find(([name]) => name === asked)?.[0] ?? "list";
  const selected = search.get("op");
  return (
    <div className={selected ? "with-panel" : undefined}>
      <div className="toolbar">
        <Segmented
          label="What is shown"
          value={view}
          options={VIEWS.map(([value, label]) => ({ value, label }))}
          onChange={(value) =>
            setSearch({
              view: value === "list" ? null : value,
              q: null,
              reason: null,
              subject: null,
              op: null,
            })
          }
        />
      </div>
      <p className="tab-help">{HELP[view]}</p>
      {view === "list" && <Lists api={api} />}
      {view === "orphan" && <Orphans api={api} />}
      {view === "rogue" && <Rogue api={api} />}
      {view === "changes" && <Changes api={api} />}
      {selected && <OperationPanel api={api} id={selected} onClose={() => setSearch({ op: null })} />}
    </div>
  );
}

/** `METHOD /template` with its method set off. */
function OperationName({ text }: { text: string }) {
  const [method = "", ...rest] = text.split(" ");
  return (
    <span className="operation">
      <Method method={method} />
      <Path path={rest.join(" ")} limit={70} />
    </span>
  );
}

function Place({ item }: { item: DriftItem }) {
  if (item.subject === "operation") return <>operation</>;
  return (
    <>
      <span className="muted">
        {item.in} {item.subject}
      </span>{" "}
      <code>
        <Text text={item.name ?? ""} limit={60} />
      </code>
    </>
  );
}

function Chips<T extends string>({
  legend,
  names,
  value,
  search,
  counts,
}: {
  legend: string;
  names: readonly T[];
  value: string;
  search: string;
  counts: (name: T) => number;
}) {
  return (
    <fieldset className="filters">
      <legend className="visually-hidden">{legend}</legend>
      {names
        .filter((name) => counts(name) > 0 || name === value)
        .map((name) => (
          <button
            key={name}
            type="button"
            className={value === name ? "chip chip-on" : "chip"}
            aria-pressed={value === name}
            onClick={() => setSearch({ [search]: value === name ? null : name })}
          >
            {name} <span className="chip-count">{counts(name)}</span>
          </button>
        ))}
    </fieldset>
  );
}

function Lists({ api }: { api: Api }) {
  const drift = useDrift(api.id);
  const { search } = usePlace();
  const reason = search.get("reason") ?? "";
  const subject = search.get("subject") ?? "";
  const text = search.get("q") ?? "";
  const all = drift.data?.items;
  const matching = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return (all ?? []).filter(
      (item) => wanted === "" || `${item.operation ?? ""} ${item.name ?? ""}`.toLowerCase().includes(wanted),
    );
  }, [all, text]);
  if (drift.error && !all) return <Failed error={drift.error} retry={() => drift.refetch()} />;
  if (!all) return <Loading />;
  if (all.length === 0)
    return (
      <Empty icon="check" title="Nothing beside the contract">
        <p>
          {api.contract.approved
            ? "All that was seen is in the contract, and none of it is deprecated."
            : "Approve a contract first: what is not in it, or on its way out, is listed here from then on."}
        </p>
      </Empty>
    );
  const shown = matching.filter(
    (item) => (reason === "" || item.reason === reason) && (subject === "" || item.subject === subject),
  );
  return (
    <>
      <div className="toolbar">
        <SearchField
          value={text}
          onChange={(value) => setSearch({ q: value })}
          label="Search the lists"
          placeholder="Operation or name"
        />
        <Chips
          legend="Filter by reason"
          names={["shadow", "zombie"] as const}
          value={reason}
          search="reason"
          counts={(name) => matching.filter((item) => item.reason === name).length}
        />
        <Chips
          legend="Filter by subject"
          names={["operation", "parameter", "property"] as const}
          value={subject}
          search="subject"
          counts={(name) => matching.filter((item) => item.subject === name).length}
        />
        <span className="toolbar-note" role="status">
          {shown.length === all.length
            ? plural(all.length, "entry", "entries")
            : `${count(shown.length)} of ${count(all.length)}`}
        </span>
      </div>
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Reason</th>
              <th scope="col">What</th>
              <th scope="col">Operation</th>
              <th scope="col" className="num">
                Seen
              </th>
              <th scope="col">Last seen</th>
              <th scope="col" className="c-m">
                First seen
              </th>
              <th scope="col" className="c-m">
                Now
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((item) => (
              <ListRow key={item.id} item={item} />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && (
          <p className="table-none">
            No entry matches.{" "}
            <button
              type="button"
              className="link"
              onClick={() => setSearch({ q: null, reason: null, subject: null })}
            >
              Show all
            </button>
          </p>
        )}
      </div>
    </>
  );
}

function ListRow({ item }: { item: DriftItem }) {
  const open = item.operation_id ? () => setSearch({ op: item.operation_id ?? null }) : undefined;
  return (
    <tr data-row tabIndex={0} onClick={open} onKeyDown={(event) => event.key === "Enter" && open?.()}>
      <td>
        <StateBadge state={item.reason} />
      </td>
      <td>
        <Place item={item} />
      </td>
      <td>{item.operation ? <OperationName text={item.operation} /> : <span className="muted">all</span>}</td>
      <td className="num">{count(item.count)}</td>
      <td>
        <Time time={item.last_observed} />
      </td>
      <td className="c-m">
        <Time time={item.first_observed} />
      </td>
      <td className="c-m">{item.open ? "open" : <span className="muted">settled</span>}</td>
    </tr>
  );
}

function Orphans({ api }: { api: Api }) {
  const operations = useOperations(api.id);
  const all = operations.data?.items;
  if (operations.error && !all) return <Failed error={operations.error} retry={() => operations.refetch()} />;
  if (!all) return <Loading />;
  const orphans = all.filter((operation) => operation.state === "orphan");
  if (orphans.length === 0)
    return (
      <Empty icon="check" title="Every operation of the contract is called">
        <p>{api.contract.approved ? "None was left out." : "No contract is approved yet."}</p>
      </Empty>
    );
  return (
    <div className="table-wrap">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Operation</th>
            <th scope="col">Summary</th>
          </tr>
        </thead>
        <tbody>
          {orphans.map((operation) => {
            const open = () => setSearch({ op: operation.id });
            return (
              <tr
                key={operation.id}
                data-row
                tabIndex={0}
                onClick={open}
                onKeyDown={(event) => event.key === "Enter" && open()}
              >
                <td>
                  <OperationName text={`${operation.method} ${operation.path}`} />
                </td>
                <td>
                  <Text text={operation.summary ?? ""} limit={120} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Rogue({ api }: { api: Api }) {
  const findings = useFindings(api.id);
  const rules = useRules();
  const operations = useOperations(api.id);
  const [limit, setLimit] = useState(SHOWN);
  const all = findings.data?.items;
  if (findings.error && !all) return <Failed error={findings.error} retry={() => findings.refetch()} />;
  if (!all) return <Loading />;
  const rogue = all.filter((finding) => ROGUE.test(finding.rule));
  if (rogue.length === 0)
    return (
      <Empty icon="check" title="No promise was broken">
        <p>
          {api.contract.approved
            ? "What was accepted and answered follows the contract."
            : "No contract is approved yet."}
        </p>
      </Empty>
    );
  const idOf = (finding: StoredFinding) =>
    operations.data?.items.find((operation) => `${operation.method} ${operation.path}` === finding.operation)
      ?.id ?? null;
  return (
    <>
      <p role="status">{plural(rogue.length, "difference")}</p>
      {rogue.slice(0, limit).map((finding) => {
        const operation = idOf(finding);
        return (
          <FindingDetail
            key={finding.id}
            finding={finding}
            rule={rules.data?.items.find((rule) => rule.id === finding.rule)}
            extra={
              <>
                {finding.first_observed && (
                  <span>
                    first seen <Time time={finding.first_observed} />
                  </span>
                )}
                {finding.last_observed && (
                  <span>
                    last seen <Time time={finding.last_observed} />
                  </span>
                )}
                {operation && <Link href={routes.operation(api.id, operation)}>Open the operation</Link>}
              </>
            }
          />
        );
      })}
      {rogue.length > limit && (
        <button type="button" className="button" onClick={() => setLimit(limit + SHOWN)}>
          Show more ({rogue.length - limit} left)
        </button>
      )}
    </>
  );
}

function Changes({ api }: { api: Api }) {
  const changes = useChanges(api.id);
  const all = changes.data?.items;
  if (changes.error && !all) return <Failed error={changes.error} retry={() => changes.refetch()} />;
  if (!all) return <Loading />;
  if (all.length === 0)
    return (
      <Empty icon="check" title="Nothing changed">
        <p>An operation is known after 20 exchanges; what is new or different after that is listed here.</p>
      </Empty>
    );
  return (
    <>
      <p role="status">{plural(all.length, "change")}</p>
      <ChangeList
        changes={all}
        operation={(change) => (
          <button
            type="button"
            className="link"
            data-row
            onClick={() => setSearch({ op: change.operation_id })}
          >
            <OperationName text={change.operation} />
          </button>
        )}
      />
    </>
  );
}

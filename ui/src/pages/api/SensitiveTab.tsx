/** Every field of an API in which sensitive data was seen. */

import { useMemo } from "react";
import { useOperations } from "../../api/queries";
import type { Api, Operation, SensitiveField } from "../../api/types";
import { setSearch, usePlace } from "../../app/router";
import { Method } from "../../components/Badges";
import { Empty, Failed, Loading, SearchField } from "../../components/Basics";
import { OpenTo, SensitiveKind, SensitivePlace } from "../../components/Sensitive";
import { type Column, SortHead } from "../../components/SortHead";
import { Path } from "../../components/Text";
import { count, plural } from "../../lib/format";
import { OperationPanel } from "./OperationPanel";
import { compareSensitive, type SensitiveSort } from "./sort";

const COLUMNS: Column<SensitiveSort>[] = [
  { key: "kind", label: "Kind", help: "Sorts by what a leak costs, the worst first" },
  { key: "place", label: "Place" },
  { key: "operation", label: "Operation" },
  { key: "count", label: "Seen", className: "num", help: "In successful exchanges" },
  {
    key: "open",
    label: "Without credential",
    className: "num",
    help: "In successful exchanges whose caller showed no credential",
  },
];

export interface SensitiveRow {
  operation: Operation;
  field: SensitiveField;
}

export function SensitiveTab({ api }: { api: Api }) {
  const operations = useOperations(api.id);
  const { search } = usePlace();
  const kind = search.get("kind") ?? "";
  const text = search.get("q") ?? "";
  const sort = (search.get("sort") ?? "kind") as SensitiveSort;
  const down = search.get("dir") === "down";
  const selected = search.get("op");
  const all = useMemo(
    () =>
      (operations.data?.items ?? []).flatMap((operation) =>
        operation.sensitive.map((field) => ({ operation, field })),
      ),
    [operations.data],
  );
  const kinds = useMemo(() => {
    const counts = new Map<string, number>();
    for (const { field } of [...all].sort(compareSensitive("kind", false)))
      counts.set(field.kind, (counts.get(field.kind) ?? 0) + 1);
    return [...counts];
  }, [all]);
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return all
      .filter(
        ({ operation, field }) =>
          (kind === "" || field.kind === kind) &&
          (wanted === "" ||
            `${operation.method} ${operation.path} ${field.pointer} ${field.kind}`
              .toLowerCase()
              .includes(wanted)),
      )
      .sort(compareSensitive(sort, down));
  }, [all, kind, text, sort, down]);

  if (operations.error && !operations.data)
    return <Failed error={operations.error} retry={() => operations.refetch()} />;
  if (!operations.data) return <Loading />;
  if (all.length === 0)
    return (
      <Empty icon="search" title="No sensitive data was seen">
        <p>
          Fields are listed here once traffic shows credentials, payment or personal data in them. Values are
          never kept.
        </p>
      </Empty>
    );
  const sortBy = (key: SensitiveSort) => {
    const first = key === "count" || key === "open" ? "down" : null;
    const turned = down ? null : "down";
    setSearch({ sort: key, dir: sort === key ? turned : first });
  };
  return (
    <div className={selected ? "with-panel" : undefined}>
      <div className="toolbar">
        <SearchField
          value={text}
          onChange={(value) => setSearch({ q: value })}
          label="Search sensitive fields"
          placeholder="Field, operation or kind"
        />
        <fieldset className="filters">
          <legend className="visually-hidden">Filter by kind</legend>
          {kinds.map(([name, fields]) => (
            <button
              key={name}
              type="button"
              className={kind === name ? "chip chip-on" : "chip"}
              aria-pressed={kind === name}
              onClick={() => setSearch({ kind: kind === name ? null : name })}
            >
              {name} <span className="chip-count">{fields}</span>
            </button>
          ))}
        </fieldset>
        <span className="toolbar-note" role="status">
          {shown.length === all.length
            ? plural(all.length, "field")
            : `${count(shown.length)} of ${count(all.length)}`}
        </span>
      </div>
      <div className="table-wrap">
        <table className="table">
          <SortHead columns={COLUMNS} sort={sort} down={down} onSort={sortBy} />
          <tbody>
            {shown.map((row) => (
              <Row key={keyOf(row)} row={row} selected={row.operation.id === selected} />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && (
          <p className="table-none">
            No field matches.{" "}
            <button type="button" className="link" onClick={() => setSearch({ q: null, kind: null })}>
              Show all
            </button>
          </p>
        )}
      </div>
      {selected && <OperationPanel api={api} id={selected} onClose={() => setSearch({ op: null })} />}
    </div>
  );
}

const keyOf = ({ operation, field }: SensitiveRow) =>
  `${operation.id} ${field.in} ${field.part} ${field.pointer} ${field.kind}`;

function Row({ row: { operation, field }, selected }: { row: SensitiveRow; selected: boolean }) {
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
        <SensitiveKind field={field} />
      </td>
      <td>
        <SensitivePlace field={field} />
      </td>
      <td>
        <span className="operation">
          <Method method={operation.method} />
          <Path path={operation.path} limit={70} />
        </span>
      </td>
      <td className="num">{count(field.count)}</td>
      <td className="num">
        <OpenTo field={field} />
      </td>
    </tr>
  );
}

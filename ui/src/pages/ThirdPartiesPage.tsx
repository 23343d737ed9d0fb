/** Third-party APIs: where each stands, and adding one. */

import { useState } from "react";
import { useAddThirdParty, useThirdParties } from "../api/queries";
import type { ThirdParty } from "../api/types";
import { go, Link, routes } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { useMayWrite } from "../app/session";
import { SeverityCounts } from "../components/Badges";
import { Command, Empty, Failed, Loading, SearchField, Time } from "../components/Basics";
import { ComplianceMark, GradeBadge, share, TrendMark } from "../components/Grades";
import { type Column, SortHead } from "../components/SortHead";
import { Text } from "../components/Text";
import { plural } from "../lib/format";
import { ThirdPartyForm } from "./third-party/ThirdPartyForm";

type Key = "name" | "score" | "trend" | "findings" | "run" | "availability" | "compliant";

const COLUMNS: Column<Key>[] = [
  { key: "name", label: "Third party" },
  { key: "score", label: "Grade" },
  { key: "trend", label: "Trend", className: "c-m" },
  { key: "findings", label: "Open findings" },
  { key: "run", label: "Last run", className: "c-m" },
  {
    key: "availability",
    label: "Available",
    className: "c-m",
    help: "Share of light requests that were answered in the last 30 days",
  },
  { key: "compliant", label: "Compliant", help: "Whether it keeps the policy set for it" },
];

const TRENDS = { degrading: 0, stable: 1, improving: 2 };

/** What a column sorts by; what is not known comes last. */
function rank(party: ThirdParty, key: Key): number | string {
  const summary = party.completed?.summary;
  switch (key) {
    case "name":
      return party.name.toLowerCase();
    case "score":
      return party.completed?.score ?? 1000;
    case "trend":
      return party.trend ? TRENDS[party.trend] : 9;
    case "findings":
      return summary
        ? -(
            summary.critical * 1e8 +
            summary.high * 1e6 +
            summary.medium * 1e4 +
            summary.low * 100 +
            summary.info
          )
        : 1;
    case "run":
      return -(Date.parse(party.last?.ended_at ?? "") || 0);
    case "availability":
      return party.availability.availability ?? 2;
    case "compliant":
      return party.compliance ? Number(party.compliance.compliant) : 2;
  }
}

export function ThirdPartiesPage() {
  useTitle("Third parties");
  const parties = useThirdParties();
  const mayWrite = useMayWrite();
  const add = useAddThirdParty();
  const [adding, setAdding] = useState(false);
  const [search, setSearch] = useState("");
  const [sort, setSort] = useState<{ key: Key; down: boolean }>({ key: "name", down: false });
  const all = parties.data?.items ?? [];
  const wanted = search.trim().toLowerCase();
  const shown = all
    .filter((party) => `${party.name} ${party.url}`.toLowerCase().includes(wanted))
    .sort((a, b) => {
      const [x, y] = [rank(a, sort.key), rank(b, sort.key)];
      const order = x < y ? -1 : x > y ? 1 : 0;
      return sort.down ? -order : order;
    });
  const button = mayWrite && (
    <button type="button" className="button button-primary" onClick={() => setAdding(true)}>
      Add a third party
    </button>
  );
  return (
    <>
      <PageHead
        title="Third parties"
        note={parties.data ? plural(all.length, "API of others", "APIs of others") : undefined}
        actions={all.length > 0 ? button : undefined}
      />
      {parties.error && !parties.data && <Failed error={parties.error} retry={() => parties.refetch()} />}
      {parties.isPending && <Loading />}
      {parties.data && all.length === 0 && (
        <Empty icon="globe" title="No third-party API yet">
          <p>
            Add an API of somebody else by its URL: it is judged from outside, graded from A+ to F, and
            watched. The same on the command line:
          </p>
          <Command command="palisade score https://api.example.com" />
          {button}
        </Empty>
      )}
      {all.length > 0 && (
        <>
          <div className="toolbar">
            <SearchField
              value={search}
              onChange={setSearch}
              label="Search third parties"
              placeholder="Name or URL"
            />
          </div>
          <div className="table-wrap">
            <table className="table">
              <SortHead
                columns={COLUMNS}
                sort={sort.key}
                down={sort.down}
                onSort={(key) => setSort({ key, down: sort.key === key && !sort.down })}
              />
              <tbody>
                {shown.map((party) => (
                  <Row key={party.id} party={party} />
                ))}
              </tbody>
            </table>
            {shown.length === 0 && <p className="table-none">No third party matches “{search}”.</p>}
          </div>
        </>
      )}
      <ThirdPartyForm
        open={adding}
        title="Add a third party"
        submit="Add"
        error={add.error}
        pending={add.isPending}
        onClose={() => {
          add.reset();
          setAdding(false);
        }}
        onSubmit={(url, settings) =>
          add.mutate({ ...settings, url }, { onSuccess: (made) => go(routes.thirdParty(made.id)) })
        }
      />
    </>
  );
}

function Row({ party }: { party: ThirdParty }) {
  const open = () => go(routes.thirdParty(party.id));
  const { completed } = party;
  return (
    <tr data-row tabIndex={0} onClick={open} onKeyDown={(event) => event.key === "Enter" && open()}>
      <td>
        <Link href={routes.thirdParty(party.id)} className="strong" tabIndex={-1}>
          <Text text={party.name} limit={60} />
        </Link>
        <div className="sub">
          <Text text={party.host} limit={80} />
        </div>
      </td>
      <td>
        <span className="grade-cell">
          <GradeBadge grade={completed?.grade} />
          {typeof completed?.score === "number" && <span className="muted">{completed.score} of 100</span>}
        </span>
      </td>
      <td className="c-m">
        <TrendMark trend={party.trend} />
      </td>
      <td>
        {completed?.summary ? (
          <SeverityCounts summary={completed.summary} />
        ) : (
          <span className="not-assessed">not assessed</span>
        )}
      </td>
      <td className="c-m">
        {party.open ? party.open.state : <Time time={party.last?.ended_at} />}
        {!party.open && party.last && party.last.state !== "completed" && (
          <div className="sub">{party.last.state}</div>
        )}
      </td>
      <td className="c-m">{share(party.availability.availability)}</td>
      <td>
        <ComplianceMark compliance={party.compliance} />
      </td>
    </tr>
  );
}

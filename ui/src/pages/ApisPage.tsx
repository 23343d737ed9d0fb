import { useState } from "react";
import { useApis } from "../api/queries";
import type { Api } from "../api/types";
import { go, Link, routes } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { useCurrentSession } from "../app/session";
import { Failed, Loading, SearchField, SendTraffic, Time } from "../components/Basics";
import { ScoreRing } from "../components/Charts";
import { Text } from "../components/Text";
import { plural, shortCount } from "../lib/format";

export const MANAGED: Record<Api["managed_by"], string> = {
  ui: "managed here",
  file: "managed by a file",
  flags: "set by flags",
  demo: "demo",
};

export function ModeBadge({ mode }: { mode: Api["mode"] }) {
  return (
    <span
      className={`badge mode-${mode}`}
      title={
        mode === "block"
          ? "Requests that break the contract are rejected"
          : "Nothing is rejected; what would be is reported"
      }
    >
      {mode}
    </span>
  );
}

export function ApisPage() {
  useTitle("APIs");
  const apis = useApis();
  const session = useCurrentSession();
  const [search, setSearch] = useState("");
  const all = apis.data?.items ?? [];
  const wanted = search.trim().toLowerCase();
  const shown = all.filter((api) =>
    `${api.name} ${api.hosts.join(" ")} ${api.upstreams.join(" ")}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <PageHead title="APIs" note={apis.data ? plural(all.length, "API") : undefined} />
      {apis.error && !apis.data && <Failed error={apis.error} retry={() => apis.refetch()} />}
      {apis.isPending && <Loading />}
      {apis.data && all.length === 0 && <SendTraffic gateway={session?.gateway_url} title="No API yet" />}
      {all.length > 0 && (
        <>
          <div className="toolbar">
            <SearchField
              value={search}
              onChange={setSearch}
              label="Search APIs"
              placeholder="Name, host or upstream"
            />
          </div>
          <div className="table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">API</th>
                  <th scope="col">Mode</th>
                  <th scope="col" className="c-m">
                    Contract
                  </th>
                  <th scope="col">Operations</th>
                  <th scope="col" className="num c-m">
                    Exchanges
                  </th>
                  <th scope="col" className="c-m">
                    Last traffic
                  </th>
                  <th scope="col">Score</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((api) => (
                  <Row key={api.id} api={api} />
                ))}
              </tbody>
            </table>
            {shown.length === 0 && <p className="table-none">No API matches “{search}”.</p>}
          </div>
        </>
      )}
    </>
  );
}

function Row({ api }: { api: Api }) {
  const open = () => go(routes.api(api.id));
  const odd = api.state_counts.shadow + api.state_counts.zombie;
  return (
    <tr data-row tabIndex={0} onClick={open} onKeyDown={(event) => event.key === "Enter" && open()}>
      <td>
        <Link href={routes.api(api.id)} className="strong" tabIndex={-1}>
          <Text text={api.name} limit={60} />
        </Link>
        <div className="sub">
          <Text
            text={`${api.hosts.join(", ") || "any host"}${api.base_path === "/" ? "" : api.base_path} to ${api.upstreams.join(", ") || "no upstream"}`}
            limit={90}
          />
        </div>
      </td>
      <td>
        <ModeBadge mode={api.mode} />
        <div className="sub">{MANAGED[api.managed_by] ?? api.managed_by}</div>
      </td>
      <td className="c-m">
        {api.contract.approved ? (
          <>
            approved <span className="muted">version {api.contract.approved.version}</span>
          </>
        ) : api.contract.learned ? (
          <>learned</>
        ) : (
          <span className="muted">none</span>
        )}
        {api.contract.approved && (
          <div className="sub">
            {api.contract.approved.source}, <Time time={api.contract.approved.approved_at} />
          </div>
        )}
      </td>
      <td>
        {shortCount(api.operations)}
        {odd > 0 && (
          <div className="sub">
            {api.state_counts.shadow > 0 && (
              <span className="dot-label dot-shadow">{api.state_counts.shadow} shadow</span>
            )}{" "}
            {api.state_counts.zombie > 0 && (
              <span className="dot-label dot-zombie">{api.state_counts.zombie} zombie</span>
            )}
          </div>
        )}
      </td>
      <td className="num c-m">{shortCount(api.exchanges)}</td>
      <td className="c-m">
        <Time time={api.last_observed} />
      </td>
      <td>
        <ScoreRing score={api.audit?.score ?? null} size={44} />
      </td>
    </tr>
  );
}

/** One API: its head with the tabs; each tab is a file in `api/`. */

import { ApiError } from "../api/client";
import { useApi } from "../api/queries";
import type { Api } from "../api/types";
import { Link, routes } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { Empty, Failed, Loading, Time } from "../components/Basics";
import { Tabs } from "../components/Tabs";
import { Text } from "../components/Text";
import { plural } from "../lib/format";
import { MANAGED, ModeBadge } from "./ApisPage";
import { ContractTab } from "./api/ContractTab";
import { DriftTab } from "./api/DriftTab";
import { FindingsTab } from "./api/FindingsTab";
import { InventoryTab } from "./api/InventoryTab";
import { ProposalsTab } from "./api/ProposalsTab";
import { ProtectionTab } from "./api/ProtectionTab";
import { SensitiveTab } from "./api/SensitiveTab";
import { NotFound } from "./NotFound";

const TABS = [
  ["inventory", "Inventory"],
  ["contract", "Contract"],
  ["findings", "Findings"],
  ["proposals", "Proposals"],
  ["drift", "Drift"],
  ["sensitive", "Sensitive data"],
  ["protection", "Protection"],
] as const;

export function ApiPage({ id, tab }: { id: string; tab: string }) {
  const api = useApi(id);
  const data = api.data;
  const label = TABS.find(([name]) => name === tab)?.[1];
  useTitle(data ? `${data.name}: ${label ?? tab}` : "API");
  if (label === undefined) return <NotFound />;
  if (!data) {
    if (api.error instanceof ApiError && api.error.status === 404) {
      return (
        <Empty icon="search" title="There is no such API">
          <p>
            <Link href={routes.apis()}>All APIs</Link>
          </p>
        </Empty>
      );
    }
    return api.error ? <Failed error={api.error} retry={() => api.refetch()} /> : <Loading />;
  }
  return (
    <>
      <PageHead
        above={
          <nav className="crumbs" aria-label="You are here">
            <Link href={routes.apis()}>APIs</Link>
          </nav>
        }
        title={<Text text={data.name} limit={60} />}
        note={
          <>
            <ModeBadge mode={data.mode} /> <Facts api={data} />
          </>
        }
      />
      <Tabs
        label="Parts of this API"
        current={tab}
        tabs={TABS.map(([key, label]) => ({ key, label, href: routes.api(id, key) }))}
      />
      {tab === "inventory" && <InventoryTab api={data} />}
      {tab === "contract" && <ContractTab api={data} />}
      {tab === "findings" && <FindingsTab api={data} />}
      {tab === "proposals" && <ProposalsTab api={data} />}
      {tab === "drift" && <DriftTab api={data} />}
      {tab === "sensitive" && <SensitiveTab api={data} />}
      {tab === "protection" && <ProtectionTab api={data} />}
    </>
  );
}

function Facts({ api }: { api: Api }) {
  return (
    <span className="api-facts">
      <span title="Where the gateway sends requests">
        <Text text={api.upstreams.join(", ") || "no upstream"} limit={60} className="mono" />
      </span>
      <span>{plural(api.exchanges, "exchange")}</span>
      <span>
        last traffic <Time time={api.last_observed} />
      </span>
      <span>{MANAGED[api.managed_by] ?? api.managed_by}</span>
    </span>
  );
}

/** Trace sources: plug-ins of other gateways and proxies, and what came of what they sent. */

import { useState } from "react";
import { useApis, useCreateTraceSource, useRevokeTraceSource, useTraceSources } from "../../api/queries";
import type { TraceSource } from "../../api/types";
import { toast, toastError } from "../../app/toasts";
import { Card, Failed, Loading, Time } from "../../components/Basics";
import { Icon } from "../../components/Icon";
import { Text } from "../../components/Text";
import { count } from "../../lib/format";
import { MakeDialog, RevokeDialog } from "./Dialogs";

export function TraceSources() {
  const sources = useTraceSources();
  const revoke = useRevokeTraceSource();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<TraceSource | null>(null);
  const list = sources.data?.items ?? [];
  return (
    <Card
      title="Trace sources"
      note="Plug-ins of other gateways and proxies that send what they see"
      actions={
        <button type="button" className="button button-small" onClick={() => setMaking(true)}>
          <Icon name="key" /> New trace source
        </button>
      }
    >
      {sources.error && !sources.data && <Failed error={sources.error} retry={() => sources.refetch()} />}
      {sources.isPending && <Loading />}
      {sources.data && list.length === 0 && (
        <p className="card-text muted">
          None. A plug-in of APIClarity for Envoy, Kong, Tyk, F5, Apigee or the OpenTelemetry collector needs
          only this console's address and the token of a trace source.
        </p>
      )}
      {list.length > 0 && (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Sends for</th>
                <th scope="col" className="c-m">
                  Last used
                </th>
                <th scope="col" className="num">
                  Taken
                </th>
                <th scope="col" className="num">
                  Lost
                </th>
                <th scope="col">Rejected</th>
                <th scope="col">
                  <span className="visually-hidden">Revoke</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.map((source) => (
                <tr key={source.id}>
                  <td>
                    <Text text={source.name} limit={60} />
                  </td>
                  <td>
                    <SendsFor source={source} />
                  </td>
                  <td className="c-m">
                    <Time time={source.last_used_at} />
                  </td>
                  <td className="num" title="Since the control plane started">
                    {count(source.accepted)}
                  </td>
                  <td className="num" title="Under load, since the control plane started">
                    {count(source.dropped)}
                  </td>
                  <td>
                    <Rejected rejected={source.rejected} />
                  </td>
                  <td className="num">
                    <button
                      type="button"
                      className="button button-small"
                      aria-label={`Revoke ${source.name}`}
                      onClick={() => setRevoking(source)}
                    >
                      Revoke
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <NewSource open={making} onClose={() => setMaking(false)} />
      <RevokeDialog
        open={revoking !== null}
        what="trace source"
        busy={revoke.isPending}
        onClose={() => setRevoking(null)}
        onRevoke={() =>
          revoking &&
          revoke.mutate(revoking.id, {
            onSuccess: () => {
              setRevoking(null);
              toast("The trace source is revoked.");
            },
            onError: toastError("The trace source was not revoked"),
          })
        }
      >
        What <Text text={revoking?.name ?? ""} limit={60} /> sends is refused from now on. What was learned
        from it stays.
      </RevokeDialog>
    </Card>
  );
}

function SendsFor({ source }: { source: TraceSource }) {
  const apis = useApis();
  if (source.api_id) {
    const api = apis.data?.items.find((api) => api.id === source.api_id);
    return <Text text={api?.name ?? source.api_id} limit={60} />;
  }
  return (
    <span className="mono">
      <Text text={source.hosts.join(", ")} limit={80} />
    </span>
  );
}

/** Each reason with its count, the most frequent first. */
function Rejected({ rejected }: { rejected: TraceSource["rejected"] }) {
  const reasons = Object.entries(rejected).sort(
    (one, two) => two[1] - one[1] || one[0].localeCompare(two[0]),
  );
  if (reasons.length === 0) return <span className="muted">none</span>;
  return (
    <ul className="plain-list">
      {reasons.map(([reason, times]) => (
        <li key={reason}>
          {count(times)} {reason}
        </li>
      ))}
    </ul>
  );
}

function NewSource({ open, onClose }: { open: boolean; onClose: () => void }) {
  const apis = useApis();
  const create = useCreateTraceSource();
  const [name, setName] = useState("");
  const [api, setApi] = useState("");
  const [hosts, setHosts] = useState("");
  const close = () => {
    create.reset();
    setName("");
    setApi("");
    setHosts("");
    onClose();
  };
  const submit = () => {
    const given = hosts.split(/[\s,]+/).filter((host) => host !== "");
    create.mutate(api ? { name: name.trim(), api_id: api, hosts: [] } : { name: name.trim(), hosts: given });
  };
  return (
    <MakeDialog
      open={open}
      what="trace source"
      secret={create.data?.token}
      note={
        <>
          This token is shown this once. The plug-in sends it as <code>X-Trace-Source-Token</code> to{" "}
          <code>/api/telemetry</code> of this console.
        </>
      }
      ready={!create.isPending && name.trim() !== "" && (api !== "" || hosts.trim() !== "")}
      error={create.error}
      onSubmit={submit}
      onClose={close}
    >
      <label>
        Name
        <input value={name} maxLength={100} required onChange={(event) => setName(event.target.value)} />
      </label>
      <label>
        What it sends belongs to
        <select value={api} onChange={(event) => setApi(event.target.value)}>
          <option value="">an API for each of these hosts</option>
          {(apis.data?.items ?? []).map((api) => (
            <option key={api.id} value={api.id}>
              {api.name}
            </option>
          ))}
        </select>
      </label>
      {api === "" && (
        <label>
          Hosts
          <input
            value={hosts}
            required
            placeholder="orders.shop, *.shop.svc.cluster.local"
            onChange={(event) => setHosts(event.target.value)}
          />
        </label>
      )}
    </MakeDialog>
  );
}

/** Access tokens of this installation. */

import { useState } from "react";
import { useCreateToken, useRevokeToken, useTokens } from "../../api/queries";
import type { Role, Token } from "../../api/types";
import { toast, toastError } from "../../app/toasts";
import { Card, Failed, Loading, Time } from "../../components/Basics";
import { Icon } from "../../components/Icon";
import { Text } from "../../components/Text";
import { MakeDialog, RevokeDialog } from "./Dialogs";

export function Tokens() {
  const tokens = useTokens();
  const revoke = useRevokeToken();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const list = tokens.data?.items ?? [];
  return (
    <Card
      title="Access tokens"
      note="For scripts, gateways and people who only look"
      actions={
        <button type="button" className="button button-small" onClick={() => setMaking(true)}>
          <Icon name="key" /> New token
        </button>
      }
    >
      {tokens.error && !tokens.data && <Failed error={tokens.error} retry={() => tokens.refetch()} />}
      {tokens.isPending && <Loading />}
      {tokens.data && list.length === 0 && (
        <p className="card-text muted">None but the admin token of the data directory.</p>
      )}
      {list.length > 0 && (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Role</th>
                <th scope="col" className="c-m">
                  Made
                </th>
                <th scope="col" className="c-m">
                  Last used
                </th>
                <th scope="col">Ends</th>
                <th scope="col">
                  <span className="visually-hidden">Revoke</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.map((token) => (
                <tr key={token.id}>
                  <td>
                    <Text text={token.name} limit={60} />
                  </td>
                  <td>{token.role}</td>
                  <td className="c-m">
                    <Time time={token.created_at} />
                  </td>
                  <td className="c-m">
                    <Time time={token.last_used_at} />
                  </td>
                  <td>
                    <Time time={token.expires_at} />
                  </td>
                  <td className="num">
                    <button
                      type="button"
                      className="button button-small"
                      aria-label={`Revoke ${token.name}`}
                      onClick={() => setRevoking(token)}
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
      <NewToken open={making} onClose={() => setMaking(false)} />
      <RevokeDialog
        open={revoking !== null}
        what="token"
        busy={revoke.isPending}
        onClose={() => setRevoking(null)}
        onRevoke={() =>
          revoking &&
          revoke.mutate(revoking.id, {
            onSuccess: () => {
              setRevoking(null);
              toast("The token is revoked.");
            },
            onError: toastError("The token was not revoked"),
          })
        }
      >
        Whoever uses <Text text={revoking?.name ?? ""} limit={60} /> is refused from now on. This cannot be
        undone.
      </RevokeDialog>
    </Card>
  );
}

function NewToken({ open, onClose }: { open: boolean; onClose: () => void }) {
  const create = useCreateToken();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState("90");
  const close = () => {
    create.reset();
    setName("");
    onClose();
  };
  return (
    <MakeDialog
      open={open}
      what="token"
      secret={create.data?.token}
      note="It is shown this once. Keep it as you would keep a password."
      ready={!create.isPending && name.trim() !== ""}
      error={create.error}
      onSubmit={() => create.mutate({ name: name.trim(), role, expires_in_days: Number(days) })}
      onClose={close}
    >
      <label>
        Name
        <input value={name} maxLength={80} required onChange={(event) => setName(event.target.value)} />
      </label>
      <label>
        Role
        <select value={role} onChange={(event) => setRole(event.target.value as Role)}>
          <option value="viewer">viewer: reads only</option>
          <option value="admin">admin: everything</option>
          <option value="gateway">gateway: pulls policy, pushes exchanges</option>
          <option value="controller">controller: runs jobs</option>
        </select>
      </label>
      <label>
        Days until it ends
        <input
          type="number"
          min="1"
          max="3650"
          value={days}
          required
          onChange={(event) => setDays(event.target.value)}
        />
      </label>
    </MakeDialog>
  );
}

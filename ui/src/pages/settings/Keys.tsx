/** Key pairs for pipelines and scripts. */

import { useState } from "react";
import { useCreateKey, useKeys, useRevokeKey } from "../../api/people";
import type { KeyPair, Role } from "../../api/types";
import { useCurrentSession } from "../../app/session";
import { toast, toastError } from "../../app/toasts";
import { Card, Failed, Loading, Time } from "../../components/Basics";
import { Icon } from "../../components/Icon";
import { Text } from "../../components/Text";
import { MakeDialog, RevokeDialog } from "./Dialogs";

const ROLES: { role: Role; words: string }[] = [
  { role: "ci", words: "ci: starts and reads jobs" },
  { role: "viewer", words: "viewer: reads only" },
  { role: "developer", words: "developer: contracts, jobs, assessments" },
  { role: "analyst", words: "analyst: judges findings and protection" },
  { role: "controller", words: "controller: runs jobs" },
  { role: "gateway", words: "gateway: pulls policy, pushes exchanges" },
  { role: "admin", words: "admin: everything" },
];
/** Roles that somebody may give who is no admin. */
const GIVEN: Partial<Record<Role, Role[]>> = {
  analyst: ["ci", "viewer", "developer", "analyst"],
  developer: ["ci", "viewer", "developer"],
  viewer: ["viewer"],
};

export function Keys() {
  const keys = useKeys();
  const revoke = useRevokeKey();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<KeyPair | null>(null);
  const list = keys.data?.items ?? [];
  return (
    <Card
      title="Key pairs"
      note="An access key and a secret key, for palisade job and apisec_cli"
      actions={
        <button type="button" className="button button-small" onClick={() => setMaking(true)}>
          <Icon name="key" /> New key pair
        </button>
      }
    >
      {keys.error && !keys.data && <Failed error={keys.error} retry={() => keys.refetch()} />}
      {keys.isPending && <Loading />}
      {keys.data && list.length === 0 && <p className="card-text muted">None yet.</p>}
      {list.length > 0 && (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Role</th>
                <th scope="col">State</th>
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
              {list.map((key) => (
                <tr key={key.id}>
                  <td>
                    <Text text={key.name} limit={60} />
                    <div className="sub mono">
                      <Text text={key.access_key} limit={60} />
                    </div>
                  </td>
                  <td>
                    {key.role}
                    {key.scopes.map((scope) => (
                      <span key={scope} className="tag">
                        <Text text={scope} limit={40} />
                      </span>
                    ))}
                  </td>
                  <td>{key.state}</td>
                  <td className="c-m">
                    <Time time={key.created_at} />
                  </td>
                  <td className="c-m">
                    <Time time={key.last_used_at} />
                  </td>
                  <td>
                    <Time time={key.expires_at} />
                  </td>
                  <td className="num">
                    {key.state === "active" && (
                      <button
                        type="button"
                        className="button button-small"
                        aria-label={`Revoke ${key.name}`}
                        onClick={() => setRevoking(key)}
                      >
                        Revoke
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <NewKey open={making} onClose={() => setMaking(false)} />
      <RevokeDialog
        open={revoking !== null}
        what="key pair"
        busy={revoke.isPending}
        onClose={() => setRevoking(null)}
        onRevoke={() =>
          revoking &&
          revoke.mutate(revoking.id, {
            onSuccess: () => {
              setRevoking(null);
              toast("The key pair is revoked.");
            },
            onError: toastError("The key pair was not revoked"),
          })
        }
      >
        Whoever uses <Text text={revoking?.name ?? ""} limit={60} /> is refused from now on. This cannot be
        undone.
      </RevokeDialog>
    </Card>
  );
}

function NewKey({ open, onClose }: { open: boolean; onClose: () => void }) {
  const create = useCreateKey();
  const own = useCurrentSession()?.role ?? "viewer";
  const may = own === "admin" ? ROLES : ROLES.filter(({ role }) => GIVEN[own]?.includes(role));
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>(may[0]?.role ?? "viewer");
  const [days, setDays] = useState("90");
  const made = create.data;
  const close = () => {
    create.reset();
    setName("");
    onClose();
  };
  return (
    <MakeDialog
      open={open}
      what="key pair"
      secret={
        made && `export PALISADE_ACCESS_KEY=${made.access_key}\nexport PALISADE_SECRET_KEY=${made.secret_key}`
      }
      note="The secret key is shown this once. Keep it as you would keep a password."
      ready={!create.isPending && name.trim() !== ""}
      error={create.error}
      onSubmit={() => create.mutate({ name: name.trim(), role, expires_in_days: Number(days) })}
      onClose={close}
    >
      <label>
        Name
        <input value={name} maxLength={100} required onChange={(event) => setName(event.target.value)} />
      </label>
      <label>
        Role
        <select value={role} onChange={(event) => setRole(event.target.value as Role)}>
          {may.map(({ role, words }) => (
            <option key={role} value={role}>
              {words}
            </option>
          ))}
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

/** This installation: addresses, theme, access tokens, trace sources. */

import { type FormEvent, useState } from "react";
import { useCreateToken, useRevokeToken, useSignOut, useTokens } from "../api/queries";
import type { Role, Token } from "../api/types";
import { PageHead, useTitle } from "../app/Shell";
import { useCurrentSession, useMayWrite } from "../app/session";
import { setTheme, type Theme, useThemeChoice } from "../app/theme";
import { toast, toastError } from "../app/toasts";
import { Card, Command, Failed, Loading, Notice, Segmented, Time } from "../components/Basics";
import { Dialog } from "../components/Dialog";
import { Icon } from "../components/Icon";
import { Text } from "../components/Text";
import { TraceSources } from "./settings/TraceSources";

export function SettingsPage() {
  useTitle("Settings");
  const session = useCurrentSession();
  const mayWrite = useMayWrite();
  const choice = useThemeChoice();
  const signOut = useSignOut();
  return (
    <>
      <PageHead title="Settings" />
      <div className="stack">
        <Card title="This installation">
          <dl className="fact-grid fact-grid-wide">
            <div>
              <dt>Version</dt>
              <dd>{session?.version}</dd>
            </div>
            <div>
              <dt>Gateway</dt>
              <dd className="mono">{session?.gateway_url ?? "none in this process"}</dd>
            </div>
            <div>
              <dt>Control plane</dt>
              <dd className="mono">{session?.control_url ?? window.location.origin}</dd>
            </div>
            <div>
              <dt>Data directory</dt>
              <dd className="mono">
                <Text text={session?.data_dir ?? "not shown"} limit={120} />
              </dd>
            </div>
            <div>
              <dt>Signed in as</dt>
              <dd>
                {session?.role}
                {session?.expires_at && (
                  <>
                    , ends <Time time={session.expires_at} />
                  </>
                )}
              </dd>
            </div>
          </dl>
          <div className="card-foot">
            <button
              type="button"
              className="button"
              onClick={() => signOut.mutate(undefined, { onError: toastError("Not signed out") })}
            >
              <Icon name="out" /> Sign out
            </button>
          </div>
        </Card>
        <Card title="Appearance">
          <div className="card-text">
            <Segmented<Theme | "system">
              label="Theme"
              value={choice ?? "system"}
              options={[
                { value: "system", label: "As the system" },
                { value: "light", label: "Light" },
                { value: "dark", label: "Dark" },
              ]}
              onChange={(value) => setTheme(value === "system" ? null : value)}
            />
          </div>
        </Card>
        {mayWrite ? (
          <>
            <Tokens />
            <TraceSources />
          </>
        ) : (
          <Notice>Access tokens and trace sources are for admins to see.</Notice>
        )}
      </div>
    </>
  );
}

function Tokens() {
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
      <Dialog
        open={revoking !== null}
        title="Revoke this token?"
        onClose={() => setRevoking(null)}
        actions={
          <>
            <button type="button" className="button" onClick={() => setRevoking(null)}>
              Cancel
            </button>
            <button
              type="button"
              className="button button-danger"
              disabled={revoke.isPending}
              onClick={() =>
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
              Revoke
            </button>
          </>
        }
      >
        <p>
          Whoever uses <Text text={revoking?.name ?? ""} limit={60} /> is refused from now on. This cannot be
          undone.
        </p>
      </Dialog>
    </Card>
  );
}

function NewToken({ open, onClose }: { open: boolean; onClose: () => void }) {
  const create = useCreateToken();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState("90");
  const made = create.data?.token;
  const close = () => {
    create.reset();
    setName("");
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name: name.trim(), role, expires_in_days: Number(days) });
  };
  return (
    <Dialog
      open={open}
      title={made ? "Your new token" : "New token"}
      onClose={close}
      actions={
        made ? (
          <button type="button" className="button button-primary" onClick={close}>
            Done
          </button>
        ) : (
          <>
            <button type="button" className="button" onClick={close}>
              Cancel
            </button>
            <button
              type="submit"
              form="new-token"
              className="button button-primary"
              disabled={create.isPending || name.trim() === ""}
            >
              Create
            </button>
          </>
        )
      }
    >
      {made ? (
        <>
          <Notice tone="warn">It is shown this once. Keep it as you would keep a password.</Notice>
          <Command command={made} />
        </>
      ) : (
        <form id="new-token" className="form" onSubmit={submit}>
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
          {create.error && <Failed error={create.error} doing="The token was not made" />}
        </form>
      )}
    </Dialog>
  );
}

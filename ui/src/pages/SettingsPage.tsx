/** This installation: addresses, theme, access tokens, trace sources. */

import { useSignOut } from "../api/queries";
import { Link, routes } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { useCurrentSession, useMayWrite } from "../app/session";
import { setTheme, type Theme, useThemeChoice } from "../app/theme";
import { toastError } from "../app/toasts";
import { Card, Notice, Segmented, Time } from "../components/Basics";
import { Icon } from "../components/Icon";
import { Text } from "../components/Text";
import { PasswordForm } from "./settings/PasswordForm";
import { Tokens } from "./settings/Tokens";
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
        <Card title="Network lists" note="Named networks that APIs let in or keep out, and trusted proxies">
          <div className="card-foot">
            <Link className="button" href={routes.lists()}>
              <Icon name="globe" /> Open the network lists
            </Link>
          </div>
        </Card>
        <Card title="People and keys" note="Users, projects, and key pairs for pipelines">
          <div className="card-foot">
            <Link className="button" href={routes.people()}>
              <Icon name="key" /> Open people and keys
            </Link>
          </div>
        </Card>
        <Card title="Gates" note="What must hold for APIs, jobs and pipelines">
          <div className="card-foot">
            <Link className="button" href={routes.gates()}>
              <Icon name="shield" /> Open the gates
            </Link>
          </div>
        </Card>
        {session?.user && !session.user.issuer && (
          <Card title="Your password">
            <div className="card-text">
              <PasswordForm />
            </div>
          </Card>
        )}
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

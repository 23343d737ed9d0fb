/** The frame around every page: navigation, connection banner, theme. */

import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { connectionStore } from "../api/client";
import { useSetProject } from "../api/people";
import { useApis } from "../api/queries";
import type { Session } from "../api/types";
import { Icon, type IconName, Logo } from "../components/Icon";
import { Text } from "../components/Text";
import { clockTime } from "../lib/format";
import { go, Link, routes, usePlace } from "./router";
import { setTheme, useTheme } from "./theme";
import { toastError } from "./toasts";

const NAVIGATION: { href: string; label: string; icon: IconName; first: string | undefined }[] = [
  { href: routes.overview(), label: "Overview", icon: "overview", first: undefined },
  { href: routes.apis(), label: "APIs", icon: "apis", first: "apis" },
  { href: routes.thirdParties(), label: "Third parties", icon: "globe", first: "third-parties" },
  { href: routes.findings(), label: "Findings", icon: "alert", first: "findings" },
  { href: routes.jobs(), label: "Jobs", icon: "clock", first: "jobs" },
  { href: routes.events(), label: "Events", icon: "events", first: "events" },
  { href: routes.settings(), label: "Settings", icon: "settings", first: "settings" },
];

export function Shell({ session, children }: { session: Session; children: ReactNode }) {
  const { parts } = usePlace();
  const apis = useApis();
  const shown = (apis.data?.items ?? []).slice(0, 12);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="side">
        <Link href={routes.overview()} className="brand" aria-label="Palisade, overview">
          <Logo />
          <span>Palisade</span>
          {session.demo && <span className="tag">demo</span>}
        </Link>
        <nav aria-label="Main">
          <ul className="nav">
            {NAVIGATION.map((entry) => {
              const current = parts[0] === entry.first;
              return (
                <li key={entry.href}>
                  <Link
                    href={entry.href}
                    className={current ? "nav-link nav-on" : "nav-link"}
                    aria-current={current ? "page" : undefined}
                  >
                    <Icon name={entry.icon} />
                    <span>{entry.label}</span>
                  </Link>
                  {entry.first === "apis" && shown.length > 0 && (
                    <ul className="nav-sub">
                      {shown.map((api) => (
                        <li key={api.id}>
                          <Link
                            href={routes.api(api.id)}
                            className={parts[1] === api.id ? "nav-link nav-on" : "nav-link"}
                            aria-current={parts[1] === api.id ? "true" : undefined}
                          >
                            <Text text={api.name} limit={22} />
                            <span
                              className={`mode-dot mode-dot-${api.mode}`}
                              title={api.mode === "block" ? "Mode: block" : "Mode: observe"}
                            />
                          </Link>
                        </li>
                      ))}
                    </ul>
                  )}
                </li>
              );
            })}
          </ul>
        </nav>
        {session.projects.length > 1 && <ProjectSwitch session={session} />}
        <div className="side-foot">
          <ThemeButton />
          <span
            className="side-version"
            title={`Signed in as ${session.name}, with the role ${session.role}`}
          >
            {session.role} · {session.version}
          </span>
        </div>
      </header>
      <div className="body">
        <ConnectionBanner />
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  );
}

/** Which project is shown. A token has one; users may have several. */
function ProjectSwitch({ session }: { session: Session }) {
  const change = useSetProject();
  return (
    <label className="select side-project">
      <span className="visually-hidden">Project</span>
      <select
        value={session.project.id}
        disabled={change.isPending}
        onChange={(event) =>
          change.mutate(event.target.value, {
            onSuccess: () => go(routes.overview()),
            onError: toastError("The project was not changed"),
          })
        }
      >
        {session.projects.map((one) => (
          <option key={one.project_id} value={one.project_id}>
            {one.project}
          </option>
        ))}
      </select>
    </label>
  );
}

function ThemeButton() {
  const theme = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`Switch to the ${other} theme`}
      title={`Switch to the ${other} theme`}
      onClick={() => setTheme(other)}
    >
      <Icon name={theme === "dark" ? "sun" : "moon"} />
    </button>
  );
}

function ConnectionBanner() {
  const connection = useSyncExternalStore(connectionStore.subscribe, connectionStore.get);
  if (!connection.lost) return null;
  return (
    <div className="banner" role="alert">
      <Icon name="alert" />
      <span>
        The control plane does not answer.{" "}
        {connection.lastSuccess ? `What you see is from ${clockTime(connection.lastSuccess)}. ` : ""}
        Trying again by itself; the gateway goes on with its last policy.
      </span>
    </div>
  );
}

/** A page's heading; it also names the browser tab. */
export function PageHead({
  title,
  note,
  actions,
  above,
}: {
  title: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  above?: ReactNode;
}) {
  return (
    <div className="page-head">
      {above}
      <div className="page-head-row">
        <h1>{title}</h1>
        {note && <span className="page-note">{note}</span>}
        {actions && <div className="page-actions">{actions}</div>}
      </div>
    </div>
  );
}

export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} \u00b7 Palisade`;
  }, [title]);
}

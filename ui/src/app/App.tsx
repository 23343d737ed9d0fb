import { useSession } from "../api/queries";
import { Loading } from "../components/Basics";
import { ApiPage } from "../pages/ApiPage";
import { ApisPage } from "../pages/ApisPage";
import { EventsPage } from "../pages/EventsPage";
import { FindingsPage } from "../pages/FindingsPage";
import { GatesPage } from "../pages/GatesPage";
import { JobsPage } from "../pages/JobsPage";
import { ListsPage } from "../pages/ListsPage";
import { LoginPage } from "../pages/LoginPage";
import { NotFound } from "../pages/NotFound";
import { OverviewPage } from "../pages/OverviewPage";
import { PasswordPage } from "../pages/PasswordPage";
import { PeoplePage } from "../pages/PeoplePage";
import { SettingsPage } from "../pages/SettingsPage";
import { ThirdPartiesPage } from "../pages/ThirdPartiesPage";
import { ThirdPartyPage } from "../pages/ThirdPartyPage";
import { Keyboard } from "./keyboard";
import { usePlace } from "./router";
import { Shell } from "./Shell";
import { SessionContext } from "./session";
import { Toasts } from "./toasts";

export function App() {
  const session = useSession();
  if (session.data === undefined) {
    return session.error ? (
      <LoginPage unreachable={session.error} />
    ) : (
      <Loading label="Opening the console" />
    );
  }
  if (session.data === null) return <LoginPage />;
  if (session.data.user?.must_change_password)
    return (
      <>
        <PasswordPage />
        <Toasts />
      </>
    );
  return (
    <SessionContext value={session.data}>
      <Shell session={session.data}>
        <Page />
      </Shell>
      <Keyboard />
      <Toasts />
    </SessionContext>
  );
}

function Page() {
  const { parts } = usePlace();
  const [first, second, third, ...more] = parts;
  if (more.length > 0) return <NotFound />;
  if (first === undefined) return <OverviewPage />;
  if (first === "apis" && second === undefined) return <ApisPage />;
  if (first === "apis" && second !== undefined)
    return <ApiPage key={second} id={second} tab={third ?? "inventory"} />;
  if (first === "third-parties" && second === undefined) return <ThirdPartiesPage />;
  if (first === "third-parties" && second !== undefined)
    return <ThirdPartyPage key={second} id={second} tab={third ?? "overview"} />;
  if (first === "findings" && second === undefined) return <FindingsPage />;
  if (first === "jobs" && third === undefined && ["controllers", "schedules", undefined].includes(second))
    return <JobsPage tab={second ?? "list"} />;
  if (first === "events" && second === undefined) return <EventsPage />;
  if (first === "settings" && second === undefined) return <SettingsPage />;
  if (first === "settings" && second === "lists" && third === undefined) return <ListsPage />;
  if (first === "settings" && second === "gates" && third === undefined) return <GatesPage />;
  if (first === "settings" && second === "people" && third === undefined) return <PeoplePage />;
  return <NotFound />;
}

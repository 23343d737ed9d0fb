/** One third-party API: its head with what is running, and the tabs; each tab is a file in `third-party/`. */

import { useState } from "react";
import { ApiError } from "../api/client";
import {
  useAssess,
  useAssessment,
  useCancelAssessment,
  useChangeThirdParty,
  useRemoveThirdParty,
  useThirdParty,
} from "../api/queries";
import type { Schedule, ThirdParty } from "../api/types";
import { go, Link, routes } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { useMayWrite } from "../app/session";
import { toast, toastError } from "../app/toasts";
import { Empty, Failed, Loading, Notice, Time } from "../components/Basics";
import { Dialog } from "../components/Dialog";
import { GradeBadge } from "../components/Grades";
import { Icon } from "../components/Icon";
import { Tabs } from "../components/Tabs";
import { Text } from "../components/Text";
import { NotFound } from "./NotFound";
import { AvailabilityTab } from "./third-party/AvailabilityTab";
import { FactsTab } from "./third-party/FactsTab";
import { FindingsTab } from "./third-party/FindingsTab";
import { HistoryTab } from "./third-party/HistoryTab";
import { OverviewTab } from "./third-party/OverviewTab";
import { ThirdPartyForm } from "./third-party/ThirdPartyForm";

const TABS = [
  ["overview", "Overview"],
  ["findings", "Findings"],
  ["history", "History"],
  ["availability", "Availability"],
  ["facts", "Facts"],
] as const;

export function ThirdPartyPage({ id, tab }: { id: string; tab: string }) {
  const party = useThirdParty(id);
  const data = party.data;
  const detail = useAssessment(id, data?.completed?.id);
  const label = TABS.find(([name]) => name === tab)?.[1];
  useTitle(data ? `${data.name}: ${label ?? tab}` : "Third party");
  if (label === undefined) return <NotFound />;
  if (!data) {
    if (party.error instanceof ApiError && party.error.status === 404) {
      return (
        <Empty icon="search" title="There is no such third party">
          <p>
            <Link href={routes.thirdParties()}>All third parties</Link>
          </p>
        </Empty>
      );
    }
    return party.error ? <Failed error={party.error} retry={() => party.refetch()} /> : <Loading />;
  }
  return (
    <>
      <PageHead
        above={
          <nav className="crumbs" aria-label="You are here">
            <Link href={routes.thirdParties()}>Third parties</Link>
          </nav>
        }
        title={<Text text={data.name} limit={60} />}
        note={
          <>
            <GradeBadge grade={data.completed?.grade} /> <Facts party={data} />
          </>
        }
        actions={<Actions party={data} />}
      />
      <Standing party={data} />
      <Tabs
        label="Parts of this third party"
        current={tab}
        tabs={TABS.map(([key, label]) => ({ key, label, href: routes.thirdParty(id, key) }))}
      />
      {detail.error && !detail.data && <Failed error={detail.error} retry={() => detail.refetch()} />}
      {tab === "overview" && <OverviewTab party={data} detail={detail.data} />}
      {tab === "findings" && <FindingsTab detail={detail.data} />}
      {tab === "history" && <HistoryTab party={data} />}
      {tab === "availability" && <AvailabilityTab party={data} />}
      {tab === "facts" && <FactsTab detail={detail.data} />}
    </>
  );
}

export function scheduleWords(schedule: Schedule): string {
  switch (schedule.kind) {
    case "hours":
      return schedule.every === 1 ? "every hour" : `every ${schedule.every} hours`;
    case "daily":
      return `every day at ${schedule.at} UTC`;
    case "weekly":
      return `every ${schedule.day} at ${schedule.at} UTC`;
    default:
      return "only when asked";
  }
}

function Facts({ party }: { party: ThirdParty }) {
  return (
    <span className="api-facts">
      <span>
        <Text text={party.url} limit={80} className="mono" />
      </span>
      <span>
        last run <Time time={party.last?.ended_at} />
      </span>
      <span>
        assessed {scheduleWords(party.schedule)}
        {party.next_at && (
          <>
            , next <Time time={party.next_at} />
          </>
        )}
      </span>
    </span>
  );
}

/** What is being done, or why the last try gave nothing. */
function Standing({ party }: { party: ThirdParty }) {
  if (party.open)
    return (
      <div role="status">
        <Notice>
          {party.open.state === "pending" ? (
            <>An assessment waits for its turn.</>
          ) : (
            <>
              An assessment runs, now: <Text text={party.open.progress ?? "beginning"} limit={40} />.
            </>
          )}
        </Notice>
      </div>
    );
  if (party.last && party.last.state !== "completed")
    return (
      <Notice tone={party.last.state === "failed" ? "bad" : "warn"}>
        The last assessment {party.last.state === "failed" ? "failed" : "was cancelled"}:{" "}
        <Text text={party.last.reason ?? "no reason is known"} limit={300} />.
        {party.completed && " What you see is from the one before."}
      </Notice>
    );
  return null;
}

function Actions({ party }: { party: ThirdParty }) {
  const mayWrite = useMayWrite();
  const assess = useAssess(party.id);
  const cancel = useCancelAssessment(party.id);
  const change = useChangeThirdParty(party.id);
  const remove = useRemoveThirdParty(party.id);
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  if (!mayWrite) return null;
  const open = party.open;
  return (
    <div className="button-row">
      {open ? (
        <button
          type="button"
          className="button"
          disabled={cancel.isPending}
          onClick={() => cancel.mutate(open.id, { onError: toastError("The assessment was not cancelled") })}
        >
          <Icon name="close" /> Cancel
        </button>
      ) : (
        <button
          type="button"
          className="button button-primary"
          disabled={assess.isPending}
          onClick={() => assess.mutate(undefined, { onError: toastError("No assessment was begun") })}
        >
          <Icon name="play" /> Run now
        </button>
      )}
      <button type="button" className="button" onClick={() => setEditing(true)}>
        <Icon name="settings" /> Change
      </button>
      <button type="button" className="button" onClick={() => setRemoving(true)}>
        Remove
      </button>
      <ThirdPartyForm
        open={editing}
        title="Change what is set"
        submit="Save"
        party={party}
        error={change.error}
        pending={change.isPending}
        onClose={() => {
          change.reset();
          setEditing(false);
        }}
        onSubmit={(_, settings) =>
          change.mutate(settings, {
            onSuccess: () => {
              setEditing(false);
              toast("It is changed.");
            },
          })
        }
      />
      <Dialog
        open={removing}
        title="Remove this third party?"
        onClose={() => setRemoving(false)}
        actions={
          <>
            <button type="button" className="button" onClick={() => setRemoving(false)}>
              Cancel
            </button>
            <button
              type="button"
              className="button button-danger"
              disabled={remove.isPending}
              onClick={() =>
                remove.mutate(undefined, {
                  onSuccess: () => go(routes.thirdParties()),
                  onError: toastError("It was not removed"),
                })
              }
            >
              Remove
            </button>
          </>
        }
      >
        <p>
          Every assessment of <Text text={party.name} limit={60} /> and the measurements of its availability
          go with it. This cannot be undone.
        </p>
      </Dialog>
    </div>
  );
}

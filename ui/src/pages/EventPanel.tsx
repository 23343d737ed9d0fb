/** One event: what broke, how the decision was made, and "allow this". */

import { useEvents } from "../api/queries";
import type { Event, Step } from "../api/types";
import { Link, routes } from "../app/router";
import { useMayWrite } from "../app/session";
import { useAllowWithUndo } from "../components/allow";
import { EffectBadge, Method } from "../components/Badges";
import { CopyButton, Empty, Failed, Loading, Notice, Time } from "../components/Basics";
import { Icon } from "../components/Icon";
import { Panel, PanelSection } from "../components/Panel";
import { Text } from "../components/Text";
import { absolute, plural } from "../lib/format";
import { ACTIONS, checkLabel } from "../lib/protection";

export function EventPanel({
  uuid,
  known,
  onClose,
}: {
  uuid: string;
  known: Event | undefined;
  onClose: () => void;
}) {
  // Read by uuid even when the list has it: a merged uuid leads to its event, and an old one may be off the list.
  const found = useEvents({ uuid, limit: 1 }, true);
  const event = (found.isPlaceholderData ? undefined : found.data?.items[0]) ?? known;
  return (
    <Panel name={uuid} onClose={onClose} title={event ? <Text text={event.title} limit={120} /> : "Event"}>
      {found.error && !event && <Failed error={found.error} retry={() => found.refetch()} />}
      {!event && (found.isPending || found.isPlaceholderData) && <Loading />}
      {!event && found.data && !found.isPlaceholderData && (
        <Empty icon="search" title="No such event">
          <p>It may have been removed: only the newest events are kept.</p>
        </Empty>
      )}
      {event && <Details event={event} uuid={uuid} />}
    </Panel>
  );
}

const WHAT: Record<string, string> = {
  "prevent prevent": "The request was rejected and never reached the upstream.",
  "alert prevent": "The request was passed on. In block mode it would have been rejected.",
  "alert alert": "The request was passed on. Block mode would pass it on too.",
  "ban ban": "The request was rejected, and so is everything its caller sends until the ban ends.",
  "alert ban": "The request was passed on. In block mode it would have been rejected and its caller banned.",
};

function Details({ event, uuid }: { event: Event; uuid: string }) {
  return (
    <>
      <p className="event-lead">
        <EffectBadge effect={event.effect} would={event.would} />{" "}
        {WHAT[`${event.effect} ${event.would}`] ?? ""}
      </p>
      <dl className="fact-grid">
        <div>
          <dt>Request</dt>
          <dd className="operation">
            <Method method={event.method} />
            <Text text={event.path} limit={300} className="mono wrap" />
          </dd>
        </div>
        <div>
          <dt>API and operation</dt>
          <dd>
            <Link href={routes.api(event.api_id)}>
              <Text text={event.api_name} limit={40} />
            </Link>
            {event.operation ? (
              <>
                {", "}
                <Link href={routes.operation(event.api_id, event.operation_id)}>
                  <Text text={event.operation} limit={90} className="mono" />
                </Link>
              </>
            ) : (
              ", no operation matched"
            )}
          </dd>
        </div>
        <div>
          <dt>Status</dt>
          <dd>
            {event.status ?? "none"} to the client,{" "}
            {typeof event.upstream_status !== "number"
              ? "upstream not asked"
              : `${event.upstream_status} from the upstream`}
          </dd>
        </div>
        <div>
          <dt>Seen</dt>
          <dd>
            {event.count === 1 ? (
              <>
                once, <Time time={event.last_time} />{" "}
                <span className="muted">({absolute(event.last_time)})</span>
              </>
            ) : (
              <>
                {plural(event.count, "time")}, first <Time time={event.first_time} />, last{" "}
                <Time time={event.last_time} />
              </>
            )}
          </dd>
        </div>
        <div>
          <dt>Caller</dt>
          <dd>
            <Text text={event.client} limit={60} className="mono" />
            {event.principal && (
              <>
                {" "}
                as <Text text={event.principal} limit={80} />
              </>
            )}{" "}
            <Link className="nowrap" href={routes.events(`?client=${encodeURIComponent(event.client)}`)}>
              all of it
            </Link>
          </dd>
        </div>
        <div>
          <dt>Check</dt>
          <dd>
            {checkLabel(event.check)} <span className="muted">{event.code}</span>
          </dd>
        </div>
        {event.banned && (
          <div>
            <dt>Ban</dt>
            <dd>
              <Text text={event.banned} limit={60} className="mono" />, ends <Time time={event.ban_until} />
            </dd>
          </div>
        )}
        <div>
          <dt>uuid</dt>
          <dd className="uuid">
            <code>{uuid}</code> <CopyButton text={uuid} />
          </dd>
        </div>
      </dl>
      {(event.degraded || event.fault || event.not_assessed.length > 0) && (
        <Notice tone="warn">
          {event.degraded && (
            <>
              It could not be judged as it should have been: <Text text={event.degraded} limit={200} />.{" "}
            </>
          )}
          {event.fault && (
            <>
              The exchange broke off: <Text text={event.fault} limit={200} />.{" "}
            </>
          )}
          {event.not_assessed.length > 0 && (
            <>
              Not assessed: <Text text={event.not_assessed.join(", ")} limit={200} />.
            </>
          )}
        </Notice>
      )}
      <PanelSection title="What is wrong">
        {event.errors.length === 0 && <p className="muted">No field was named.</p>}
        <ul className="errors">
          {event.errors.map((error) => (
            <li key={`${error.in} ${error.name ?? ""} ${error.pointer ?? ""} ${error.code}`}>
              <div>
                <span className="tag">{error.in}</span>{" "}
                {(error.name || error.pointer) && (
                  <code>
                    <Text text={error.name || error.pointer || ""} limit={90} />
                  </code>
                )}{" "}
                <span className="muted">{error.code}</span>
              </div>
              <Text text={error.message} limit={400} />
            </li>
          ))}
        </ul>
      </PanelSection>
      <PanelSection title="Allow this">
        <Allow event={event} />
      </PanelSection>
      <PanelSection title="How it was decided">
        <ol className="steps">
          {event.steps.map((step, index) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place
              key={index}
              className={`step step-${stepTone(step)}`}
            >
              <span className="step-name">
                <Text text={checkLabel(step.step)} limit={60} />
              </span>{" "}
              <span className="step-outcome">{step.outcome.replace("-", " ")}</span>
              {step.effect && (
                <span className={`badge effect-${step.effect}`}>
                  {ACTIONS[step.effect]?.label ?? step.effect}
                </span>
              )}
              {step.detail && (
                <div className="sub">
                  <Text text={step.detail} limit={300} />
                </div>
              )}
            </li>
          ))}
        </ol>
      </PanelSection>
    </>
  );
}

/** A step that failed is as bad as what it leads to. */
function stepTone(step: Step): string {
  switch (step.outcome) {
    case "passed":
      return "pass";
    case "failed":
      return step.effect === "alert" || step.effect === "allow" ? "warn" : "fail";
    case "not-assessed":
      return "unknown";
    default:
      return "other";
  }
}

function Allow({ event }: { event: Event }) {
  const { allow, undo, pending } = useAllowWithUndo();
  const mayWrite = useMayWrite();
  if (event.exception_id) {
    const exception = event.exception_id;
    return (
      <>
        <p>This reason is allowed for this operation: such requests pass from now on.</p>
        <button
          type="button"
          className="button"
          disabled={!mayWrite || pending}
          onClick={() => undo(event.api_id, exception)}
        >
          <Icon name="undo" /> Undo
        </button>
      </>
    );
  }
  if (!event.allowable)
    return (
      <p className="muted">This cannot be allowed by itself: add the operation to the contract instead.</p>
    );
  return (
    <>
      <p className="muted">
        Makes an exception for this operation, this place and this reason. All other checks stay.
      </p>
      <button
        type="button"
        className="button"
        disabled={!mayWrite || pending}
        onClick={() => allow(event.api_id, event.uuid)}
      >
        <Icon name="check" /> Allow this
      </button>
    </>
  );
}

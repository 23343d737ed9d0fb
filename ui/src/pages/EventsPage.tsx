/** What the guard saw: requests that it refused or told of, filtered, counted, grouped. */

import { type ReactNode, useDeferredValue, useEffect, useState } from "react";
import { useApis, useEventSummary, useEvents, useOperations } from "../api/queries";
import type { Event, EventGroupBy } from "../api/types";
import { useNow } from "../app/now";
import { setSearch, usePlace } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { EffectBadge, Method } from "../components/Badges";
import { Empty, Failed, Loading, SearchField, Segmented, Time } from "../components/Basics";
import { Icon } from "../components/Icon";
import { LIST_STEP, ListFoot } from "../components/ListFoot";
import { Text } from "../components/Text";
import { absolute, count, plural } from "../lib/format";
import { CHECKS, checkLabel } from "../lib/protection";
import { EventPanel } from "./EventPanel";
import { EventChart, EventGroups } from "./EventSummary";

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

const RANGES = [
  { value: "", label: "Any time", minutes: 0 },
  { value: "15m", label: "Last 15 minutes", minutes: 15 },
  { value: "1h", label: "Last hour", minutes: 60 },
  { value: "24h", label: "Last 24 hours", minutes: 1440 },
  { value: "7d", label: "Last 7 days", minutes: 10_080 },
];

const GROUPS: { value: EventGroupBy | ""; label: string }[] = [
  { value: "", label: "No groups" },
  { value: "operation", label: "By operation" },
  { value: "reason", label: "By reason" },
  { value: "check", label: "By check" },
  { value: "client", label: "By client" },
  { value: "effect", label: "By effect" },
  { value: "api", label: "By API" },
];

/** The members of the search that narrow the list, beside the uuid. */
const FILTERS = [
  "api",
  "operation",
  "effect",
  "check",
  "code",
  "client",
  "status",
  "q",
  "range",
  "since",
  "until",
];

export function EventsPage() {
  useTitle("Events");
  const { search } = usePlace();
  const apis = useApis();
  const [live, setLive] = useState(true);
  const [limit, setLimit] = useState(LIST_STEP);
  const of = (name: string) => search.get(name) ?? "";
  const api = of("api");
  const uuid = of("uuid");
  const selected = search.get("event");
  const complete = UUID.test(uuid.trim());
  const text = useDeferredValue(of("q"));
  const now = useNow();
  const range = RANGES.find((entry) => entry.value === of("range"));
  // To the minute: the question stays the same between two readings.
  const since = range?.minutes
    ? new Date((Math.floor(now / 60_000) - range.minutes) * 60_000).toISOString()
    : of("since");
  const narrowed = {
    api_id: api || undefined,
    effect: of("effect") || undefined,
    operation_id: of("operation") || undefined,
    check: of("check") || undefined,
    code: of("code") || undefined,
    client: of("client") || undefined,
    status: of("status") || undefined,
    text: text.trim() || undefined,
    since: since || undefined,
    until: of("until") || undefined,
  };
  const sort = of("sort");
  const events = useEvents(
    { ...narrowed, uuid: complete ? uuid.trim() : undefined, sort: sort || undefined, limit },
    live,
  );
  const by = [of("group"), of("and")].filter((word) => word !== "");
  const summary = useEventSummary(narrowed, by.join(","), live);
  const list = events.data?.items ?? [];
  const filtered = uuid !== "" || FILTERS.some((name) => of(name) !== "");
  const chips = ["code", "client", "status", "since", "until"].filter((name) => of(name) !== "");
  const clear = () => setSearch({ uuid: null, ...Object.fromEntries(FILTERS.map((name) => [name, null])) });

  // A full uuid with one event opens it: whoever pastes one wants to read it.
  const only = complete && list.length === 1 ? list[0] : undefined;
  useEffect(() => {
    if (only && !events.isPlaceholderData) setSearch({ event: only.uuid });
  }, [only, events.isPlaceholderData]);

  return (
    <div className={selected ? "with-panel" : undefined}>
      <PageHead
        title="Events"
        note="Requests that the protection refused or told of; equal ones within five minutes are one event with a count"
      />
      <div className="toolbar">
        <SearchField
          value={uuid || of("q")}
          onChange={(value) =>
            setSearch(looksLikeUuid(value) ? { uuid: value, q: null } : { q: value, uuid: null })
          }
          label="Find events by a text or a uuid"
          placeholder="path, reason, field or uuid"
        />
        <Segmented
          label="Effect"
          value={of("effect")}
          options={[
            { value: "", label: "All" },
            { value: "prevent", label: "Blocked" },
            { value: "ban", label: "Banned" },
            { value: "alert", label: "Passed on" },
          ]}
          onChange={(value) => setSearch({ effect: value })}
        />
        <Filter
          label="Time"
          value={of("range")}
          onChange={(value) => setSearch({ range: value, since: null, until: null })}
        >
          {RANGES.map((entry) => (
            <option key={entry.value} value={entry.value}>
              {entry.label}
            </option>
          ))}
        </Filter>
        <Filter label="API" value={api} onChange={(value) => setSearch({ api: value, operation: null })}>
          <option value="">All APIs</option>
          {(apis.data?.items ?? []).map((entry) => (
            <option key={entry.id} value={entry.id}>
              {entry.name.slice(0, 60)}
            </option>
          ))}
        </Filter>
        {api !== "" && <OperationSelect api={api} value={of("operation")} />}
        <Filter label="Check" value={of("check")} onChange={(value) => setSearch({ check: value })}>
          <option value="">All checks</option>
          {Object.entries(CHECKS).map(([name, { label }]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </Filter>
        <span className="toolbar-gap" />
        <button
          type="button"
          className="button"
          aria-pressed={live}
          onClick={() => setLive(!live)}
          title={live ? "New events come in by themselves" : "The list stands still"}
        >
          <Icon name={live ? "pause" : "play"} /> {live ? "Pause" : "Go live"}
        </button>
      </div>
      {chips.length > 0 && (
        <div className="filters event-chips">
          {chips.map((name) => (
            <button
              key={name}
              type="button"
              className="chip chip-on"
              aria-label={`Any ${name}`}
              onClick={() => setSearch({ [name]: null })}
            >
              {name}:{" "}
              <Text text={name === "since" || name === "until" ? absolute(of(name)) : of(name)} limit={60} />
              <Icon name="close" />
            </button>
          ))}
        </div>
      )}
      {uuid !== "" && !complete && (
        <p className="hint">
          A uuid has 32 hexadecimal digits, for example 01936f4a-2b10-7c3e-9a41-5d1f0c8e7a01. It stands in the
          problem document that the client got.
        </p>
      )}
      {events.error && !events.data && <Failed error={events.error} retry={() => events.refetch()} />}
      {events.isPending && <Loading />}
      {summary.data && summary.data.count > 0 && uuid === "" && (
        <EventChart
          summary={summary.data}
          onZoom={(from, until) => setSearch({ range: null, since: from, until })}
        />
      )}
      {list.length > 0 && uuid === "" && (
        <div className="toolbar toolbar-tight">
          <Filter
            label="Groups"
            value={of("group")}
            onChange={(value) => setSearch({ group: value, and: null })}
          >
            {GROUPS.map((entry) => (
              <option key={entry.value} value={entry.value}>
                {entry.label}
              </option>
            ))}
          </Filter>
          {of("group") !== "" && (
            <Filter label="Then" value={of("and")} onChange={(value) => setSearch({ and: value })}>
              {GROUPS.filter((entry) => entry.value !== of("group")).map((entry) => (
                <option key={entry.value} value={entry.value}>
                  {entry.value === "" ? "and nothing more" : entry.label.replace("By", "and")}
                </option>
              ))}
            </Filter>
          )}
          {of("group") === "" && (
            <Filter label="Order" value={sort} onChange={(value) => setSearch({ sort: value })}>
              <option value="">Newest first</option>
              <option value="last">Last seen first</option>
              <option value="count">Most frequent first</option>
            </Filter>
          )}
          {filtered && (
            <button type="button" className="button button-small" onClick={clear}>
              Clear filters
            </button>
          )}
          {(summary.data?.dropped ?? 0) > 0 && (
            <span className="toolbar-note">
              {plural(summary.data?.dropped ?? 0, "older event")} dropped since start: the newest 50,000 are
              kept
            </span>
          )}
        </div>
      )}
      {events.data && list.length === 0 && (
        <Empty icon="shield" title={filtered ? "No event matches" : "No events yet"}>
          {filtered ? (
            <button type="button" className="button" onClick={clear}>
              Show all events
            </button>
          ) : (
            <p>A request that breaks the contract appears here, with the exact field and the reason.</p>
          )}
        </Empty>
      )}
      {list.length > 0 && by.length > 0 && uuid === "" ? (
        <EventGroups summary={summary.data} />
      ) : (
        list.length > 0 && (
          <div className="table-wrap">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Effect</th>
                  <th scope="col">Reason</th>
                  <th scope="col" className="c-m">
                    Request
                  </th>
                  <th scope="col" className="c-xl">
                    Client
                  </th>
                  <th scope="col" className="num c-m">
                    Status
                  </th>
                  <th scope="col" className="num">
                    Count
                  </th>
                  <th scope="col" className="c-xl">
                    API
                  </th>
                  <th scope="col">Last</th>
                </tr>
              </thead>
              <tbody>
                {list.map((event) => (
                  <Row key={event.id} event={event} selected={event.uuid === selected} />
                ))}
              </tbody>
            </table>
            <ListFoot
              shown={plural(list.length, "event")}
              more={Boolean(events.data?.next)}
              label="Show older"
              limit={limit}
              most={1000}
              onLimit={setLimit}
            />
          </div>
        )
      )}
      {selected && (
        <EventPanel
          uuid={selected}
          known={list.find((event) => event.uuid === selected)}
          onClose={() => setSearch({ event: null, ...(complete ? { uuid: null } : {}) })}
        />
      )}
    </div>
  );
}

/** Eight hexadecimal digits and more of a uuid: a path or a reason is none. */
const looksLikeUuid = (text: string) => /^[0-9a-f]{8}-?[0-9a-f]*(-[0-9a-f]*)*$/i.test(text.trim());

function Filter({
  label,
  value,
  onChange,
  children,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}) {
  return (
    <label className="select">
      <span className="visually-hidden">{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </label>
  );
}

function OperationSelect({ api, value }: { api: string; value: string }) {
  const operations = useOperations(api);
  return (
    <label className="select">
      <span className="visually-hidden">Operation</span>
      <select value={value} onChange={(event) => setSearch({ operation: event.target.value })}>
        <option value="">All operations</option>
        {(operations.data?.items ?? []).map((operation) => (
          <option key={operation.id} value={operation.id}>
            {`${operation.method} ${operation.path}`.slice(0, 80)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Row({ event, selected }: { event: Event; selected: boolean }) {
  const open = () => setSearch({ event: event.uuid });
  const first = event.errors[0];
  return (
    <tr
      data-row
      tabIndex={0}
      aria-selected={selected}
      onClick={open}
      onKeyDown={(key) => key.key === "Enter" && open()}
    >
      <td>
        <EffectBadge effect={event.effect} would={event.would} />
      </td>
      <td>
        <Text text={event.title} limit={90} />{" "}
        {event.check && <span className="tag">{checkLabel(event.check)}</span>}
        {first && (
          <div className="sub">
            {first.in}
            {(first.name || first.pointer) && (
              <>
                {" "}
                <Text text={first.name || first.pointer || ""} limit={40} className="mono" />
              </>
            )}
            : <Text text={first.message} limit={90} />
          </div>
        )}
      </td>
      <td className="c-m">
        <span className="operation">
          <Method method={event.method} />
          <Text text={event.path} limit={56} className="mono" />
        </span>
        {event.exception_id && <span className="tag">allowed since</span>}
      </td>
      <td className="c-xl mono">
        <Text text={event.client} limit={26} />
      </td>
      <td className="num c-m">{event.status || <span className="muted">none</span>}</td>
      <td className="num">{count(event.count)}</td>
      <td className="c-xl">
        <Text text={event.api_name} limit={30} />
      </td>
      <td className="nowrap">
        <Time time={event.last_time} />
      </td>
    </tr>
  );
}

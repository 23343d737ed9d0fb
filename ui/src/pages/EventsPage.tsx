/** What the guard saw: requests that break the contract, newest first. */

import { useEffect, useState } from "react";
import { useApis, useEvents, useOperations } from "../api/queries";
import type { Event } from "../api/types";
import { setSearch, usePlace } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { EffectBadge, Method } from "../components/Badges";
import { Empty, Failed, Loading, SearchField, Segmented, Time } from "../components/Basics";
import { Icon } from "../components/Icon";
import { Text } from "../components/Text";
import { count, plural } from "../lib/format";
import { EventPanel } from "./EventPanel";

const STEP = 100;
const MOST = 1000;
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

export function EventsPage() {
  useTitle("Events");
  const { search } = usePlace();
  const apis = useApis();
  const [live, setLive] = useState(true);
  const [limit, setLimit] = useState(STEP);
  const api = search.get("api") ?? "";
  const operation = search.get("operation") ?? "";
  const effect = search.get("effect") ?? "";
  const uuid = search.get("uuid") ?? "";
  const selected = search.get("event");
  const complete = UUID.test(uuid.trim());
  const filter = {
    api_id: api || undefined,
    effect: effect || undefined,
    operation_id: operation || undefined,
    uuid: complete ? uuid.trim() : undefined,
    limit,
  };
  const events = useEvents(filter, live);
  const list = events.data?.items ?? [];
  const filtered = api !== "" || effect !== "" || operation !== "" || uuid !== "";

  // A full uuid with one event opens it: whoever pastes one wants to read it.
  const only = complete && list.length === 1 ? list[0] : undefined;
  useEffect(() => {
    if (only && !events.isPlaceholderData) setSearch({ event: only.uuid });
  }, [only, events.isPlaceholderData]);

  return (
    <div className={selected ? "with-panel" : undefined}>
      <PageHead
        title="Events"
        note="Requests that break the contract; equal ones within five minutes are one event with a count"
      />
      <div className="toolbar">
        <SearchField
          value={uuid}
          onChange={(value) => setSearch({ uuid: value })}
          label="Find an event by its uuid"
          placeholder="uuid of a problem"
        />
        <Segmented
          label="Effect"
          value={effect}
          options={[
            { value: "", label: "All" },
            { value: "prevent", label: "Blocked" },
            { value: "alert", label: "Passed on" },
          ]}
          onChange={(value) => setSearch({ effect: value })}
        />
        <label className="select">
          <span className="visually-hidden">API</span>
          <select value={api} onChange={(event) => setSearch({ api: event.target.value, operation: null })}>
            <option value="">All APIs</option>
            {(apis.data?.items ?? []).map((entry) => (
              <option key={entry.id} value={entry.id}>
                {entry.name.slice(0, 60)}
              </option>
            ))}
          </select>
        </label>
        {api !== "" && <OperationSelect api={api} value={operation} />}
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
      {uuid !== "" && !complete && (
        <p className="hint">
          A uuid has 32 hexadecimal digits, for example 01936f4a-2b10-7c3e-9a41-5d1f0c8e7a01. It stands in the
          problem document that the client got.
        </p>
      )}
      {events.error && !events.data && <Failed error={events.error} retry={() => events.refetch()} />}
      {events.isPending && <Loading />}
      {events.data && list.length === 0 && (
        <Empty icon="shield" title={filtered ? "No event matches" : "No events yet"}>
          {filtered ? (
            <button
              type="button"
              className="button"
              onClick={() => setSearch({ uuid: null, api: null, operation: null, effect: null })}
            >
              Show all events
            </button>
          ) : (
            <p>A request that breaks the contract appears here, with the exact field and the reason.</p>
          )}
        </Empty>
      )}
      {list.length > 0 && (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Effect</th>
                <th scope="col">Reason</th>
                <th scope="col" className="c-m">
                  Request
                </th>
                <th scope="col" className="num c-m">
                  Status
                </th>
                <th scope="col" className="num">
                  Count
                </th>
                <th scope="col" className="c-m">
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
          <div className="table-foot">
            <span className="muted">{plural(list.length, "event")} shown</span>
            {events.data?.next && limit < MOST && (
              <button
                type="button"
                className="button button-small"
                onClick={() => setLimit(Math.min(MOST, limit + STEP * 2))}
              >
                Show older
              </button>
            )}
            {events.data?.next && limit >= MOST && (
              <span className="muted">There are more: narrow the filters.</span>
            )}
          </div>
        </div>
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
        <Text text={event.title} limit={90} />
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
      <td className="num c-m">{event.status ?? <span className="muted">none</span>}</td>
      <td className="num">{count(event.count)}</td>
      <td className="c-m">
        <Text text={event.api_name} limit={30} />
      </td>
      <td className="nowrap">
        <Time time={event.last_time} />
      </td>
    </tr>
  );
}

/** Events counted: over time, and by what they have in common. */

import { Fragment, useState } from "react";
import type { EventGroup, EventSummary } from "../api/types";
import { setSearch } from "../app/router";
import { Method } from "../components/Badges";
import { Loading, Time } from "../components/Basics";
import { niceCeiling } from "../components/Charts";
import { Text } from "../components/Text";
import { absolute, count, plural } from "../lib/format";
import { checkLabel } from "../lib/protection";

const HEIGHT = 72;
type Counts = EventSummary["exchanges"];

const EFFECTS: { name: keyof Counts; word: string }[] = [
  { name: "alert", word: "passed on" },
  { name: "prevent", word: "blocked" },
  { name: "ban", word: "banned" },
];

const inWords = (counts: Counts) =>
  EFFECTS.filter(({ name }) => counts[name] > 0)
    .map(({ name, word }) => `${count(counts[name])} ${word}`)
    .join(", ") || "none";

/** Seconds as people say them. */
const span = (seconds: number) =>
  seconds < 60
    ? plural(seconds, "second")
    : seconds < 3600
      ? plural(seconds / 60, "minute")
      : seconds < 86_400
        ? plural(seconds / 3600, "hour")
        : plural(seconds / 86_400, "day");

/** Requests over time by effect. A bar that is chosen narrows the time; so does the list of ranges, for the keyboard. */
export function EventChart({
  summary,
  onZoom,
}: {
  summary: EventSummary;
  onZoom: (since: string, until: string) => void;
}) {
  const [hovered, setHovered] = useState<number | null>(null);
  const buckets = summary.buckets;
  const totals = buckets.map(({ exchanges }) => exchanges.alert + exchanges.prevent + exchanges.ban);
  const ceiling = niceCeiling(Math.max(1, ...totals));
  const slots = Math.max(24, buckets.length);
  const offset = slots - buckets.length;
  const shown = hovered === null ? undefined : buckets[hovered];
  const zoom = (index: number) => {
    const start = Date.parse(buckets[index]?.time ?? "");
    if (Number.isNaN(start)) return;
    onZoom(new Date(start).toISOString(), new Date(start + summary.bucket_seconds * 1000).toISOString());
  };
  return (
    <figure className="card event-chart">
      <div className="event-chart-plot">
        <span className="traffic-top" aria-hidden="true">
          {count(ceiling)}
        </span>
        <svg
          viewBox={`0 0 ${slots * 10} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${plural(summary.count, "request")} in ${plural(summary.events, "event")}: ${inWords(summary.exchanges)}`}
          onPointerLeave={() => setHovered(null)}
        >
          <line className="chart-grid" x1="0" x2={slots * 10} y1="0.5" y2="0.5" />
          <line className="chart-grid" x1="0" x2={slots * 10} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
          {buckets.map(({ time, exchanges }, index) => {
            const x = (offset + index) * 10;
            let y = HEIGHT;
            return (
              // biome-ignore lint/a11y/noStaticElementInteractions: a pointer's shortcut; the list of ranges is the keyboard's way
              <g
                key={time}
                className={hovered === index ? "bar bar-on" : "bar"}
                onPointerEnter={() => setHovered(index)}
                onClick={() => zoom(index)}
              >
                <rect className="bar-hit" x={x} y="0" width="10" height={HEIGHT} />
                {EFFECTS.map(({ name }) => {
                  if (exchanges[name] === 0) return null;
                  const height = Math.max(1, (exchanges[name] / ceiling) * HEIGHT);
                  y -= height;
                  return (
                    <rect
                      key={name}
                      className={`event-bar-${name}`}
                      x={x + 1}
                      width="8"
                      y={y}
                      height={height}
                    />
                  );
                })}
              </g>
            );
          })}
        </svg>
      </div>
      <figcaption className="traffic-caption">
        <span>
          {shown
            ? `${absolute(shown.time)}: ${inWords(shown.exchanges)}`
            : `${plural(summary.count, "request")} in ${plural(summary.events, "event")}, a bar is ${span(summary.bucket_seconds)}`}
        </span>
        <span className="legend">
          {EFFECTS.map(({ name, word }) => (
            <Fragment key={name}>
              <i className={`swatch event-swatch-${name}`} /> {word}
            </Fragment>
          ))}
        </span>
      </figcaption>
    </figure>
  );
}

/** What a group's key narrows the list to. */
const PARAMETER: Record<EventGroup["keys"][number]["by"], string> = {
  operation: "q",
  reason: "code",
  check: "check",
  client: "client",
  effect: "effect",
  api: "api",
};

const TITLES: Record<EventGroup["keys"][number]["by"], string> = {
  operation: "Operation",
  reason: "Reason",
  check: "Check",
  client: "Client",
  effect: "Effect",
  api: "API",
};

export function EventGroups({ summary }: { summary: EventSummary | undefined }) {
  if (!summary) return <Loading />;
  const titles = summary.groups[0]?.keys.map((key) => TITLES[key.by]) ?? [];
  return (
    <div className="table-wrap">
      <table className="table">
        <thead>
          <tr>
            {titles.map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
            <th scope="col" className="c-m">
              Over time
            </th>
            <th scope="col" className="num">
              Requests
            </th>
            <th scope="col" className="c-m">
              What was done
            </th>
            <th scope="col" className="num c-m">
              Events
            </th>
            <th scope="col">Last</th>
          </tr>
        </thead>
        <tbody>
          {summary.groups.map((group) => (
            <GroupRow key={group.keys.map((key) => key.value).join("\n")} group={group} />
          ))}
        </tbody>
      </table>
      <div className="table-foot">
        <span className="muted">
          {plural(summary.groups.length, "group")} shown; a group opens its events
        </span>
      </div>
    </div>
  );
}

function GroupRow({ group }: { group: EventGroup }) {
  const narrow = Object.fromEntries(
    group.keys.filter((key) => key.value !== "").map((key) => [PARAMETER[key.by], key.value]),
  );
  const open = () => setSearch({ ...narrow, group: null, and: null }, false);
  return (
    <tr data-row tabIndex={0} onClick={open} onKeyDown={(key) => key.key === "Enter" && open()}>
      {group.keys.map((key) => (
        <td key={key.by}>
          <Key group={key} />
        </td>
      ))}
      <td className="c-m">
        <Sparkline figures={group.over_time} />
      </td>
      <td className="num">{count(group.count)}</td>
      <td className="c-m">
        <span className="severity-counts">
          {EFFECTS.filter(({ name }) => group.exchanges[name] > 0).map(({ name, word }) => (
            <span key={name} className={`badge effect-${name}`}>
              {count(group.exchanges[name])} {word}
            </span>
          ))}
        </span>
      </td>
      <td className="num c-m">{count(group.events)}</td>
      <td className="nowrap">
        <Time time={group.last_time} />
      </td>
    </tr>
  );
}

function Key({ group }: { group: EventGroup["keys"][number] }) {
  if (group.value === "") return <span className="muted">none</span>;
  switch (group.by) {
    case "operation": {
      const [method = "", path = ""] = group.value.split(/ (.*)/s);
      return (
        <span className="operation">
          <Method method={method} />
          <Text text={path} limit={70} className="mono" />
        </span>
      );
    }
    case "check":
      return <span>{checkLabel(group.value)}</span>;
    case "effect":
      return <span>{EFFECTS.find(({ name }) => name === group.value)?.word ?? group.value}</span>;
    case "client":
      return <Text text={group.name} limit={50} className="mono" />;
    default:
      return <Text text={group.name} limit={60} />;
  }
}

function Sparkline({ figures }: { figures: number[] }) {
  const top = Math.max(1, ...figures);
  const slots = Math.max(24, figures.length);
  const offset = slots - figures.length;
  return (
    <svg className="sparkline" viewBox={`0 0 ${slots * 4} 20`} preserveAspectRatio="none" aria-hidden="true">
      {figures.map((figure, index) => {
        const height = figure === 0 ? 0 : Math.max(1.5, (figure / top) * 20);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a figure is its place in time
          <rect key={index} x={(offset + index) * 4} y={20 - height} width="3" height={height} />
        );
      })}
    </svg>
  );
}

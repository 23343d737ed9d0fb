/** Charts drawn as SVG. Each says in words what it shows; exact figures stand in titles. */

import { useState } from "react";
import type { OperationState, Score, StateCounts, TrafficBucket } from "../api/types";
import { clockTime, count, percent, plural, points } from "../lib/format";
import { STATE_HELP } from "./Badges";

const HEIGHT = 120;

/** Requests per bucket: answered, failed, blocked. */
export function TrafficChart({ buckets }: { buckets: TrafficBucket[] }) {
  const [hovered, setHovered] = useState<number | null>(null);
  const top = Math.max(1, ...buckets.map((bucket) => bucket.total));
  const ceiling = niceCeiling(top);
  const total = buckets.reduce((sum, bucket) => sum + bucket.total, 0);
  const errors = buckets.reduce((sum, bucket) => sum + bucket.errors, 0);
  const blocked = buckets.reduce((sum, bucket) => sum + bucket.blocked, 0);
  const width = Math.max(1, buckets.length) * 10;
  const bucket = hovered === null ? null : buckets[hovered];
  return (
    <figure className="traffic">
      <div className="traffic-plot">
        <span className="traffic-top" aria-hidden="true">
          {count(ceiling)}
        </span>
        <svg
          viewBox={`0 0 ${width} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${plural(total, "request")} in the last ${buckets.length * 5} seconds, ${errors} with an error, ${blocked} blocked`}
          onPointerLeave={() => setHovered(null)}
        >
          <line className="chart-grid" x1="0" x2={width} y1="0.5" y2="0.5" />
          <line className="chart-grid" x1="0" x2={width} y1={HEIGHT / 2} y2={HEIGHT / 2} />
          <line className="chart-grid" x1="0" x2={width} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
          {buckets.map((entry, index) => {
            const scale = HEIGHT / ceiling;
            const blockedHeight = entry.blocked * scale;
            const errorHeight = Math.min(entry.errors, Math.max(0, entry.total - entry.blocked)) * scale;
            const rest = Math.max(0, entry.total * scale - blockedHeight - errorHeight);
            const x = index * 10 + 1;
            return (
              <g
                key={entry.time}
                className={hovered === index ? "bar bar-on" : "bar"}
                onPointerEnter={() => setHovered(index)}
              >
                <rect className="bar-hit" x={index * 10} y="0" width="10" height={HEIGHT} />
                <rect className="bar-fine" x={x} width="8" y={HEIGHT - rest} height={rest} />
                <rect
                  className="bar-error"
                  x={x}
                  width="8"
                  y={HEIGHT - rest - errorHeight}
                  height={errorHeight}
                />
                <rect
                  className="bar-blocked"
                  x={x}
                  width="8"
                  y={HEIGHT - rest - errorHeight - blockedHeight}
                  height={blockedHeight}
                />
              </g>
            );
          })}
        </svg>
      </div>
      <figcaption className="traffic-caption">
        {bucket ? (
          <span>
            {clockTime(Date.parse(bucket.time))}: {plural(bucket.total, "request")},{" "}
            {plural(bucket.errors, "error")}, {bucket.blocked} blocked
          </span>
        ) : (
          <span>Last 5 minutes, a bar is 5 seconds</span>
        )}
        <span className="legend">
          <i className="swatch swatch-fine" /> answered
          <i className="swatch swatch-error" /> error
          <i className="swatch swatch-blocked" /> blocked
        </span>
      </figcaption>
    </figure>
  );
}

/** The next round number above: 1, 2, 5 times a power of ten. */
export function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  for (const step of [1, 2, 5, 10]) if (step * power >= value) return step * power;
  return 10 * power;
}

const CLASSES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;

/** How an operation answers, as one bar: a part per class of status. */
export function StatusMix({ statuses }: { statuses: Record<string, number> }) {
  const entries = Object.entries(statuses)
    .filter(([, hits]) => hits > 0)
    .sort(([a], [b]) => a.localeCompare(b));
  const total = entries.reduce((sum, [, hits]) => sum + hits, 0);
  if (total === 0) return <span className="muted">no answers</span>;
  const words = entries
    .map(([status, hits]) => `${status}: ${count(hits)} (${percent(hits, total)})`)
    .join(", ");
  let x = 0;
  return (
    <svg className="mix" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={words}>
      <title>{words}</title>
      {CLASSES.map((name) => {
        const hits = entries
          .filter(([status]) => status.startsWith(name.slice(0, 1)))
          .reduce((sum, [, value]) => sum + value, 0);
        if (hits === 0) return null;
        const width = (hits / total) * 100;
        const start = x;
        x += width;
        return <rect key={name} className={`mix-${name}`} x={start} width={width} y="0" height="8" />;
      })}
    </svg>
  );
}

const STATES: OperationState[] = ["documented", "learned", "shadow", "zombie", "orphan"];

/** How many operations are in each state, as bars with words. */
export function StateBars({
  states,
  link,
}: {
  states: StateCounts;
  link?: (state: OperationState) => React.ReactNode;
}) {
  const most = Math.max(1, ...STATES.map((state) => states[state]));
  return (
    <ul className="state-bars">
      {STATES.map((state) => (
        <li key={state} title={STATE_HELP[state]}>
          <span className="state-bars-name">{link ? link(state) : state}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect className="track" width="100" height="8" />
            <rect className={`fill-${state}`} width={(states[state] / most) * 100} height="8" />
          </svg>
          <span className="state-bars-count">{count(states[state])}</span>
        </li>
      ))}
    </ul>
  );
}

const scoreTone = (total: number) => (total >= 80 ? "good" : total >= 50 ? "fair" : "poor");

/** The audit score as a ring, of 100. */
export function ScoreRing({ score, size = 92 }: { score: Score | null; size?: number }) {
  const radius = 42;
  const around = 2 * Math.PI * radius;
  if (!score) {
    return (
      <svg
        className="ring"
        viewBox="0 0 100 100"
        width={size}
        height={size}
        role="img"
        aria-label="Score not assessed"
      >
        <circle className="ring-track" cx="50" cy="50" r={radius} />
        <text className="ring-none" x="50" y="55" textAnchor="middle">
          n/a
        </text>
      </svg>
    );
  }
  const filled = (Math.min(100, Math.max(0, score.total)) / 100) * around;
  return (
    <svg
      className="ring"
      viewBox="0 0 100 100"
      width={size}
      height={size}
      role="img"
      aria-label={`Score ${points(score.total)} of 100`}
    >
      <circle className="ring-track" cx="50" cy="50" r={radius} />
      <circle
        className={`ring-value ring-${scoreTone(score.total)}`}
        cx="50"
        cy="50"
        r={radius}
        strokeDasharray={`${filled} ${around}`}
        transform="rotate(-90 50 50)"
      />
      <text className="ring-number" x="50" y="59" textAnchor="middle">
        {Math.round(score.total)}
      </text>
    </svg>
  );
}

/** One part of the score with its bar: `Security 18.2 of 30`. */
export function ScorePart({ label, value, most }: { label: string; value: number; most: number }) {
  return (
    <div className="score-part">
      <span>{label}</span>
      <span className="score-part-value">
        {points(value)} <span className="muted">of {most}</span>
      </span>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect className="track" width="100" height="6" />
        <rect
          className={`ring-fill-${scoreTone((value / most) * 100)}`}
          width={Math.min(100, Math.max(0, (value / most) * 100))}
          height="6"
        />
      </svg>
    </div>
  );
}

/** How much of a whole would be blocked. */
export function BlockMeter({ part, whole }: { part: number; whole: number }) {
  const width = whole <= 0 ? 0 : Math.max(part > 0 ? 1.5 : 0, (part / whole) * 100);
  return (
    <svg className="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect className="track" width="100" height="6" />
      <rect className="meter-part" width={width} height="6" />
    </svg>
  );
}

/** Charts of a third-party API: scores over time, availability and latency over 30 days. */

import type { Assessment, AvailabilityDay } from "../api/types";
import { absolute, plural } from "../lib/format";
import { niceCeiling } from "./Charts";
import { milliseconds, share } from "./Grades";

const WIDTH = 600;
const HEIGHT = 120;

/** Scores of completed assessments, the oldest first, evenly spaced. */
export function ScoreHistory({ assessments }: { assessments: Assessment[] }) {
  const scored = assessments.flatMap((entry) =>
    typeof entry.score === "number" ? [{ ...entry, score: entry.score }] : [],
  );
  const step = scored.length > 1 ? (WIDTH - 20) / (scored.length - 1) : 0;
  const at = (index: number, score: number) =>
    [scored.length > 1 ? 10 + index * step : WIDTH / 2, HEIGHT - 6 - (score / 100) * (HEIGHT - 12)] as const;
  const places = scored.map((entry, index) => ({ entry, place: at(index, entry.score) }));
  const words =
    scored.length === 0
      ? "No assessment was completed"
      : `Scores of ${plural(scored.length, "assessment")}: ${scored.map((entry) => `${entry.score} (${entry.grade})`).join(", ")}`;
  return (
    <figure className="traffic">
      <div className="traffic-plot history-plot">
        <span className="traffic-top" aria-hidden="true">
          100
        </span>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words}>
          {[6, HEIGHT / 2, HEIGHT - 6].map((y) => (
            <line key={y} className="chart-grid" x1="0" x2={WIDTH} y1={y} y2={y} />
          ))}
          <polyline className="history-line" points={places.map(({ place }) => place.join(",")).join(" ")} />
          {places.map(({ entry, place: [x, y] }) => (
            <circle key={entry.id} className="history-point" cx={x} cy={y} r="4">
              <title>{`${entry.grade}, ${entry.score} of 100, ${absolute(entry.ended_at ?? entry.created_at)}`}</title>
            </circle>
          ))}
        </svg>
      </div>
      <figcaption className="traffic-caption">
        <span>Score of 100, every completed assessment, the newest at the right</span>
      </figcaption>
    </figure>
  );
}

const describe = (day: AvailabilityDay) =>
  day.checks === 0
    ? `${day.day}: not measured`
    : `${day.day}: ${plural(day.checks, "request")}, ${day.failures} without an answer, ${day.errors} answered with an error, half within ${milliseconds(day.p50_ms)}, 95 of 100 within ${milliseconds(day.p95_ms)}`;

/** A part of a bar of 60; however few they are, they are seen. */
const part = (few: number, all: number) => (few === 0 ? 0 : Math.max(3, (few / all) * 60));

/** A bar a day: answered, answered with an error, not answered. A day without requests has no bar but a mark. */
export function AvailabilityChart({ days }: { days: AvailabilityDay[] }) {
  const measured = days.filter((day) => day.checks > 0);
  const checks = measured.reduce((sum, day) => sum + day.checks, 0);
  const bad = measured.reduce((sum, day) => sum + day.failures + day.errors, 0);
  const words = `${plural(checks, "request")} on ${plural(measured.length, "day")} of ${days.length}, ${share(checks === 0 ? null : bad / checks)} failed or answered with an error`;
  return (
    <figure className="traffic">
      <div className="traffic-plot days-plot">
        <svg viewBox={`0 0 ${days.length * 10} 60`} preserveAspectRatio="none" role="img" aria-label={words}>
          {days.map((day, index) => {
            const x = index * 10 + 1;
            if (day.checks === 0)
              return (
                <g key={day.day}>
                  <title>{describe(day)}</title>
                  <rect className="bar-hit" x={index * 10} width="10" y="0" height="60" />
                  <rect className="bar-unmeasured" x={x} width="8" y="57" height="3" />
                </g>
              );
            const failures = part(day.failures, day.checks);
            const errors = part(day.errors, day.checks);
            return (
              <g key={day.day} className="bar">
                <title>{describe(day)}</title>
                <rect
                  className="bar-fine"
                  x={x}
                  width="8"
                  y={failures + errors}
                  height={Math.max(0, 60 - failures - errors)}
                />
                <rect className="bar-error" x={x} width="8" y={failures} height={errors} />
                <rect className="bar-blocked" x={x} width="8" y="0" height={failures} />
              </g>
            );
          })}
        </svg>
      </div>
      <figcaption className="traffic-caption">
        <span>
          {days[0]?.day} to {days.at(-1)?.day}, a bar is a day
        </span>
        <span className="legend">
          <i className="swatch swatch-fine" /> answered
          <i className="swatch swatch-error" /> error
          <i className="swatch swatch-blocked" /> no answer
          <i className="swatch swatch-unmeasured" /> not measured
        </span>
      </figcaption>
    </figure>
  );
}

/** Latency of each day: half of the answers within the dark bar, 95 of 100 within the light one. */
export function LatencyChart({ days }: { days: AvailabilityDay[] }) {
  const slowest = Math.max(1, ...days.map((day) => day.p95_ms ?? 0));
  const ceiling = niceCeiling(slowest);
  return (
    <figure className="traffic">
      <div className="traffic-plot days-plot">
        <span className="traffic-top" aria-hidden="true">
          {ceiling} ms
        </span>
        <svg
          viewBox={`0 0 ${days.length * 10} 60`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Latency by day, at most ${milliseconds(slowest)} for 95 of 100 answers`}
        >
          <line className="chart-grid" x1="0" x2={days.length * 10} y1="0.5" y2="0.5" />
          {days.map((day, index) => {
            const high = ((day.p95_ms ?? 0) / ceiling) * 60;
            const half = ((day.p50_ms ?? 0) / ceiling) * 60;
            return (
              <g key={day.day} className="bar">
                <title>{describe(day)}</title>
                <rect className="bar-hit" x={index * 10} width="10" y="0" height="60" />
                <rect className="bar-p95" x={index * 10 + 1} width="8" y={60 - high} height={high} />
                <rect className="bar-fine" x={index * 10 + 1} width="8" y={60 - half} height={half} />
              </g>
            );
          })}
        </svg>
      </div>
      <figcaption className="traffic-caption">
        <span>From the connection to the head of the answer</span>
        <span className="legend">
          <i className="swatch swatch-fine" /> half of the answers
          <i className="swatch swatch-p95" /> 95 of 100
        </span>
      </figcaption>
    </figure>
  );
}

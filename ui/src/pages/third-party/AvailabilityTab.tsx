/** How it answered light requests in the last 30 days. */

import { useAvailability } from "../../api/queries";
import type { ThirdParty } from "../../api/types";
import { Card, Empty, Failed, Loading, Time } from "../../components/Basics";
import { milliseconds, share } from "../../components/Grades";
import { AvailabilityChart, LatencyChart } from "../../components/ThirdPartyCharts";
import { count } from "../../lib/format";

const FAILURES: Record<string, string> = {
  name: "its name has no address",
  connection: "no connection",
  tls: "no TLS connection",
  answer: "no answer",
};

export function AvailabilityTab({ party }: { party: ThirdParty }) {
  const availability = useAvailability(party.id);
  const data = availability.data;
  if (availability.error && !data)
    return <Failed error={availability.error} retry={() => availability.refetch()} />;
  if (!data) return <Loading />;
  const { total, last } = data;
  if (total.checks === 0)
    return (
      <Empty icon="clock" title="Not measured yet">
        <p>
          {party.probe_minutes === 0
            ? "No light requests are made to it. Change what is set to measure how it answers."
            : `One light request is made every ${party.probe_minutes} minutes while the control plane runs.`}
        </p>
      </Empty>
    );
  return (
    <div className="stack">
      <Card title="The last 30 days">
        <dl className="fact-grid fact-grid-wide">
          <div>
            <dt>Available</dt>
            <dd>{share(total.availability)}</dd>
          </div>
          <div>
            <dt>Errors</dt>
            <dd>{share(total.error_share)}</dd>
          </div>
          <div>
            <dt>Requests</dt>
            <dd>{count(total.checks)}</dd>
          </div>
          <div>
            <dt>Half answered within</dt>
            <dd>{milliseconds(data.latency.p50_ms)}</dd>
          </div>
          <div>
            <dt>95 of 100 within</dt>
            <dd>{milliseconds(data.latency.p95_ms)}</dd>
          </div>
          <div>
            <dt>Last request</dt>
            <dd>
              {last && (
                <>
                  {last.failure
                    ? (FAILURES[last.failure] ?? last.failure)
                    : `${last.status}, ${milliseconds(last.latency_ms)}`}{" "}
                  <Time time={last.time} />
                </>
              )}
            </dd>
          </div>
        </dl>
      </Card>
      <Card title="Answers by day">
        <AvailabilityChart days={data.days} />
      </Card>
      <Card title="Latency by day">
        <LatencyChart days={data.days} />
      </Card>
    </div>
  );
}

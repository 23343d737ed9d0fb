/** The first page: what the owner did not know, what goes on now, and how things stand. */

import { useApis, useOverview } from "../api/queries";
import type { Event, Highlight, Overview } from "../api/types";
import { Link, routes } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { useCurrentSession } from "../app/session";
import { EffectBadge, Method, SeverityBadge, SeverityCounts } from "../components/Badges";
import { Card, Command, Empty, Failed, Loading, SendTraffic, Time } from "../components/Basics";
import { BlockMeter, ScoreRing, StateBars, TrafficChart } from "../components/Charts";
import { Icon, type IconName } from "../components/Icon";
import { Path, Text } from "../components/Text";
import { plural, shortCount } from "../lib/format";

const KINDS: Record<Highlight["kind"], { label: string; icon: IconName }> = {
  shadow: { label: "Shadow operation", icon: "ghost" },
  leak: { label: "Leaked field", icon: "leak" },
  unauthenticated: { label: "Open to anyone", icon: "open" },
  zombie: { label: "Zombie operation", icon: "clock" },
};

export function OverviewPage() {
  useTitle("Overview");
  const overview = useOverview();
  const session = useCurrentSession();
  const data = overview.data;
  return (
    <>
      <PageHead
        title="Overview"
        note={data ? `${plural(data.apis, "API")}, ${plural(data.operations, "operation")}` : undefined}
      />
      {overview.error && !data && <Failed error={overview.error} retry={() => overview.refetch()} />}
      {!data && !overview.error && <Loading />}
      {data && (
        <>
          <Figures data={data} />
          <Highlights data={data} gateway={session?.gateway_url} />
          <div className="grid grid-2-1">
            <Card title="Traffic" note={<Live />}>
              <TrafficChart buckets={data.traffic} />
            </Card>
            <Card title="Operations by state">
              <StateBars states={data.states} />
            </Card>
            <Card title="Recent events" actions={<Link href={routes.events()}>All events</Link>}>
              <RecentEvents events={data.recent_events} />
            </Card>
            <Scores />
          </div>
        </>
      )}
    </>
  );
}

const Live = () => (
  <span className="live">
    <i className="live-dot" /> live
  </span>
);

function Figures({ data }: { data: Overview }) {
  const figures: { label: string; value: number; help: string; tone?: string }[] = [
    {
      label: "Exchanges seen",
      value: data.exchanges,
      help: "Requests with their responses that the gateway recorded",
    },
    {
      label: "Would block",
      value: data.would_block,
      help: "Requests passed on that block mode would have rejected",
      tone: data.would_block > 0 ? "warn" : "",
    },
    {
      label: "Blocked",
      value: data.blocked,
      help: "Requests rejected; they never reached the upstream",
      tone: data.blocked > 0 ? "bad" : "",
    },
    {
      label: "Not assessed",
      value: data.not_assessed,
      help: "Exchanges that could not be judged: neither good nor bad",
      tone: data.not_assessed > 0 ? "unknown" : "",
    },
    {
      label: "Dropped",
      value: data.dropped,
      help: "Exchanges lost under load: they were served, but nothing was learned from them",
      tone: data.dropped > 0 ? "warn" : "",
    },
  ];
  return (
    <dl className="figures">
      {figures.map((figure) => (
        <div key={figure.label} className={`figure figure-${figure.tone ?? ""}`} title={figure.help}>
          <dt>{figure.label}</dt>
          <dd>{shortCount(figure.value)}</dd>
        </div>
      ))}
      <div className="figure figure-wide">
        <dt>Findings</dt>
        <dd className="figure-findings">
          <SeverityCounts summary={data.findings} />
        </dd>
      </div>
    </dl>
  );
}

function Highlights({ data, gateway }: { data: Overview; gateway: string | null | undefined }) {
  if (data.highlights.length === 0) {
    return (
      <Card title="What you may not know" className="highlights-empty">
        {data.exchanges === 0 ? (
          <SendTraffic gateway={gateway} />
        ) : (
          <Empty icon="search" title="Nothing stands out yet">
            <p>
              {plural(data.exchanges, "exchange")} seen. Undocumented operations, leaked fields and sensitive
              data served without authentication are named here as soon as the traffic proves them.
            </p>
          </Empty>
        )}
      </Card>
    );
  }
  return (
    <section aria-labelledby="highlights">
      <h2 className="section-title" id="highlights">
        What you may not know
      </h2>
      <div className="highlights">
        {data.highlights.slice(0, 6).map((highlight) => (
          <HighlightCard key={highlight.finding_fingerprint} highlight={highlight} />
        ))}
      </div>
    </section>
  );
}

function HighlightCard({ highlight }: { highlight: Highlight }) {
  const kind = KINDS[highlight.kind] ?? { label: highlight.kind, icon: "alert" as const };
  return (
    <article className={`card highlight highlight-${highlight.severity}`}>
      <header className="highlight-head">
        <span className="highlight-kind">
          <Icon name={kind.icon} />
          {kind.label}
        </span>
        <SeverityBadge severity={highlight.severity} />
      </header>
      <h3>
        <Text text={highlight.title} limit={160} />
      </h3>
      <Link className="highlight-operation" href={routes.operation(highlight.api_id, highlight.operation_id)}>
        <Method method={highlight.method} />
        <Path path={highlight.path} limit={70} />
      </Link>
      <p className="highlight-why">
        <Text text={highlight.why} limit={320} />
      </p>
      <dl className="facts facts-stacked">
        {highlight.evidence && (
          <>
            <dt>Evidence</dt>
            <dd className="evidence">
              <Text text={highlight.evidence} limit={320} />
            </dd>
          </>
        )}
        <dt>Prove it</dt>
        <dd>
          <Command command={highlight.curl} />
        </dd>
        {highlight.fix && (
          <>
            <dt>Fix</dt>
            <dd>
              <Text text={highlight.fix} limit={320} />
            </dd>
          </>
        )}
        <dt>What blocking would do</dt>
        <dd>
          <BlockMeter part={highlight.preview.would_block} whole={highlight.preview.observed} />
          <Text text={highlight.preview.text} limit={320} />
        </dd>
      </dl>
      <footer className="highlight-foot">
        <Link className="button" href={routes.operation(highlight.api_id, highlight.operation_id)}>
          Open the operation
        </Link>
        <Link className="button button-quiet" href={routes.api(highlight.api_id, "protection")}>
          Protection
        </Link>
      </footer>
    </article>
  );
}

function RecentEvents({ events }: { events: Event[] }) {
  if (events.length === 0) {
    return (
      <Empty icon="shield" title="No events yet">
        <p>A request that breaks the contract is listed here, with the reason.</p>
      </Empty>
    );
  }
  return (
    <ul className="event-list">
      {events.map((event) => (
        <li key={event.uuid}>
          <Link href={routes.event(event.uuid)} className="event-item" data-row>
            <EffectBadge effect={event.effect} would={event.would} />
            <span className="event-item-main">
              <span className="event-item-title">
                <Text text={event.title} limit={90} />
              </span>
              <span className="event-item-path">
                <Method method={event.method} /> <Text text={event.path} limit={70} className="mono" />
              </span>
            </span>
            <span className="event-item-meta">
              {event.count > 1 && <span>{event.count}×</span>}
              <Time time={event.last_time} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Scores() {
  const apis = useApis();
  const list = apis.data?.items ?? [];
  return (
    <Card title="Contract score" actions={<Link href={routes.apis()}>All APIs</Link>}>
      {list.length === 0 ? (
        <p className="muted card-text">No API yet.</p>
      ) : (
        <ul className="score-list">
          {list.slice(0, 6).map((api) => (
            <li key={api.id}>
              <ScoreRing score={api.audit?.score ?? null} size={56} />
              <div>
                <Link href={routes.api(api.id, "contract")}>
                  <Text text={api.name} limit={40} />
                </Link>
                <div className="muted">
                  {api.audit ? (
                    <SeverityCounts summary={api.audit.summary} />
                  ) : (
                    "Not assessed: no contract yet"
                  )}
                </div>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

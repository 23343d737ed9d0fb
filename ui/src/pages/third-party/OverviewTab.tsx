/** Grade, categories, policy, and what changed since the run before. */

import { useAssessmentChanges } from "../../api/queries";
import type {
  AssessmentChanges,
  AssessmentDetail,
  PostureCategory,
  PostureFinding,
  Severity,
  ThirdParty,
} from "../../api/types";
import { Link, routes } from "../../app/router";
import { SeverityBadge, SeverityCounts } from "../../components/Badges";
import { Card, Empty, Failed, Loading, Time } from "../../components/Basics";
import { ScorePart } from "../../components/Charts";
import { ComplianceMark, GradeBadge, NotAssessed, share, TrendMark } from "../../components/Grades";
import { Text } from "../../components/Text";
import { plural } from "../../lib/format";

export const CATEGORIES: Record<string, string> = {
  network: "TLS, certificates, ports, DNS",
  application: "What its HTTP answers show and leave out",
  authentication: "How callers prove who they are, and what is open to anyone",
  email: "Who may send mail in its name",
  system: "Its software: versions, exposed files, consoles",
  user: "Its reputation and place",
};

export function OverviewTab({ party, detail }: { party: ThirdParty; detail: AssessmentDetail | undefined }) {
  if (!party.completed)
    return (
      <Empty icon="clock" title="Not assessed yet">
        <p>Run an assessment, or let the schedule do it: nothing is known of it before.</p>
      </Empty>
    );
  if (!detail) return <Loading />;
  const result = detail.result;
  return (
    <div className="stack">
      <div className="columns">
        <Card title="Grade" note={<Time time={detail.ended_at} />}>
          <div className="grade-card">
            <GradeBadge grade={detail.grade} large />
            <div>
              <p className="grade-score">{detail.score} of 100</p>
              <p>
                <TrendMark trend={party.trend} />
              </p>
              {detail.summary && (
                <p>
                  <SeverityCounts summary={detail.summary} />
                </p>
              )}
            </div>
          </div>
          {result && result.ceilings.length > 0 && (
            <div className="card-foot">
              <h3 className="small-head">Why it cannot be better</h3>
              <ul className="plain-list">
                {result.ceilings.map((ceiling) => (
                  <li key={ceiling.reason}>
                    at most <strong>{ceiling.grade}</strong>: <Text text={ceiling.reason} limit={300} />
                  </li>
                ))}
              </ul>
            </div>
          )}
        </Card>
        <Card title="Policy and availability">
          <dl className="fact-grid fact-grid-wide">
            <div>
              <dt>Compliant</dt>
              <dd>
                <ComplianceMark compliance={party.compliance} />
              </dd>
            </div>
            <div>
              <dt>Available, 30 days</dt>
              <dd>
                <Link href={routes.thirdParty(party.id, "availability")}>
                  {share(party.availability.availability)}
                </Link>
              </dd>
            </div>
            <div>
              <dt>Errors, 30 days</dt>
              <dd>{share(party.availability.error_share)}</dd>
            </div>
          </dl>
          {party.compliance && (
            <ul className="plain-list card-text">
              {party.compliance.reasons.map((reason) => (
                <li key={reason}>
                  <Text text={reason} limit={300} />
                </li>
              ))}
              {party.compliance.open.map((reason) => (
                <li key={reason} className="muted">
                  left open: <Text text={reason} limit={300} />
                </li>
              ))}
            </ul>
          )}
        </Card>
      </div>
      {result ? (
        <Categories categories={result.categories} />
      ) : (
        <p className="muted">The whole result of this assessment is not kept any more.</p>
      )}
      <Changes party={party} />
      {result && result.not_assessed.length > 0 && (
        <Card title="What was not assessed" note="It counts neither as good nor as bad">
          <ul className="plain-list card-text">
            {result.not_assessed.map((one) => (
              <li key={one.part}>
                <strong>{one.part}</strong>: <Text text={one.reason} limit={300} />
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  );
}

function Categories({ categories }: { categories: PostureCategory[] }) {
  return (
    <Card title="Categories">
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Category</th>
              <th scope="col">Grade</th>
              <th scope="col">Score</th>
              <th scope="col" className="c-m">
                Findings
              </th>
            </tr>
          </thead>
          <tbody>
            {categories.map((category) => (
              <tr key={category.category}>
                <td>
                  <span className="strong">{category.category}</span>
                  <div className="sub">{CATEGORIES[category.category]}</div>
                </td>
                <td>
                  <GradeBadge grade={category.grade} />
                </td>
                <td>
                  {typeof category.score === "number" ? (
                    <ScorePart label="" value={category.score} most={100} />
                  ) : (
                    <>
                      <NotAssessed />
                      {category.reason && (
                        <div className="sub">
                          <Text text={category.reason} limit={200} />
                        </div>
                      )}
                    </>
                  )}
                </td>
                <td className="c-m">
                  <SeverityCounts summary={category.summary} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

const signed = (value: number) => (value > 0 ? `+${value}` : String(value));

function Changes({ party }: { party: ThirdParty }) {
  const changes = useAssessmentChanges(party.id, party.completed?.id);
  if (changes.error) return <Failed error={changes.error} retry={() => changes.refetch()} />;
  if (changes.data === undefined) return <Loading />;
  if (changes.data === null)
    return (
      <Card title="What changed">
        <p className="card-text muted">This is the first assessment: there is none to compare it with.</p>
      </Card>
    );
  return <ChangesCard changes={changes.data} />;
}

export function ChangesCard({ changes }: { changes: AssessmentChanges }) {
  const { from, to } = changes;
  const moved = changes.categories.filter((one) => one.before !== one.after);
  const none =
    changes.appeared.length + changes.gone.length + changes.changed.length + changes.unknown.length === 0;
  return (
    <Card
      title="What changed"
      note={
        <>
          since the run <Time time={from.ended_at} />
        </>
      }
    >
      <div className="card-text changes-list">
        <p>
          {from.grade} to {to.grade}, {signed(changes.score)}{" "}
          {Math.abs(changes.score) === 1 ? "point" : "points"}
          {moved.map((one) => (
            <span key={one.category} className="tag">
              {one.category} {one.before ?? "not assessed"} to {one.after ?? "not assessed"}
            </span>
          ))}
        </p>
        {none && <p className="muted">The findings are as before ({changes.unchanged}).</p>}
        <ChangeGroup title="New" findings={changes.appeared} />
        <ChangeGroup title="Gone" findings={changes.gone} />
        {changes.changed.length > 0 && (
          <section>
            <h3 className="small-head">Changed severity ({changes.changed.length})</h3>
            <ul className="plain-list">
              {changes.changed.map((finding) => (
                <ChangeLine key={finding.fingerprint} finding={finding} before={finding.before} />
              ))}
            </ul>
          </section>
        )}
        <ChangeGroup title="Not known: one of the two runs did not look" findings={changes.unknown} />
        {!none && <p className="muted">{plural(changes.unchanged, "finding")} as before.</p>}
      </div>
    </Card>
  );
}

function ChangeGroup({ title, findings }: { title: string; findings: PostureFinding[] }) {
  if (findings.length === 0) return null;
  return (
    <section>
      <h3 className="small-head">
        {title} ({findings.length})
      </h3>
      <ul className="plain-list">
        {findings.slice(0, 100).map((finding) => (
          <ChangeLine key={finding.fingerprint} finding={finding} />
        ))}
      </ul>
    </section>
  );
}

function ChangeLine({ finding, before }: { finding: PostureFinding; before?: Severity }) {
  return (
    <li>
      {before && (
        <>
          <SeverityBadge severity={before} /> to{" "}
        </>
      )}
      <SeverityBadge severity={finding.severity} /> <Text text={finding.message} limit={300} />{" "}
      <span className="tag">{finding.rule}</span>
    </li>
  );
}

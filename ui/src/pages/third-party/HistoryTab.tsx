/** Every assessment that is kept: scores over time, and what each changed. */

import { useAssessmentChanges, useAssessments } from "../../api/queries";
import type { Assessment, ThirdParty } from "../../api/types";
import { setSearch, usePlace } from "../../app/router";
import { SeverityCounts } from "../../components/Badges";
import { Card, Empty, Failed, Loading, Time } from "../../components/Basics";
import { AssessmentStateBadge, GradeBadge } from "../../components/Grades";
import { Text } from "../../components/Text";
import { ScoreHistory } from "../../components/ThirdPartyCharts";
import { ChangesCard } from "./OverviewTab";

export function HistoryTab({ party }: { party: ThirdParty }) {
  const { search } = usePlace();
  const selected = search.get("run") ?? undefined;
  const history = useAssessments(
    party.id,
    `${party.open?.id ?? ""} ${party.open?.state ?? ""} ${party.last?.id ?? ""}`,
  );
  const all = history.data?.items;
  if (history.error && !all) return <Failed error={history.error} retry={() => history.refetch()} />;
  if (!all) return <Loading />;
  if (all.length === 0)
    return (
      <Empty icon="clock" title="Not assessed yet">
        <p>Each assessment is listed here with its score.</p>
      </Empty>
    );
  const completed = all.filter((one) => one.state === "completed");
  return (
    <div className="stack">
      <Card title="Scores" note={all.length === 100 ? "The last 100 assessments" : undefined}>
        <ScoreHistory assessments={[...completed].reverse()} />
      </Card>
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">State</th>
              <th scope="col">Grade</th>
              <th scope="col" className="c-m">
                Findings
              </th>
              <th scope="col" className="c-m">
                Asked by
              </th>
              <th scope="col">
                <span className="visually-hidden">What it changed</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {all.map((one, index) => (
              <Row
                key={one.id}
                one={one}
                selected={selected === one.id}
                comparable={
                  one.state === "completed" &&
                  all.slice(index + 1).some((earlier) => earlier.state === "completed")
                }
              />
            ))}
          </tbody>
        </table>
      </div>
      {selected && <Changed id={party.id} run={selected} />}
    </div>
  );
}

function Row({ one, selected, comparable }: { one: Assessment; selected: boolean; comparable: boolean }) {
  return (
    <tr aria-selected={selected}>
      <td>
        <Time time={one.ended_at ?? one.created_at} />
      </td>
      <td>
        <AssessmentStateBadge state={one.state} />
        {one.reason && (
          <div className="sub">
            <Text text={one.reason} limit={200} />
          </div>
        )}
      </td>
      <td>
        {one.state === "completed" && (
          <span className="grade-cell">
            <GradeBadge grade={one.grade} /> <span className="muted">{one.score} of 100</span>
          </span>
        )}
      </td>
      <td className="c-m">{one.summary && <SeverityCounts summary={one.summary} />}</td>
      <td className="c-m">
        <Text text={one.asked_by} limit={40} />
      </td>
      <td className="num">
        {comparable && (
          <button
            type="button"
            className="button button-small"
            aria-pressed={selected}
            onClick={() => setSearch({ run: selected ? null : one.id })}
          >
            What changed
          </button>
        )}
      </td>
    </tr>
  );
}

function Changed({ id, run }: { id: string; run: string }) {
  const changes = useAssessmentChanges(id, run);
  if (changes.error) return <Failed error={changes.error} retry={() => changes.refetch()} />;
  if (changes.data === undefined) return <Loading />;
  if (changes.data === null)
    return <p className="muted">One of the two results is too old to be kept: what changed is not known.</p>;
  return <ChangesCard changes={changes.data} />;
}

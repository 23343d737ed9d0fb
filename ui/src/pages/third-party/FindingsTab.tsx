/** What the last assessment found: why it is bad, how the provider mends it, how you live with it. */

import type { AssessmentDetail } from "../../api/types";
import { setSearch, usePlace } from "../../app/router";
import { Empty, SearchField } from "../../components/Basics";
import { FindingDetail, SeverityFilter } from "../../components/Findings";
import { Text } from "../../components/Text";
import { CATEGORIES } from "./OverviewTab";

const SHOWN = 200;

export function FindingsTab({ detail }: { detail: AssessmentDetail | undefined }) {
  const { search } = usePlace();
  const text = search.get("q") ?? "";
  const severity = search.get("severity") ?? "";
  const category = search.get("category") ?? "";
  const all = detail?.result?.findings;
  if (!all)
    return (
      <Empty icon="clock" title="Not assessed yet">
        <p>There is no result to show findings of.</p>
      </Empty>
    );
  if (all.length === 0)
    return (
      <Empty icon="check" title="No findings">
        <p>What was assessed gave no reason to complain. That is no proof of safety.</p>
      </Empty>
    );
  const wanted = text.trim().toLowerCase();
  const matching = all.filter((finding) =>
    `${finding.rule} ${finding.name} ${finding.message} ${finding.file ?? ""}`.toLowerCase().includes(wanted),
  );
  const shown = matching.filter(
    (finding) =>
      (severity === "" || finding.severity === severity) &&
      (category === "" || finding.category === category),
  );
  const categories = Object.keys(CATEGORIES).filter((name) => all.some((one) => one.category === name));
  return (
    <>
      <div className="toolbar">
        <SearchField
          value={text}
          onChange={(value) => setSearch({ q: value })}
          label="Search findings"
          placeholder="Rule, message or place"
        />
        <SeverityFilter
          findings={matching}
          chosen={severity}
          onChoose={(severity) => setSearch({ severity })}
        />
        <label className="select">
          <span className="visually-hidden">Category</span>
          <select value={category} onChange={(event) => setSearch({ category: event.target.value })}>
            <option value="">every category</option>
            {categories.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      {shown.length === 0 && <p className="table-none">No finding matches.</p>}
      <div className="finding-groups">
        {shown.slice(0, SHOWN).map((finding) => (
          <section key={finding.fingerprint} className="card finding-group">
            <div className="finding-group-body">
              <FindingDetail
                finding={finding}
                why={finding.why}
                consumer={finding.consumer}
                extra={
                  <>
                    <span>{finding.category}</span>
                    {finding.file && (
                      <code>
                        <Text text={finding.file} limit={120} />
                      </code>
                    )}
                  </>
                }
              />
            </div>
          </section>
        ))}
      </div>
      {shown.length > SHOWN && (
        <p className="muted">
          {SHOWN} of {shown.length} are shown.
        </p>
      )}
    </>
  );
}

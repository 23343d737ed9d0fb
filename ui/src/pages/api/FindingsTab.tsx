/** All findings of an API, of the contract and of the traffic, grouped by severity and rule. */

import { useMemo, useState } from "react";
import { useAudit, useFindings, useOperations, useRules } from "../../api/queries";
import type { Api, Severity, StoredFinding } from "../../api/types";
import { Link, routes, setSearch, usePlace } from "../../app/router";
import { SeverityBadge } from "../../components/Badges";
import { Empty, Failed, Loading, SearchField, Segmented, Time } from "../../components/Basics";
import { ClosedFindings, FindingDetail, SEVERITIES, SeverityFilter } from "../../components/Findings";
import { Icon } from "../../components/Icon";
import { Text } from "../../components/Text";
import { plural } from "../../lib/format";

const SHOWN = 25;

interface Group {
  rule: string;
  name: string;
  severity: Severity;
  findings: StoredFinding[];
}

export function groupFindings(findings: StoredFinding[]): Group[] {
  const groups = new Map<string, Group>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.rule}`;
    const group = groups.get(key) ?? {
      rule: finding.rule,
      name: finding.name,
      severity: finding.severity,
      findings: [],
    };
    group.findings.push(finding);
    groups.set(key, group);
  }
  return [...groups.values()].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      b.findings.length - a.findings.length ||
      (a.rule < b.rule ? -1 : 1),
  );
}

export function FindingsTab({ api }: { api: Api }) {
  const findings = useFindings(api.id);
  const { search } = usePlace();
  const severity = search.get("severity") ?? "";
  const engine = search.get("engine") ?? "all";
  const text = search.get("q") ?? "";
  const all = findings.data?.items;
  const matching = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return (all ?? []).filter(
      (finding) =>
        (engine === "all" || finding.engine === engine) &&
        (wanted === "" ||
          `${finding.rule} ${finding.name} ${finding.message} ${finding.operation ?? ""}`
            .toLowerCase()
            .includes(wanted)),
    );
  }, [all, engine, text]);
  if (findings.error && !all) return <Failed error={findings.error} retry={() => findings.refetch()} />;
  if (!all) return <Loading />;
  if (all.length === 0) {
    return (
      <>
        <Empty icon="check" title="No findings">
          <p>
            {api.exchanges === 0 && !api.audit
              ? "Nothing was assessed yet: there is neither traffic nor a contract."
              : "Neither the contract nor the traffic seen so far gave a reason to complain. That is no proof of safety."}
          </p>
        </Empty>
        <Closed api={api} />
      </>
    );
  }
  const groups = groupFindings(
    matching.filter((finding) => severity === "" || finding.severity === severity),
  );
  return (
    <>
      <div className="toolbar">
        <SearchField
          value={text}
          onChange={(value) => setSearch({ q: value })}
          label="Search findings"
          placeholder="Rule, message or operation"
        />
        <Segmented
          label="Where findings come from"
          value={engine}
          options={[
            { value: "all", label: "All" },
            { value: "discover", label: "Traffic" },
            { value: "audit", label: "Contract" },
          ]}
          onChange={(value) => setSearch({ engine: value === "all" ? null : value })}
        />
        <SeverityFilter
          findings={matching}
          chosen={severity}
          onChoose={(severity) => setSearch({ severity })}
        />
      </div>
      {groups.length === 0 && (
        <p className="table-none">
          No finding matches.{" "}
          <button
            type="button"
            className="link"
            onClick={() => setSearch({ q: null, severity: null, engine: null })}
          >
            Show all
          </button>
        </p>
      )}
      <div className="finding-groups">
        {groups.map((group, index) => (
          <RuleGroup key={`${group.severity} ${group.rule}`} api={api} group={group} startOpen={index < 2} />
        ))}
      </div>
      <Closed api={api} />
    </>
  );
}

/** What the contract's audit would say, were it not for what the traffic shows or the contract says. */
function Closed({ api }: { api: Api }) {
  const audit = useAudit(api.id, api.audit?.source ?? "learned");
  return <ClosedFindings findings={audit.data?.suppressed ?? []} />;
}

function RuleGroup({ api, group, startOpen }: { api: Api; group: Group; startOpen: boolean }) {
  const [open, setOpen] = useState(startOpen);
  const [limit, setLimit] = useState(SHOWN);
  const rules = useRules();
  const operations = useOperations(api.id);
  const rule = rules.data?.items.find((entry) => entry.id === group.rule);
  const idOf = (finding: StoredFinding) =>
    operations.data?.items.find((operation) => `${operation.method} ${operation.path}` === finding.operation)
      ?.id ?? null;
  return (
    <section className="card finding-group">
      <h2>
        <button
          type="button"
          className="finding-group-head"
          data-row
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? "down" : "right"} />
          <SeverityBadge severity={group.severity} />
          <span className="finding-group-title">
            <Text text={rule?.what ?? group.name.replaceAll("-", " ")} limit={160} />
          </span>
          <span className="tag">{group.rule}</span>
          <span className="muted nowrap">{plural(group.findings.length, "place")}</span>
        </button>
      </h2>
      {open && (
        <div className="finding-group-body">
          {group.findings.slice(0, limit).map((finding) => {
            const operation = idOf(finding);
            const line = finding.line;
            return (
              <FindingDetail
                key={finding.id}
                finding={finding}
                rule={rule}
                extra={
                  <>
                    {finding.last_observed && (
                      <span>
                        last seen <Time time={finding.last_observed} />
                      </span>
                    )}
                    {operation && <Link href={routes.operation(api.id, operation)}>Open the operation</Link>}
                    {finding.engine === "audit" && line && (
                      <Link href={routes.api(api.id, "contract", `?view=source&line=${line}`)}>
                        Open the contract at line {line}
                      </Link>
                    )}
                  </>
                }
              />
            );
          })}
          {group.findings.length > limit && (
            <button type="button" className="button" onClick={() => setLimit(limit + 100)}>
              Show more ({group.findings.length - limit} left)
            </button>
          )}
        </div>
      )}
    </section>
  );
}

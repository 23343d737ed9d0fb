/** What was learned of it: TLS versions and suites, certificates, answers, DNS and mail records. */

import type { ReactNode } from "react";
import type { AssessmentDetail } from "../../api/types";
import { Card, Empty } from "../../components/Basics";
import { NotAssessed } from "../../components/Grades";
import { Text } from "../../components/Text";
import { isObject, part, rows } from "../../lib/facts";

const PARTS = [
  ["tls", "TLS"],
  ["dns", "DNS and mail"],
  ["http", "HTTP"],
  ["ports", "Ports"],
  ["reputation", "Reputation and place"],
  ["contract", "Contract"],
] as const;

export function FactsTab({ detail }: { detail: AssessmentDetail | undefined }) {
  const result = detail?.result;
  if (!result)
    return (
      <Empty icon="clock" title="Not assessed yet">
        <p>There is no result to show facts of.</p>
      </Empty>
    );
  const why = new Map(result.not_assessed.map((one) => [one.part, one.reason]));
  return (
    <div className="stack">
      <Card title="Addresses">
        <p className="card-text mono">
          <Text text={result.addresses.join(", ")} limit={400} />
        </p>
      </Card>
      {PARTS.map(([name, title]) => {
        const found = part(result.facts, name);
        return (
          <Card key={name} title={title}>
            {"missing" in found ? (
              <p className="card-text">
                <NotAssessed /> <Text text={why.get(name) ?? found.missing} limit={300} />
              </p>
            ) : name === "tls" ? (
              <Tls facts={found.facts} />
            ) : (
              <Table facts={found.facts} />
            )}
          </Card>
        );
      })}
    </div>
  );
}

function Table({ facts }: { facts: unknown }) {
  return (
    <div className="table-wrap">
      <table className="table facts-table">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Found</th>
          </tr>
        </thead>
        <tbody>
          {rows(facts).map((fact) => (
            <tr key={fact.name}>
              <td>
                <Text text={fact.name} limit={120} />
              </td>
              <td>
                <Text text={fact.value} limit={600} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const SUPPORT: Record<string, ReactNode> = { yes: "yes", no: "no", unknown: <NotAssessed /> };

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Versions with their suites; the rest as rows. */
function Tls({ facts }: { facts: unknown }) {
  if (!isObject(facts)) return <Table facts={facts} />;
  const { versions, ...rest } = facts;
  return (
    <>
      <div className="table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">Spoken</th>
              <th scope="col">Suites, in the order they were chosen in</th>
            </tr>
          </thead>
          <tbody>
            {(Array.isArray(versions) ? versions : []).filter(isObject).map((one) => (
              <tr key={String(one.version)}>
                <td className="nowrap">
                  <Text text={String(one.version)} limit={20} />
                </td>
                <td>{SUPPORT[String(one.support)] ?? <Text text={String(one.support)} limit={20} />}</td>
                <td>
                  <Text text={texts(one.suites).join(", ")} limit={2000} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Table facts={rest} />
    </>
  );
}

/** What is known about one operation, beside the inventory. */

import { useChanges, useOperation, useRules, useSetProtection } from "../../api/queries";
import type { Api, OperationDetail, ProtectionChoice } from "../../api/types";
import { Link, routes } from "../../app/router";
import { useMayWrite } from "../../app/session";
import { toast, toastError } from "../../app/toasts";
import {
  authenticationHelp,
  EffectBadge,
  Method,
  ProtectionMark,
  STATE_HELP,
  StateBadge,
} from "../../components/Badges";
import { Command, Failed, Loading, Time } from "../../components/Basics";
import { ChangeList } from "../../components/Changes";
import { StatusMix } from "../../components/Charts";
import { FindingDetail } from "../../components/Findings";
import { Panel, PanelSection } from "../../components/Panel";
import { OpenTo, SensitiveKind, SensitivePlace } from "../../components/Sensitive";
import { Path, Text } from "../../components/Text";
import { count, percent, plural } from "../../lib/format";

export function OperationPanel({ api, id, onClose }: { api: Api; id: string; onClose: () => void }) {
  const operation = useOperation(api.id, id);
  const changes = useChanges(api.id, id);
  const rules = useRules();
  const data = operation.data;
  return (
    <Panel
      name={id}
      onClose={onClose}
      title={
        data ? (
          <span className="operation">
            <Method method={data.method} />
            <Path path={data.path} limit={120} />
          </span>
        ) : (
          "Operation"
        )
      }
    >
      {operation.error && !data && <Failed error={operation.error} retry={() => operation.refetch()} />}
      {!data && !operation.error && <Loading />}
      {data && (
        <>
          {data.summary && (
            <p>
              <Text text={data.summary} limit={300} />
            </p>
          )}
          <Facts data={data} />
          {data.curl && (
            <PanelSection title="Try it">
              <Command command={data.curl} />
            </PanelSection>
          )}
          <PanelSection title="Protection">
            <Protection api={api} data={data} />
          </PanelSection>
          <PanelSection title="Parameters">
            <Parameters data={data} />
          </PanelSection>
          {data.sensitive.length > 0 && (
            <PanelSection title="Sensitive data">
              <SensitiveFields data={data} />
            </PanelSection>
          )}
          <PanelSection title={`Findings (${data.findings_list.length})`}>
            {data.findings_list.length === 0 && <p className="muted">None.</p>}
            {data.findings_list.map((finding) => (
              <FindingDetail
                key={finding.fingerprint}
                finding={finding}
                rule={rules.data?.items.find((rule) => rule.id === finding.rule)}
                showOperation={false}
              />
            ))}
          </PanelSection>
          <PanelSection title="Changes">
            {changes.data?.items.length === 0 && <p className="muted">None since it is known.</p>}
            <ChangeList changes={changes.data?.items ?? []} />
          </PanelSection>
          <PanelSection title="Recent events">
            {data.recent_events.length === 0 && <p className="muted">None.</p>}
            <ul className="plain-list">
              {data.recent_events.map((event) => (
                <li key={event.uuid} className="event-line">
                  <EffectBadge effect={event.effect} would={event.would} />
                  <Link href={routes.event(event.uuid)}>
                    <Text text={event.title} limit={70} />
                  </Link>
                  <span className="muted">
                    {event.count > 1 && `${event.count}× `}
                    <Time time={event.last_time} />
                  </span>
                </li>
              ))}
            </ul>
          </PanelSection>
        </>
      )}
    </Panel>
  );
}

function Facts({ data }: { data: OperationDetail }) {
  const total = Object.values(data.statuses).reduce((sum, hits) => sum + hits, 0);
  return (
    <dl className="fact-grid">
      <div>
        <dt>State</dt>
        <dd>
          <StateBadge state={data.state} /> <span className="muted">{STATE_HELP[data.state]}</span>
        </dd>
      </div>
      <div>
        <dt>Hits</dt>
        <dd>
          {count(data.hits)} by {plural(data.principals, "caller")}
        </dd>
      </div>
      <div>
        <dt>Seen</dt>
        <dd>
          first <Time time={data.first_observed} />, last <Time time={data.last_observed} />
        </dd>
      </div>
      <div>
        <dt>Authentication</dt>
        <dd>{authenticationHelp(data.authenticated)}</dd>
      </div>
      <div>
        <dt>Answers</dt>
        <dd>
          <StatusMix statuses={data.statuses} />
          <span className="muted">
            {Object.entries(data.statuses)
              .map(([status, hits]) => `${status}: ${count(hits)} (${percent(hits, total)})`)
              .join(", ")}
          </span>
        </dd>
      </div>
      {(data.request_media.length > 0 || data.response_media.length > 0) && (
        <div>
          <dt>Media types</dt>
          <dd>
            {data.request_media.length > 0 && (
              <>
                takes <Text text={data.request_media.join(", ")} limit={90} className="mono" />
                <br />
              </>
            )}
            {data.response_media.length > 0 && (
              <>
                answers <Text text={data.response_media.join(", ")} limit={90} className="mono" />
              </>
            )}
          </dd>
        </div>
      )}
    </dl>
  );
}

function Parameters({ data }: { data: OperationDetail }) {
  if (data.parameters.length === 0) return <p className="muted">None seen.</p>;
  return (
    <table className="table table-small">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Type</th>
          <th scope="col" className="num">
            Seen
          </th>
        </tr>
      </thead>
      <tbody>
        {data.parameters.map((parameter) => (
          <tr key={`${parameter.in} ${parameter.name}`}>
            <td>
              <code>
                <Text text={parameter.name} limit={40} />
              </code>
              <div className="sub">
                {parameter.in}
                {parameter.required && ", required"}
              </div>
            </td>
            <td>
              {parameter.type}
              {parameter.format && `, ${parameter.format}`}
              {parameter.evidence && (
                <div className="sub">
                  <Text text={parameter.evidence} limit={90} />
                </div>
              )}
            </td>
            <td className="num">{count(parameter.seen)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function SensitiveFields({ data }: { data: OperationDetail }) {
  return (
    <table className="table table-small">
      <thead>
        <tr>
          <th scope="col">Kind and place</th>
          <th scope="col" className="num">
            Seen
          </th>
          <th scope="col" className="num">
            Without credential
          </th>
        </tr>
      </thead>
      <tbody>
        {data.sensitive.map((field) => (
          <tr key={`${field.in} ${field.part} ${field.pointer} ${field.kind}`}>
            <td>
              <SensitiveKind field={field} />
              <div className="sub">
                <SensitivePlace field={field} />
              </div>
            </td>
            <td className="num">{count(field.count)}</td>
            <td className="num">
              <OpenTo field={field} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Protection({ api, data }: { api: Api; data: OperationDetail }) {
  const set = useSetProtection(api.id, data.id);
  const mayWrite = useMayWrite() && !api.read_only;
  const choose = (choice: ProtectionChoice) =>
    set.mutate(choice, {
      onSuccess: () => toast("Protection of this operation is set."),
      onError: toastError("Protection was not changed"),
    });
  const buttons: [ProtectionChoice, string, string][] = [
    ["auto", "Follow the API", "Blocks when the API's mode is block and there is enough evidence"],
    ["observe", "Always observe", "Never rejects requests of this operation"],
    ["block", "Always block", "Blocks when the API's mode is block, even on thin evidence"],
  ];
  // The API gives the outcome, not the choice behind it: the control shows the outcome and offers the choices.
  return (
    <>
      <p>
        Now: <ProtectionMark protection={data.protection} />
      </p>
      <div className="button-row">
        {buttons.map(([choice, label, help]) => (
          <button
            key={choice}
            type="button"
            className="button button-small"
            title={help}
            disabled={!mayWrite || set.isPending}
            onClick={() => choose(choice)}
          >
            {label}
          </button>
        ))}
      </div>
      {!mayWrite && (
        <p className="muted">
          {api.read_only ? "A file manages this API: change it there." : "Viewers cannot change this."}
        </p>
      )}
    </>
  );
}

/** A contract as people read it: by group and path, with parameters, bodies and schemas. */

import { useMemo, useState } from "react";
import { Method } from "../../components/Badges";
import { Notice, SearchField } from "../../components/Basics";
import { Icon } from "../../components/Icon";
import { Path, Text } from "../../components/Text";
import { plural } from "../../lib/format";
import {
  type ContractBody,
  type ContractModel,
  type ContractOperation,
  type Json,
  members,
  readContract,
  refName,
  schemaWords,
} from "../../lib/openapi";

const MAX_DEPTH = 8;
const MAX_MEMBERS = 200;

export function ContractReader({ document }: { document: string }) {
  const [search, setSearch] = useState("");
  const model = useMemo<ContractModel | Error>(() => {
    try {
      return readContract(document);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }, [document]);
  if (model instanceof Error)
    return (
      <Notice tone="bad">The contract cannot be shown: {model.message}. Its source view still works.</Notice>
    );
  const wanted = search.trim().toLowerCase();
  const groups = model.groups
    .map((group) => ({
      ...group,
      operations: group.operations.filter((operation) =>
        `${operation.key} ${operation.summary ?? ""}`.toLowerCase().includes(wanted),
      ),
    }))
    .filter((group) => group.operations.length > 0);
  return (
    <div className="reader">
      <header className="reader-head">
        <h2>
          <Text text={model.title ?? "Untitled"} limit={100} />
        </h2>
        <span className="muted">
          {model.version && <Text text={`version ${model.version}`} limit={40} />}
          {model.format && <Text text={`, OpenAPI ${model.format}`} limit={40} />},{" "}
          {plural(model.operations, "operation")}
        </span>
      </header>
      {model.description && (
        <p>
          <Text text={model.description} limit={600} />
        </p>
      )}
      <SearchField
        value={search}
        onChange={setSearch}
        label="Search this contract"
        placeholder="Path or summary"
      />
      {groups.map((group) => (
        <section key={group.tag} className="reader-group">
          <h3>
            <Text text={group.tag} limit={60} />
            {group.description && (
              <span className="muted">
                {" "}
                <Text text={group.description} limit={160} />
              </span>
            )}
          </h3>
          {group.operations.map((operation) => (
            <Operation key={operation.key} model={model} operation={operation} />
          ))}
        </section>
      ))}
      {groups.length === 0 && (
        <p className="table-none">
          {model.operations === 0 ? "The contract has no operations." : "No operation matches."}
        </p>
      )}
    </div>
  );
}

function Operation({ model, operation }: { model: ContractModel; operation: ContractOperation }) {
  const [open, setOpen] = useState(false);
  return (
    <article className={open ? "reader-operation reader-operation-on" : "reader-operation"}>
      <h4>
        <button
          type="button"
          data-row
          className="reader-operation-head"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? "down" : "right"} />
          <Method method={operation.method} />
          <Path path={operation.path} limit={100} />
          {operation.deprecated && <span className="tag">deprecated</span>}
          <span className="reader-summary">
            {operation.summary && <Text text={operation.summary} limit={90} />}
          </span>
          <span className="reader-lock" title={securityWords(operation.security)}>
            <Icon name={operation.security === null || operation.security.length === 0 ? "open" : "lock"} />
            <span className="visually-hidden">{securityWords(operation.security)}</span>
          </span>
        </button>
      </h4>
      {open && (
        <div className="reader-operation-body">
          {operation.description && (
            <p>
              <Text text={operation.description} limit={2000} />
            </p>
          )}
          <p className="muted">{securityWords(operation.security)}.</p>
          {operation.parameters.length > 0 && (
            <>
              <h5>Parameters</h5>
              <dl className="members">
                {operation.parameters.map((parameter) => (
                  <div key={`${parameter.in} ${parameter.name}`} className="member">
                    <dt>
                      <code>
                        <Text text={parameter.name} limit={60} />
                      </code>
                      <span className="muted"> {parameter.in}</span>
                      {parameter.required && <span className="required">required</span>}
                    </dt>
                    <dd>
                      <Text text={schemaWords(model.root, parameter.schema)} limit={300} />
                      {parameter.description && (
                        <div className="sub">
                          <Text text={parameter.description} limit={300} />
                        </div>
                      )}
                    </dd>
                  </div>
                ))}
              </dl>
            </>
          )}
          {operation.bodies.length > 0 && (
            <>
              <h5>Request body {operation.bodyRequired && <span className="required">required</span>}</h5>
              {operation.bodies.map((body) => (
                <Body key={body.media} model={model} body={body} />
              ))}
            </>
          )}
          <h5>Responses</h5>
          {operation.responses.map((response) => (
            <div key={response.status} className="reader-response">
              <span className={`status status-${response.status.slice(0, 1)}`}>
                {response.status.slice(0, 7)}
              </span>
              <div>
                {response.description && <Text text={response.description} limit={300} />}
                {response.bodies.map((body) => (
                  <Body key={body.media} model={model} body={body} />
                ))}
              </div>
            </div>
          ))}
        </div>
      )}
    </article>
  );
}

function securityWords(security: string[][] | null): string {
  if (security === null) return "The contract names no security";
  if (security.length === 0) return "Open to anyone, says the contract";
  return `Needs ${security.map((all) => (all.length === 0 ? "nothing" : all.join(" and "))).join(", or ")}`;
}

function Body({ model, body }: { model: ContractModel; body: ContractBody }) {
  return (
    <div className="reader-body">
      <div className="muted">
        <Text text={body.media} limit={80} className="mono" />:{" "}
        <Text text={schemaWords(model.root, body.schema)} limit={200} />
      </div>
      <Members model={model} schema={body.schema} depth={0} open />
    </div>
  );
}

/** The members of a schema; deeper ones open on demand, so that cycles cost nothing. */
function Members({
  model,
  schema,
  depth,
  open,
}: {
  model: ContractModel;
  schema: Json | undefined;
  depth: number;
  open: boolean;
}) {
  if (!open || depth > MAX_DEPTH) return null;
  const all = members(model.root, schema);
  if (all.length === 0) return null;
  return (
    <dl className="members">
      {all.slice(0, MAX_MEMBERS).map((member, index) => (
        <Member
          // biome-ignore lint/suspicious/noArrayIndexKey: allOf may give the same name twice
          key={`${member.name} ${index}`}
          model={model}
          name={member.name}
          required={member.required}
          schema={member.schema}
          depth={depth}
        />
      ))}
      {all.length > MAX_MEMBERS && (
        <div className="member muted">and {all.length - MAX_MEMBERS} more: see the source</div>
      )}
    </dl>
  );
}

function Member({
  model,
  name,
  required,
  schema,
  depth,
}: {
  model: ContractModel;
  name: string;
  required: boolean;
  schema: Json;
  depth: number;
}) {
  const [open, setOpen] = useState(false);
  const deeper = depth < MAX_DEPTH && members(model.root, schema).length > 0;
  return (
    <div className="member">
      <dt>
        <code>
          <Text text={name} limit={60} />
        </code>
        {required && <span className="required">required</span>}
      </dt>
      <dd>
        {deeper ? (
          <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Text text={refName(schema) ?? schemaWords(model.root, schema)} limit={200} /> {open ? "−" : "+"}
          </button>
        ) : (
          <Text text={schemaWords(model.root, schema)} limit={300} />
        )}
        {deeper && <Members model={model} schema={schema} depth={depth + 1} open={open} />}
      </dd>
    </div>
  );
}

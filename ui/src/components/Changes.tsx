/** What changed at operations, as traffic showed it. */

import type { OperationChange } from "../api/types";
import { Time } from "./Basics";
import { Text } from "./Text";

/** The change in words; names come from outside and stay inert. */
function Words({ change }: { change: OperationChange }) {
  const side = change.direction === "request" ? "requests" : "answers";
  const place = change.pointer === undefined ? change.name : change.pointer || "the whole body";
  const named = (
    <code>
      <Text text={place ?? ""} limit={80} />
    </code>
  );
  const after = (
    <code>
      <Text text={change.after ?? "?"} limit={60} />
    </code>
  );
  const before = (
    <code>
      <Text text={change.before ?? "?"} limit={60} />
    </code>
  );
  switch (change.kind) {
    case "parameter-added":
      return (
        <>
          new {change.in} parameter {named}
        </>
      );
    case "property-added":
      return (
        <>
          new property {named} in {side}
        </>
      );
    case "property-removed":
      return (
        <>
          property {named} is gone from {side}
        </>
      );
    case "property-retyped":
      return (
        <>
          property {named} in {side} is {after}, it was {before}
        </>
      );
    case "status-added":
      return <>new status {after}</>;
    case "media-type-added":
      return (
        <>
          new media type {after} in {side}
        </>
      );
    case "authentication-changed":
      return (
        <>
          callers show {after} for a credential, they showed {before}
        </>
      );
    default:
      return <Text text={change.kind} />;
  }
}

export function ChangeList({
  changes,
  operation,
}: {
  changes: OperationChange[];
  /** How the operation of a change is shown; left out where all are of one. */
  operation?: (change: OperationChange) => React.ReactNode;
}) {
  return (
    <ul className="plain-list">
      {changes.map((change) => (
        <li key={change.id} className="change-line" title={`Shown by exchange ${change.exchange_id}`}>
          <span className="muted nowrap">
            <Time time={change.time} />
          </span>
          <span>
            {operation && <>{operation(change)} </>}
            <Words change={change} />
          </span>
        </li>
      ))}
    </ul>
  );
}

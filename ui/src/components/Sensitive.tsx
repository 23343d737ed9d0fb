/** How a field with sensitive data is shown, wherever it is. */

import type { SensitiveField } from "../api/types";
import { count, percent } from "../lib/format";
import { Text } from "./Text";

/** What a leak costs, in words. */
const CLASSES: Record<string, string> = {
  credential: "lets others act in its owner's name",
  financial: "money or payment data",
  identity: "identifies a person for life",
  health: "says how a person fares",
  other: "sensitive by a rule of your own",
  contact: "reaches a person",
  personal: "is about a person",
};

export const SensitiveKind = ({ field }: { field: SensitiveField }) => (
  <span className="sensitive" title={CLASSES[field.class]}>
    <Text text={field.kind} limit={40} />
  </span>
);

/** `response /user/email`, `request query email`. */
export function SensitivePlace({ field }: { field: SensitiveField }) {
  return (
    <>
      <span className="muted">
        {field.in}
        {field.part !== "body" && ` ${field.part}`}
      </span>{" "}
      {field.pointer === "" ? (
        "the whole body"
      ) : (
        <code>
          <Text text={field.pointer} limit={60} />
        </code>
      )}
    </>
  );
}

/** How often callers without a credential had it in their exchange. */
export const OpenTo = ({ field }: { field: SensitiveField }) =>
  field.unauthenticated === 0 ? (
    <span className="muted">never</span>
  ) : (
    <span className="sensitive">
      {count(field.unauthenticated)} ({percent(field.unauthenticated, field.count)})
    </span>
  );

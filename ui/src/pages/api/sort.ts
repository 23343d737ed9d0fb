/** The orders of the inventory. Ties are broken by path and method, so that rows never jump between two polls. */

import type { Operation, SensitiveField } from "../../api/types";

export type SortKey =
  | "path"
  | "state"
  | "hits"
  | "last"
  | "first"
  | "errors"
  | "principals"
  | "sensitive"
  | "findings"
  | "protection";

const STATE_ORDER = { shadow: 0, zombie: 1, learned: 2, documented: 3, orphan: 4 };
const PROTECTION_ORDER = { block: 0, observe: 1, "thin-evidence": 2, off: 3 };
const SEVERITY_WEIGHT = { critical: 5, high: 4, medium: 3, low: 2, info: 1 };

/** The share of answers from 400 on. */
export function errorShare(statuses: Record<string, number>): number {
  let total = 0;
  let errors = 0;
  for (const [status, hits] of Object.entries(statuses)) {
    total += hits;
    if (Number(status) >= 400) errors += hits;
  }
  return total === 0 ? 0 : errors / total;
}

function orderValue(key: SortKey, operation: Operation): number | string {
  switch (key) {
    case "path":
      return operation.path;
    case "state":
      return STATE_ORDER[operation.state] ?? 9;
    case "hits":
      return operation.hits;
    case "last":
      return operation.last_observed ?? "";
    case "first":
      return operation.first_observed ?? "";
    case "errors":
      return errorShare(operation.statuses);
    case "principals":
      return operation.principals;
    case "sensitive":
      return operation.sensitive.length;
    case "findings":
      return (operation.worst ? SEVERITY_WEIGHT[operation.worst] * 1000 : 0) + operation.findings;
    case "protection":
      return PROTECTION_ORDER[operation.protection] ?? 9;
    default:
      return operation.path;
  }
}

const plain = (a: number | string, b: number | string) => (a < b ? -1 : a > b ? 1 : 0);

export function compareBy(key: SortKey, down: boolean): (a: Operation, b: Operation) => number {
  return (a, b) => {
    const order = plain(orderValue(key, a), orderValue(key, b));
    if (order !== 0) return down ? -order : order;
    return plain(a.path, b.path) || plain(a.method, b.method);
  };
}

export type SensitiveSort = "kind" | "place" | "operation" | "count" | "open";

const CLASS_ORDER: Record<string, number> = {
  credential: 0,
  financial: 1,
  identity: 2,
  health: 3,
  other: 4,
  contact: 5,
  personal: 6,
};

interface Held {
  operation: Operation;
  field: SensitiveField;
}

function orderOf(key: SensitiveSort, { operation, field }: Held): (number | string)[] {
  switch (key) {
    case "place":
      return [field.in, field.part, field.pointer];
    case "operation":
      return [operation.path, operation.method];
    case "count":
      return [field.count];
    case "open":
      return [field.unauthenticated];
    default:
      return [CLASS_ORDER[field.class] ?? 9, field.kind];
  }
}

/** The orders of the sensitive fields; ties are broken by operation and place. */
export function compareSensitive(key: SensitiveSort, down: boolean): (a: Held, b: Held) => number {
  const compare = (key: SensitiveSort, a: Held, b: Held) => {
    const others = orderOf(key, b);
    for (const [at, value] of orderOf(key, a).entries()) {
      const order = plain(value, others[at] ?? "");
      if (order !== 0) return order;
    }
    return 0;
  };
  return (a, b) => {
    const order = compare(key, a, b);
    if (order !== 0) return down ? -order : order;
    return compare("operation", a, b) || compare("place", a, b) || compare("kind", a, b);
  };
}

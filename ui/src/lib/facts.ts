/** Facts of an assessment as rows of a table: whatever their shape, bounded, in words. */

export interface Fact {
  name: string;
  value: string;
}

/** Rows of one table at most. */
const MOST = 400;
const DEPTH = 6;

type Member = Record<string, unknown>;

export const isObject = (value: unknown): value is Member =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a part learned, or why it learned nothing. */
export function part(facts: unknown, name: string): { facts: unknown } | { missing: string } {
  const found = isObject(facts) ? facts[name] : undefined;
  if (isObject(found) && "assessed" in found) return { facts: found.assessed };
  if (isObject(found) && typeof found.not_assessed === "string") return { missing: found.not_assessed };
  return { missing: "it is not part of this result" };
}

function scalar(value: unknown): string | null {
  if (value === null || value === undefined) return "not known";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number" || typeof value === "string") return String(value);
  return null;
}

const label = (name: string) => name.replaceAll("_", " ");

/** Members in the order they come in; lists of plain values on one row, empty ones are `none`. */
export function rows(value: unknown): Fact[] {
  const found: Fact[] = [];
  const add = (name: string, text: string) => {
    if (found.length < MOST) found.push({ name, value: text === "" ? "empty" : text });
  };
  const walk = (name: string, at: unknown, depth: number) => {
    if (found.length >= MOST) return;
    const plain = scalar(at);
    if (plain !== null) {
      add(name, plain);
    } else if (depth >= DEPTH) {
      add(name, "more than is shown");
    } else if (Array.isArray(at)) {
      const list = at.map(scalar);
      if (at.length === 0) add(name, "none");
      else if (list.every((item) => item !== null)) add(name, list.join(", "));
      else for (const [index, item] of at.entries()) walk(`${name} ${index + 1}`, item, depth + 1);
    } else if (isObject(at)) {
      for (const [key, member] of Object.entries(at))
        walk(name === "" ? label(key) : `${name}: ${label(key)}`, member, depth + 1);
    }
  };
  walk("", value, 0);
  return found;
}

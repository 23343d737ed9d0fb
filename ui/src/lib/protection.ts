/** What an API's protection says, in words; and what two of them differ in. */

import type { CheckAction, CheckName, MessageLimits, RateRule } from "../api/types";

/** Every check, in the words of a table: what it looks at. The order is the control plane's. */
export const CHECKS: Record<CheckName, { label: string; help: string }> = {
  framing: { label: "Framing", help: "Where a message ends: what servers could read as two requests" },
  limits: { label: "Limits", help: "Sizes, counts and depths" },
  network: { label: "Network lists", help: "Where clients come from" },
  banned: { label: "Bans", help: "Everything a banned client sends" },
  headers: { label: "Header rules", help: "Header fields you demand or keep out" },
  identity: { label: "Identity", help: "Tokens and the contract's security requirements" },
  rate: { label: "Rates", help: "More requests than a rate rule allows" },
  path: { label: "Unknown paths", help: "Paths the contract does not have" },
  method: { label: "Unknown methods", help: "Methods the contract does not have at a path" },
  ambiguity: { label: "Ambiguity", help: "What servers read in more than one way" },
  parameters: { label: "Parameters", help: "Declared parameters: presence, type, format, range" },
  undeclared_query: { label: "Undeclared query", help: "Query parameters the contract does not declare" },
  undeclared_headers: { label: "Undeclared headers", help: "Header fields nobody declares" },
  undeclared_body: { label: "Undeclared body", help: "A body where the contract declares none" },
  media_type: { label: "Media type", help: "A body of another kind than the contract declares" },
  body: { label: "Body", help: "The content of a request's body" },
  profile: { label: "Profile", help: "What is unlike the traffic learned so far" },
  response: { label: "Response", help: "Status, headers and content of answers" },
};

export const checkLabel = (check: string | null | undefined) =>
  CHECKS[check as CheckName]?.label ?? (check ? check : "no check");

export const ACTIONS: Record<CheckAction, { label: string; help: string }> = {
  disable: { label: "off", help: "The check is not made" },
  allow: { label: "count only", help: "It passes and leaves a count only" },
  alert: { label: "alert", help: "It passes and is told" },
  prevent: { label: "prevent", help: "It is refused" },
  ban: { label: "ban", help: "It is refused, and so is all its client sends until the ban ends" },
};

export const ACTION_ORDER: CheckAction[] = ["disable", "allow", "alert", "prevent", "ban"];

export const LIMITS: { name: keyof MessageLimits; label: string }[] = [
  { name: "target_bytes", label: "Path and query, bytes" },
  { name: "query_bytes", label: "Query, bytes" },
  { name: "query_parameters", label: "Query parameters" },
  { name: "header_bytes", label: "Header fields, bytes" },
  { name: "header_fields", label: "Header fields" },
  { name: "cookies", label: "Cookies" },
  { name: "body_bytes", label: "Body, bytes" },
  { name: "body_depth", label: "Body, nesting" },
  { name: "body_members", label: "Members or items of a body" },
  { name: "parts", label: "Parts of a multipart body" },
];

export const newRate = (name: string): RateRule => ({
  name,
  per: "client",
  burst: 50,
  average: 20,
  methods: [],
  paths: [],
  statuses: [],
  except: [],
  effect: null,
});

/** One place that differs. */
export interface Difference {
  pointer: string;
  before: unknown;
  after: unknown;
}

/** What two values differ in, place by place. */
export function differences(before: unknown, after: unknown, pointer = ""): Difference[] {
  if (Object.is(before, after)) return [];
  const plain = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const step = (name: string) => `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  if (plain(before) && plain(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => differences(before[name], after[name], step(name)));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, at) => differences(before[at], after[at], step(String(at)))).flat();
  }
  return [{ pointer, before: before ?? null, after: after ?? null }];
}

const WORDS: Record<string, string> = {
  mode: "Mode",
  rollout: "Rollout",
  on_error: "When something cannot be judged",
  networks: "Network lists",
  headers: "Header rules",
  limits: "Limits",
  rates: "Rates",
  ban: "Bans",
  response: "Answers",
  identity: "Identity",
  profile: "Profile",
  operations: "Operations",
  security_headers: "security headers",
  remove_fingerprints: "fingerprints removed",
  harden_cookies: "cookies hardened",
  rate_limits: "rate limits told to",
};

const LIMIT_WORDS = new Map<string, string>(LIMITS.map((limit) => [limit.name, limit.label]));

/** `/settings/effects/undeclared_query` reads `Undeclared query`; places of lists are counted from 1. */
export function placeLabel(pointer: string): string {
  const steps = pointer
    .split("/")
    .filter((step) => step !== "" && step !== "settings" && step !== "effects")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const words = steps.map((step) => {
    if (/^\d+$/.test(step)) return String(Number(step) + 1);
    return (
      WORDS[step] ?? CHECKS[step as CheckName]?.label ?? LIMIT_WORDS.get(step) ?? step.replaceAll("_", " ")
    );
  });
  return words.join(" › ") || "everything";
}

/** A value of the settings as people read it. */
export function valueLabel(value: unknown): string {
  if (value === null || value === undefined) return "default";
  if (value === "") return "empty";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(valueLabel).join(", ");
  if (typeof value === "object") {
    const entries = Object.entries(value).filter(
      ([, part]) =>
        part !== null && part !== false && !(Array.isArray(part) && part.length === 0) && part !== "",
    );
    return (
      entries.map(([name, part]) => `${name.replaceAll("_", " ")} ${valueLabel(part)}`).join(", ") || "empty"
    );
  }
  const text = String(value);
  return ACTIONS[text as CheckAction]?.label ?? text;
}

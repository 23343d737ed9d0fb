/** Reads an OpenAPI document defensively: it comes from outside, so every member may be missing or of a wrong type. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export const METHODS = [
  "get",
  "post",
  "put",
  "patch",
  "delete",
  "head",
  "options",
  "trace",
  "query",
] as const;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
export const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
export const text = (value: Json | undefined): string | null => (typeof value === "string" ? value : null);

const own = (from: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(from, name) ? from[name] : undefined;

/** Follows a local reference, at most eight hops; anything else is returned as it is. */
export function resolve(root: JsonObject, value: Json | undefined): Json | undefined {
  let current = value;
  for (let hop = 0; hop < 8 && isObject(current); hop += 1) {
    const reference = text(own(current, "$ref"));
    if (!reference?.startsWith("#/")) return current;
    let target: Json | undefined = root;
    for (const step of reference.slice(2).split("/")) {
      const name = decode(step);
      target = Array.isArray(target)
        ? target[Number(name)]
        : isObject(target)
          ? own(target, name)
          : undefined;
    }
    current = target;
  }
  return current;
}

function decode(step: string): string {
  let name = step;
  try {
    name = decodeURIComponent(step);
  } catch {
    // Not percent-encoded after all: taken literally.
  }
  return name.replaceAll("~1", "/").replaceAll("~0", "~");
}

export interface ContractParameter {
  name: string;
  in: string;
  required: boolean;
  deprecated: boolean;
  description: string | null;
  schema: Json | undefined;
}

export interface ContractBody {
  media: string;
  schema: Json | undefined;
}

export interface ContractResponse {
  status: string;
  description: string | null;
  bodies: ContractBody[];
}

export interface ContractOperation {
  key: string;
  method: string;
  path: string;
  tag: string;
  summary: string | null;
  description: string | null;
  deprecated: boolean;
  /** Names of the schemes of each alternative; `null` when the contract says nothing. */
  security: string[][] | null;
  parameters: ContractParameter[];
  bodyRequired: boolean;
  bodies: ContractBody[];
  responses: ContractResponse[];
}

export interface ContractGroup {
  tag: string;
  description: string | null;
  operations: ContractOperation[];
}

export interface ContractModel {
  root: JsonObject;
  title: string | null;
  version: string | null;
  format: string | null;
  description: string | null;
  servers: string[];
  groups: ContractGroup[];
  operations: number;
}

const bodies = (content: Json | undefined): ContractBody[] =>
  Object.entries(object(content)).map(([media, value]) => ({ media, schema: object(value).schema }));

function security(value: Json | undefined): string[][] | null {
  return Array.isArray(value) ? value.map((entry) => Object.keys(object(entry))) : null;
}

function parameters(root: JsonObject, item: JsonObject, operation: JsonObject): ContractParameter[] {
  const found = new Map<string, ContractParameter>();
  for (const raw of [...list(item.parameters), ...list(operation.parameters)]) {
    const parameter = object(resolve(root, raw));
    const name = text(parameter.name) ?? "?";
    const where = text(parameter.in) ?? "?";
    const content = Object.values(object(parameter.content))[0];
    found.set(`${where} ${name}`, {
      name,
      in: where,
      required: parameter.required === true || where === "path",
      deprecated: parameter.deprecated === true,
      description: text(parameter.description),
      schema: parameter.schema ?? (content === undefined ? parameter : object(content).schema),
    });
  }
  return [...found.values()];
}

/** The readable form of a contract, grouped by tag, else by the first segment of the path. */
export function readContract(document: string): ContractModel {
  const root = object(JSON.parse(document) as Json);
  const info = object(root.info);
  const groups = new Map<string, ContractGroup>();
  for (const entry of list(root.tags)) {
    const name = text(object(entry).name);
    if (name !== null)
      groups.set(name, { tag: name, description: text(object(entry).description), operations: [] });
  }
  let operations = 0;
  for (const [path, rawItem] of Object.entries(object(root.paths))) {
    const item = object(resolve(root, rawItem));
    for (const method of METHODS) {
      const value = own(item, method);
      if (!isObject(value)) continue;
      operations += 1;
      const tag =
        text(list(value.tags)[0]) ??
        `/${path.split("/").find((part) => part !== "" && !part.startsWith("{")) ?? ""}`;
      const group = groups.get(tag) ?? { tag, description: null, operations: [] };
      groups.set(tag, group);
      const body = object(resolve(root, value.requestBody));
      const swaggerBody = parameters(root, item, value).filter((parameter) => parameter.in === "body");
      group.operations.push({
        key: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        tag,
        summary: text(value.summary),
        description: text(value.description),
        deprecated: value.deprecated === true,
        security: security(value.security) ?? security(root.security),
        parameters: parameters(root, item, value).filter((parameter) => parameter.in !== "body"),
        bodyRequired: body.required === true,
        bodies: [
          ...bodies(body.content),
          ...swaggerBody.map((entry) => ({ media: "body", schema: entry.schema })),
        ],
        responses: Object.entries(object(value.responses)).map(([status, raw]) => {
          const response = object(resolve(root, raw));
          const content = bodies(response.content);
          return {
            status,
            description: text(response.description),
            bodies:
              content.length === 0 && response.schema !== undefined
                ? [{ media: "body", schema: response.schema }]
                : content,
          };
        }),
      });
    }
  }
  return {
    root,
    title: text(info.title),
    version: text(info.version),
    format: text(root.openapi) ?? text(root.swagger),
    description: text(info.description),
    servers: list(root.servers).flatMap((server) => text(object(server).url) ?? []),
    groups: [...groups.values()].filter((group) => group.operations.length > 0),
    operations,
  };
}

/** One line for a schema: `string, uuid, up to 36 characters`. */
export function schemaWords(root: JsonObject, raw: Json | undefined): string {
  if (raw === true || raw === undefined) return "anything";
  if (raw === false) return "nothing";
  const name = refName(raw);
  const schema = object(resolve(root, raw));
  const types = Array.isArray(schema.type) ? schema.type.filter((type) => typeof type === "string") : [];
  const type = text(schema.type) ?? (types.length > 0 ? types.join(" or ") : null);
  const words: string[] = [];
  if (type === "array") words.push(`list of ${refName(schema.items ?? true) ?? typeWord(schema.items)}`);
  else if (name !== null) words.push(name);
  else words.push(type ?? combination(schema));
  const format = text(schema.format);
  if (format !== null) words.push(format);
  const values = list(schema.enum);
  if (values.length > 0)
    words.push(
      `one of ${values
        .slice(0, 8)
        .map((value) => JSON.stringify(value))
        .join(", ")}${values.length > 8 ? ", \u2026" : ""}`,
    );
  if (typeof schema.minimum === "number" || typeof schema.maximum === "number")
    words.push(range(schema.minimum, schema.maximum, ""));
  if (typeof schema.minLength === "number" || typeof schema.maxLength === "number")
    words.push(range(schema.minLength, schema.maxLength, " characters"));
  if (typeof schema.minItems === "number" || typeof schema.maxItems === "number")
    words.push(range(schema.minItems, schema.maxItems, " items"));
  if (typeof schema.pattern === "string") words.push(`matches ${schema.pattern}`);
  if (schema.const !== undefined) words.push(`always ${JSON.stringify(schema.const)}`);
  if (schema.nullable === true) words.push("or null");
  return words.join(", ");
}

function typeWord(raw: Json | undefined): string {
  return text(object(raw).type) ?? "anything";
}

function combination(schema: JsonObject): string {
  for (const [keyword, word] of [
    ["oneOf", "one of"],
    ["anyOf", "any of"],
    ["allOf", "all of"],
  ] as const) {
    const parts = list(schema[keyword]);
    if (parts.length > 0) return `${word} ${parts.map((part) => refName(part) ?? typeWord(part)).join(", ")}`;
  }
  return isObject(schema.properties) ? "object" : Array.isArray(schema.enum) ? "value" : "anything";
}

function range(low: Json | undefined, high: Json | undefined, unit: string): string {
  if (typeof low === "number" && typeof high === "number")
    return low === high ? `${low}${unit}` : `${low} to ${high}${unit}`;
  return typeof low === "number" ? `at least ${low}${unit}` : `at most ${String(high)}${unit}`;
}

/** The last part of a local reference, else nothing. */
export function refName(raw: Json | undefined): string | null {
  const reference = isObject(raw) ? text(own(raw, "$ref")) : null;
  return reference === null ? null : decode(reference.split("/").at(-1) ?? reference);
}

export interface Member {
  name: string;
  required: boolean;
  schema: Json;
}

/** The members of an object schema (or of the items of a list); empty for everything else. */
export function members(root: JsonObject, raw: Json | undefined): Member[] {
  let schema = object(resolve(root, raw));
  if (isObject(schema.items) && !isObject(schema.properties)) schema = object(resolve(root, schema.items));
  const found: Member[] = [];
  const parts = [schema, ...list(schema.allOf).map((part) => object(resolve(root, part)))];
  for (const part of parts) {
    const required = new Set(list(part.required));
    for (const [name, value] of Object.entries(object(part.properties))) {
      found.push({ name, required: required.has(name), schema: value });
    }
  }
  return found;
}

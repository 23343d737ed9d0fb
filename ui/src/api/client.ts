/** The one place that speaks HTTP: errors become `ApiError`, and the connection's state is kept for the banner. */

import type { FieldError, Page } from "./types";

const BASE = "/api/v1";

/** What the control plane answered instead of a result, or `status` 0 when it could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly uuid: string | null = null,
    /** The places in error, where the control plane named them. */
    readonly errors: FieldError[] = [],
  ) {
    super(detail || title);
    this.name = "ApiError";
  }
}

export interface Connection {
  lost: boolean;
  lastSuccess: number | null;
}

let connection: Connection = { lost: false, lastSuccess: null };
const watchers = new Set<() => void>();

export const connectionStore = {
  get: () => connection,
  subscribe(watcher: () => void) {
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
    };
  },
};

function reached(ok: boolean) {
  const previous = connection;
  connection = { lost: !ok, lastSuccess: ok ? Date.now() : previous.lastSuccess };
  if (previous.lost !== connection.lost) for (const watcher of watchers) watcher();
}

async function problemOf(response: Response): Promise<ApiError> {
  let title = response.statusText || `HTTP ${response.status}`;
  let detail = "";
  let uuid: string | null = null;
  let errors: FieldError[] = [];
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null) {
      const problem = body as Record<string, unknown>;
      if (typeof problem.title === "string") title = problem.title;
      if (typeof problem.detail === "string") detail = problem.detail;
      if (typeof problem.uuid === "string") uuid = problem.uuid;
      if (Array.isArray(problem.errors)) errors = problem.errors as FieldError[];
    }
  } catch {
    // No JSON body: the status line says what there is to say.
  }
  return new ApiError(response.status, title, detail, uuid, errors);
}

export interface RequestOptions {
  method?: string;
  body?: unknown;
  /** Sent as it is instead of JSON. */
  text?: { content: string; type: string };
  accept?: string;
  /** The version that a change begins from. */
  ifMatch?: string;
  signal?: AbortSignal | undefined;
}

export async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const headers: Record<string, string> = { accept: options.accept ?? "application/json" };
  const init: RequestInit = {
    method: options.method ?? "GET",
    headers,
    credentials: "same-origin",
    cache: "no-store",
  };
  if (options.ifMatch) headers["if-match"] = options.ifMatch;
  if (options.text) {
    headers["content-type"] = options.text.type;
    init.body = options.text.content;
  } else if (options.body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  if (options.signal) init.signal = options.signal;
  let response: Response;
  try {
    response = await fetch(BASE + path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    reached(false);
    throw new ApiError(0, "The control plane cannot be reached", "Is `palisade serve` still running?");
  }
  // A proxy in front (the development server too) answers 502 to 504 when the control plane is away.
  reached(response.status < 502 || response.status > 504);
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await send(path, { signal });
  return (await response.json()) as T;
}

export async function sendJson<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(path, { method, body });
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** Follows the cursors of a list, at most `pages` times. `next` stays set when there is more. */
export async function getAll<T>(path: string, signal?: AbortSignal, pages = 5): Promise<Page<T>> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pages; page += 1) {
    const mark: string = path.includes("?") ? "&" : "?";
    const suffix: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const answer: Page<T> = await getJson<Page<T>>(`${path}${mark}limit=1000${suffix}`, signal);
    items.push(...answer.items);
    cursor = answer.next ?? null;
    if (cursor === null) break;
  }
  return { items, next: cursor };
}

/** `?a=1&b=2` without the empty ones; empty text when nothing is left. */
export function query(parameters: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

/** `filter=field:op:value` for everything that is asked for. */
export function filters(asked: [field: string, op: string, value: string][]): string {
  return asked
    .filter(([, , value]) => value !== "")
    .map(([field, op, value]) => `&filter=${encodeURIComponent(`${field}:${op}:${value}`)}`)
    .join("");
}

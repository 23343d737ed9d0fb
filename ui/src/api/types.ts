/** The shapes of the REST API as the console uses them. `tests/types.test.ts` and `schema.d.ts` keep them honest. */

export type Severity = "critical" | "high" | "medium" | "low" | "info";
export type OperationState = "documented" | "learned" | "shadow" | "zombie" | "orphan";
export type Mode = "observe" | "block";
export type Role = "admin" | "viewer" | "gateway";
export type ContractSource = "learned" | "approved";
export type Effect = "alert" | "prevent";

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type Summary = Record<Severity, number>;
export type StateCounts = Record<OperationState, number>;

export interface Session {
  role: Role;
  expires_at: string | null;
  version: string;
  demo: boolean;
  gateway_url: string | null;
  control_url: string | null;
  data_dir: string | null;
}

export interface Finding {
  rule: string;
  name: string;
  severity: Severity;
  category: string;
  message: string;
  file?: string | null;
  pointer?: string | null;
  line?: number | null;
  column?: number | null;
  operation?: string | null;
  evidence?: string | null;
  fix?: string | null;
  loss?: number | null;
  count: number;
  fingerprint: string;
  owasp: string[];
  cwe: string[];
  attack: string[];
  aliases: string[];
}

export interface StoredFinding extends Finding {
  id: string;
  engine: "audit" | "discover";
  first_observed: string | null;
  last_observed: string | null;
}

export interface Score {
  total: number;
  security: number;
  data: number;
}

export interface AuditReport {
  contract: {
    path?: string | null;
    title?: string | null;
    version?: string | null;
    format?: string | null;
    operations?: number | null;
  };
  state: string;
  score: Score;
  findings: Finding[];
  summary: Summary;
}

export interface Api {
  id: string;
  name: string;
  hosts: string[];
  base_path: string;
  upstreams: string[];
  mode: Mode;
  managed_by: "ui" | "file" | "flags" | "demo";
  created_at: string;
  last_observed: string | null;
  exchanges: number;
  operations: number;
  state_counts: StateCounts;
  audit: { score: Score; state: string; summary: Summary; source: ContractSource } | null;
  contract: {
    approved: {
      version: string | number;
      approved_at: string;
      approved_by: string;
      source: "learned" | "uploaded";
      operations: number;
      etag: string;
    } | null;
    learned: { operations: number; exchanges: number } | null;
  };
  read_only: boolean;
}

export interface Sensitive {
  in: "request" | "response";
  pointer: string;
  kind: string;
}

export type Protection = "block" | "observe" | "thin-evidence" | "off";

export interface Operation {
  id: string;
  method: string;
  path: string;
  hits: number;
  first_observed: string | null;
  last_observed: string | null;
  state: OperationState;
  protected: boolean;
  protection: Protection;
  deprecated: boolean;
  authenticated: "always" | "sometimes" | "never" | "unknown";
  statuses: Record<string, number>;
  principals: number;
  sensitive: Sensitive[];
  findings: number;
  worst: Severity | null;
  summary: string | null;
}

export interface Parameter {
  in: string;
  name: string;
  type: string;
  format: string | null;
  required: boolean;
  seen: number;
  evidence: string | null;
}

export interface OperationDetail extends Operation {
  parameters: Parameter[];
  request_media: string[];
  response_media: string[];
  sample_path: string | null;
  curl: string | null;
  recent_events: Event[];
  findings_list: Finding[];
}

export interface FieldError {
  in: string;
  name?: string | null;
  pointer?: string | null;
  code: string;
  message: string;
}

export interface Event {
  id: string;
  uuid: string;
  uuids_merged: number;
  first_time: string;
  last_time: string;
  count: number;
  api_id: string;
  api_name: string;
  operation_id: string | null;
  operation: string | null;
  method: string;
  path: string;
  status: number | null;
  upstream_status: number | null;
  effect: Effect;
  would: Effect;
  code: string;
  title: string;
  errors: FieldError[];
  steps: { step: string; outcome: string; detail?: string | null }[];
  client: string;
  exception_id: string | null;
  allowable: boolean;
}

export interface Highlight {
  kind: "shadow" | "leak" | "unauthenticated" | "zombie";
  severity: Severity;
  title: string;
  why: string;
  api_id: string;
  api_name: string;
  operation_id: string | null;
  method: string;
  path: string;
  evidence: string | null;
  fix: string | null;
  curl: string;
  finding_fingerprint: string;
  preview: { observed: number; would_block: number; text: string };
}

export interface TrafficBucket {
  time: string;
  total: number;
  errors: number;
  blocked: number;
}

export interface Overview {
  apis: number;
  operations: number;
  exchanges: number;
  findings: Summary;
  would_block: number;
  blocked: number;
  dropped: number;
  not_assessed: number;
  highlights: Highlight[];
  states: StateCounts;
  traffic: TrafficBucket[];
  recent_events: Event[];
}

export interface PreviewReason {
  code: string;
  in: string;
  name?: string | null;
  pointer?: string | null;
  message: string;
  count: number;
  sample_event: string | null;
}

export interface PreviewOperation {
  operation_id: string | null;
  method: string;
  path: string;
  judged: number;
  would_block: number;
  not_assessed: number;
  thin: boolean;
  needed: number;
  reasons: PreviewReason[];
}

export interface Preview {
  judged: number;
  would_block: number;
  since: string | null;
  contract: "approved" | "candidate" | null;
  text: string;
  operations: PreviewOperation[];
}

export interface Exception {
  id: string;
  operation: string | null;
  code: string;
  in: string;
  name?: string | null;
  pointer?: string | null;
  created_at: string;
  created_by: string;
  event_uuid: string | null;
}

export interface Token {
  id: string;
  name: string;
  role: Role;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

export interface Rule {
  id: string;
  name: string;
  severity: Severity;
  category: string;
  what: string;
  why: string;
  fix: string;
  owasp: string[];
  cwe: string[];
}

/** The shapes of the REST API, by the names the console uses. They come from the control plane's own document. */

import type { components } from "./schema";

type Schemas = components["schemas"];

export interface Page<T> {
  items: T[];
  next?: string | null;
}

export type Severity = Schemas["Severity"];
export type OperationState = Schemas["State"];
export type Mode = Schemas["Mode"];
export type Role = Schemas["Role"];
export type ContractSource = Schemas["ContractSource"];
export type Effect = Schemas["EventEffect"];
export type Protection = Schemas["Protection"];
export type ProtectionChoice = Schemas["ChosenProtection"];
export type Summary = Schemas["Summary"];
export type StateCounts = Schemas["StateCounts"];
export type Session = Schemas["Session"];
export type Finding = Schemas["Finding"];
export type StoredFinding = Schemas["KeptFinding"];
export type SuppressedFinding = Schemas["SuppressedFinding"];
export type Because = Schemas["Because"];
export type Score = Schemas["Score"];
export type AuditReport = Schemas["AuditReport"];
export type Api = Schemas["Api"];
export type Operation = Schemas["Operation"];
export type SensitiveField = Schemas["SensitiveField"];
export type Proposal = Schemas["Proposal"];
export type ProposalDetail = Schemas["ProposalDetail"];
export type ProposalState = Schemas["ProposalState"];
export type AcceptedProposals = Schemas["AcceptedProposals"];
export type DriftItem = Schemas["DriftItem"];
export type OperationChange = Schemas["OperationChange"];
export type OperationDetail = Schemas["OperationDetail"];
export type Event = Schemas["Event"];
export type Highlight = Schemas["Highlight"];
export type TrafficBucket = Schemas["TrafficBucket"];
export type Overview = Schemas["Overview"];
export type PreviewReason = Schemas["Reason"];
export type PreviewOperation = Schemas["PreviewOperation"];
export type Preview = Schemas["Preview"];
export type Exception = Schemas["Exception"];
export type Token = Schemas["Token"];
export type NewToken = Schemas["NewToken"];
export type MadeToken = Schemas["MadeToken"];
export type TraceSource = Schemas["TraceSource"];
export type NewTraceSource = Schemas["NewTraceSource"];
export type MadeTraceSource = Schemas["MadeTraceSource"];
export type Rule = Schemas["Rule"];
export type ThirdParty = Schemas["ThirdParty"];
export type NewThirdParty = Schemas["NewThirdParty"];
export type ThirdPartyChange = Schemas["ThirdPartyChange"];
export type ThirdPartyPolicy = Schemas["ThirdPartyPolicy"];
export type Schedule = Schemas["Schedule"];
export type Weekday = Schemas["Weekday"];
export type Compliance = Schemas["Compliance"];
export type Trend = Schemas["Trend"];
export type Assessment = Schemas["Assessment"];
export type AssessmentDetail = Schemas["AssessmentDetail"];
export type AssessmentChanges = Schemas["AssessmentChanges"];
export type PostureResult = Schemas["PostureResult"];
export type PostureCategory = Schemas["PostureCategory"];
export type PostureFinding = Schemas["PostureFinding"];
export type Availability = Schemas["Availability"];
export type AvailabilityDay = Schemas["AvailabilityDay"];

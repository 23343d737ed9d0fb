/** Every read and write of the console, as react-query hooks. Live reads poll; hidden tabs do not. */

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError, getAll, getJson, query, send, sendJson } from "./client";
import type {
  AcceptedProposals,
  Api,
  ApiProtection,
  Assessment,
  AssessmentChanges,
  AssessmentDetail,
  AuditReport,
  Availability,
  Ban,
  ContractSource,
  DriftItem,
  Event,
  EventSummary,
  Exception,
  Login,
  MadeToken,
  MadeTraceSource,
  Mode,
  NetworkList,
  NetworkListChange,
  NewThirdParty,
  NewToken,
  NewTraceSource,
  Operation,
  OperationChange,
  OperationDetail,
  Overview,
  Page,
  Preview,
  Proposal,
  ProposalDetail,
  ProposalState,
  ProtectionChoice,
  ProtectionSettings,
  ProtectionTrial,
  ProtectionVersion,
  Rule,
  Session,
  StoredFinding,
  ThirdParty,
  ThirdPartyChange,
  Token,
  TraceSource,
  TrustedProxies,
} from "./types";

/** Milliseconds between two reads of a live page. */
export const LIVE = 1500;
export const SLOW = 6000;

export const segment = encodeURIComponent;

/** The session; `null` data means nobody is signed in. */
export function useSession() {
  return useQuery<Session | null>({
    queryKey: ["session"],
    queryFn: async ({ signal }) => {
      try {
        return await getJson<Session>("/session", signal);
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    refetchInterval: SLOW,
  });
}

export function useOverview() {
  return useQuery({
    queryKey: ["overview"],
    queryFn: ({ signal }) => getJson<Overview>("/overview", signal),
    refetchInterval: LIVE,
  });
}

export function useApis() {
  return useQuery({
    queryKey: ["apis"],
    queryFn: ({ signal }) => getAll<Api>("/apis", signal),
    refetchInterval: LIVE,
  });
}

export function useApi(id: string) {
  return useQuery({
    queryKey: ["api", id],
    queryFn: ({ signal }) => getJson<Api>(`/apis/${segment(id)}`, signal),
    refetchInterval: LIVE,
  });
}

export function useOperations(id: string) {
  return useQuery({
    queryKey: ["operations", id],
    queryFn: ({ signal }) => getAll<Operation>(`/apis/${segment(id)}/operations`, signal),
    refetchInterval: LIVE,
  });
}

export function useOperation(id: string, operation: string) {
  return useQuery({
    queryKey: ["operation", id, operation],
    queryFn: ({ signal }) =>
      getJson<OperationDetail>(`/apis/${segment(id)}/operations/${segment(operation)}`, signal),
    refetchInterval: LIVE,
  });
}

/** A contract's text and its entity tag; `null` data means there is none. */
export function useContract(id: string, source: ContractSource, type: "yaml" | "json") {
  return useQuery<{ text: string; etag: string | null } | null>({
    queryKey: ["contract", id, source, type],
    queryFn: async ({ signal }) => {
      try {
        const response = await send(`/apis/${segment(id)}/contract${query({ source })}`, {
          accept: `application/${type}`,
          signal,
        });
        return { text: await response.text(), etag: response.headers.get("etag") };
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    refetchInterval: source === "learned" ? SLOW : false,
    placeholderData: keepPreviousData,
  });
}

export function useAudit(id: string, source: ContractSource) {
  return useQuery<AuditReport | null>({
    queryKey: ["audit", id, source],
    queryFn: async ({ signal }) => {
      try {
        return await getJson<AuditReport>(`/apis/${segment(id)}/audit${query({ source })}`, signal);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    refetchInterval: SLOW,
  });
}

export function useFindings(id: string) {
  return useQuery({
    queryKey: ["findings", id],
    queryFn: ({ signal }) => getAll<StoredFinding>(`/apis/${segment(id)}/findings`, signal),
    refetchInterval: LIVE * 2,
  });
}

/** What is not promised or on its way out, and was seen. */
export function useDrift(id: string) {
  return useQuery({
    queryKey: ["drift", id],
    queryFn: ({ signal }) => getAll<DriftItem>(`/apis/${segment(id)}/drift`, signal),
    refetchInterval: LIVE,
  });
}

/** What changed, at one operation or at all of them; the newest first. */
export function useChanges(id: string, operation?: string) {
  const at = operation === undefined ? "" : `/operations/${segment(operation)}`;
  return useQuery({
    queryKey: ["changes", id, operation ?? ""],
    queryFn: ({ signal }) => getAll<OperationChange>(`/apis/${segment(id)}${at}/changes`, signal),
    refetchInterval: LIVE * 2,
  });
}

/** What the approved contract lacks of what was learned. */
export function useProposals(id: string, state: ProposalState) {
  return useQuery({
    queryKey: ["proposals", id, state],
    queryFn: ({ signal }) => getAll<Proposal>(`/apis/${segment(id)}/proposals${query({ state })}`, signal),
    refetchInterval: LIVE * 2,
  });
}

/** One proposal with the change of the contract's text. */
export function useProposal(id: string, proposal: string) {
  return useQuery({
    queryKey: ["proposal", id, proposal],
    queryFn: ({ signal }) =>
      getJson<ProposalDetail>(`/apis/${segment(id)}/proposals/${segment(proposal)}`, signal),
    refetchInterval: SLOW,
  });
}

/** What accepting all would change. */
export function useDryRun(id: string) {
  return useQuery({
    queryKey: ["proposals-dry-run", id],
    queryFn: () =>
      sendJson<AcceptedProposals>("POST", `/apis/${segment(id)}/proposals/accept`, {
        all: true,
        dry_run: true,
      }),
    staleTime: 0,
    gcTime: 0,
  });
}

export function useAcceptProposals(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (asked: { ids: string[] } | { all: true }) =>
      sendJson<AcceptedProposals>("POST", `/apis/${segment(id)}/proposals/accept`, asked),
    onSuccess: refresh,
  });
}

/** Turns proposals down, or takes that back. */
export function useDecideProposals(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ verb, ids }: { verb: "reject" | "reopen"; ids: string[] }) =>
      sendJson<void>("POST", `/apis/${segment(id)}/proposals/${verb}`, { ids }),
    onSuccess: refresh,
  });
}

export function usePreview(id: string) {
  return useQuery({
    queryKey: ["preview", id],
    queryFn: ({ signal }) => getJson<Preview>(`/apis/${segment(id)}/preview`, signal),
    refetchInterval: LIVE,
  });
}

export function useExceptions(id: string) {
  return useQuery({
    queryKey: ["exceptions", id],
    queryFn: ({ signal }) => getAll<Exception>(`/apis/${segment(id)}/exceptions`, signal),
    refetchInterval: LIVE * 2,
  });
}

export interface EventFilter {
  uuid?: string | undefined;
  api_id?: string | undefined;
  effect?: string | undefined;
  operation_id?: string | undefined;
  check?: string | undefined;
  code?: string | undefined;
  client?: string | undefined;
  status?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  text?: string | undefined;
  sort?: string | undefined;
  limit: number;
}

export function useEvents(filter: EventFilter, live: boolean) {
  return useQuery({
    queryKey: ["events", filter],
    queryFn: ({ signal }) => getJson<Page<Event>>(`/events${query({ ...filter })}`, signal),
    refetchInterval: live ? LIVE : false,
    placeholderData: keepPreviousData,
  });
}

/** The events that pass a filter, counted over time and by what they have in common. */
export function useEventSummary(filter: Omit<EventFilter, "limit" | "sort">, groupBy: string, live: boolean) {
  return useQuery({
    queryKey: ["events-summary", filter, groupBy],
    queryFn: ({ signal }) =>
      getJson<EventSummary>(`/events/summary${query({ ...filter, group_by: groupBy })}`, signal),
    refetchInterval: live ? LIVE * 2 : false,
    placeholderData: keepPreviousData,
  });
}

export function useProtection(id: string) {
  return useQuery({
    queryKey: ["protection", id],
    queryFn: ({ signal }) => getJson<ApiProtection>(`/apis/${segment(id)}/protection`, signal),
    refetchInterval: SLOW,
  });
}

export function useProtectionVersions(id: string) {
  return useQuery({
    queryKey: ["protection-versions", id],
    queryFn: ({ signal }) =>
      getJson<Page<ProtectionVersion>>(
        `/apis/${segment(id)}/protection/versions${query({ limit: 50 })}`,
        signal,
      ),
  });
}

/** What people want to set: mode and settings, whole. */
export interface ProtectionDraft {
  mode: Mode;
  settings: ProtectionSettings;
}

/** What a change would have done to the newest exchanges. Nothing is changed by asking. */
export function useTrial(id: string, draft: ProtectionDraft | null) {
  return useQuery({
    queryKey: ["protection-trial", id, draft],
    queryFn: ({ signal }) =>
      send(`/apis/${segment(id)}/protection/preview`, { method: "POST", body: draft, signal }).then(
        (response) => response.json() as Promise<ProtectionTrial>,
      ),
    enabled: draft !== null,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
}

export function useSaveProtection(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async ({ draft, version }: { draft: ProtectionDraft; version: number }) => {
      const response = await send(`/apis/${segment(id)}/protection`, {
        method: "PUT",
        body: draft,
        ifMatch: `"${version}"`,
      });
      return (await response.json()) as ApiProtection;
    },
    onSuccess: refresh,
  });
}

export function useRestoreProtection(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (version: number) =>
      sendJson<ApiProtection>("POST", `/apis/${segment(id)}/protection/versions/${version}/restore`),
    onSuccess: refresh,
  });
}

/** The bans that run at the gateway of this process. */
export function useBans() {
  return useQuery({
    queryKey: ["bans"],
    queryFn: ({ signal }) => getAll<Ban>("/bans", signal),
    refetchInterval: LIVE * 2,
  });
}

export function useLiftBan() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => sendJson<void>("DELETE", `/bans/${segment(id)}`),
    onSuccess: refresh,
  });
}

export function useNetworkLists() {
  return useQuery({
    queryKey: ["network-lists"],
    queryFn: ({ signal }) => getAll<NetworkList>("/network-lists", signal),
    refetchInterval: SLOW,
  });
}

export function useSaveNetworkList() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ id, list }: { id: string | null; list: NetworkListChange }) =>
      id === null
        ? sendJson<NetworkList>("POST", "/network-lists", list)
        : sendJson<NetworkList>("PUT", `/network-lists/${segment(id)}`, list),
    onSuccess: refresh,
  });
}

export function useImportNetworkList() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async ({ id, file }: { id: string; file: { content: string; type: string } }) => {
      const response = await send(`/network-lists/${segment(id)}/networks`, { method: "PUT", text: file });
      return (await response.json()) as NetworkList;
    },
    onSuccess: refresh,
  });
}

export function useRemoveNetworkList() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => sendJson<void>("DELETE", `/network-lists/${segment(id)}`),
    onSuccess: refresh,
  });
}

export function useTrustedProxies() {
  return useQuery({
    queryKey: ["trusted-proxies"],
    queryFn: ({ signal }) => getJson<TrustedProxies>("/trusted-proxies", signal),
  });
}

export function useSaveTrustedProxies() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (networks: string[]) => sendJson<TrustedProxies>("PUT", "/trusted-proxies", { networks }),
    onSuccess: refresh,
  });
}

export function useRules() {
  return useQuery({
    queryKey: ["rules"],
    queryFn: ({ signal }) => getAll<Rule>("/rules", signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useTokens() {
  return useQuery({ queryKey: ["tokens"], queryFn: ({ signal }) => getAll<Token>("/tokens", signal) });
}

export function useTraceSources() {
  return useQuery({
    queryKey: ["trace-sources"],
    queryFn: ({ signal }) => getAll<TraceSource>("/trace-sources", signal),
    refetchInterval: SLOW,
  });
}

export function useThirdParties() {
  return useQuery({
    queryKey: ["third-parties"],
    queryFn: ({ signal }) => getAll<ThirdParty>("/third-parties", signal),
    refetchInterval: SLOW,
  });
}

export function useThirdParty(id: string) {
  return useQuery({
    queryKey: ["third-party", id],
    queryFn: ({ signal }) => getJson<ThirdParty>(`/third-parties/${segment(id)}`, signal),
    refetchInterval: LIVE,
  });
}

/** The newest assessments, as many as a chart shows. */
export function useAssessments(id: string, last: string | undefined) {
  return useQuery({
    queryKey: ["assessments", id, last],
    queryFn: ({ signal }) =>
      getJson<Page<Assessment>>(`/third-parties/${segment(id)}/assessments${query({ limit: 100 })}`, signal),
    placeholderData: keepPreviousData,
  });
}

/** One assessment that has ended: it does not change any more. */
export function useAssessment(id: string, assessment: string | undefined) {
  return useQuery({
    queryKey: ["assessment", id, assessment],
    queryFn: ({ signal }) =>
      getJson<AssessmentDetail>(
        `/third-parties/${segment(id)}/assessments/${segment(assessment ?? "")}`,
        signal,
      ),
    enabled: assessment !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
}

/** What changed up to an assessment; `null` data means there is none before it. */
export function useAssessmentChanges(id: string, to: string | undefined) {
  return useQuery<AssessmentChanges | null>({
    queryKey: ["assessment-changes", id, to],
    queryFn: async ({ signal }) => {
      try {
        return await getJson<AssessmentChanges>(
          `/third-parties/${segment(id)}/changes${query({ to })}`,
          signal,
        );
      } catch (error) {
        if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return null;
        throw error;
      }
    },
    enabled: to !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useAvailability(id: string) {
  return useQuery({
    queryKey: ["availability", id],
    queryFn: ({ signal }) => getJson<Availability>(`/third-parties/${segment(id)}/availability`, signal),
    refetchInterval: SLOW * 5,
  });
}

/** Everything that a change of one API may touch is read again. */
export function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ predicate: (entry) => entry.queryKey[0] !== "rules" });
}

export function useSignIn() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (login: Login) => sendJson<void>("POST", "/session", login),
    onSuccess: refresh,
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => sendJson<void>("DELETE", "/session"),
    onSuccess: () => {
      client.clear();
      client.setQueryData(["session"], null);
    },
  });
}

export function useSetMode(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (mode: Mode) => sendJson<Api>("PATCH", `/apis/${segment(id)}`, { mode }),
    onSuccess: refresh,
  });
}

export function useSetProtection(id: string, operation: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (protection: ProtectionChoice) =>
      sendJson<Operation>("PATCH", `/apis/${segment(id)}/operations/${segment(operation)}`, { protection }),
    onSuccess: refresh,
  });
}

export function useApprove(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: () => sendJson<Api>("POST", `/apis/${segment(id)}/contract/approve`, { source: "learned" }),
    onSuccess: refresh,
  });
}

export function useUploadContract(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async (file: { content: string; type: string }) => {
      await send(`/apis/${segment(id)}/contract`, { method: "PUT", text: file });
    },
    onSuccess: refresh,
  });
}

export function useAllow() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (uuid: string) => sendJson<Exception>("POST", `/events/${segment(uuid)}/allow`),
    onSuccess: refresh,
  });
}

export function useRemoveException() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (target: { api: string; exception: string }) =>
      sendJson<void>("DELETE", `/apis/${segment(target.api)}/exceptions/${segment(target.exception)}`),
    onSuccess: refresh,
  });
}

export function useCreateToken() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (token: NewToken) => sendJson<MadeToken>("POST", "/tokens", token),
    onSuccess: refresh,
  });
}

export function useRevokeToken() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => sendJson<void>("DELETE", `/tokens/${segment(id)}`),
    onSuccess: refresh,
  });
}

export function useCreateTraceSource() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (source: NewTraceSource) => sendJson<MadeTraceSource>("POST", "/trace-sources", source),
    onSuccess: refresh,
  });
}

export function useRevokeTraceSource() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => sendJson<void>("DELETE", `/trace-sources/${segment(id)}`),
    onSuccess: refresh,
  });
}

export function useAddThirdParty() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (added: NewThirdParty) => sendJson<ThirdParty>("POST", "/third-parties", added),
    onSuccess: refresh,
  });
}

export function useChangeThirdParty(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (change: ThirdPartyChange) =>
      sendJson<ThirdParty>("PATCH", `/third-parties/${segment(id)}`, change),
    onSuccess: refresh,
  });
}

export function useRemoveThirdParty(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: () => sendJson<void>("DELETE", `/third-parties/${segment(id)}`),
    onSuccess: refresh,
  });
}

export function useAssess(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: () => sendJson<Assessment>("POST", `/third-parties/${segment(id)}/assessments`),
    onSuccess: refresh,
  });
}

export function useCancelAssessment(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (assessment: string) =>
      sendJson<Assessment>("POST", `/third-parties/${segment(id)}/assessments/${segment(assessment)}/cancel`),
    onSuccess: refresh,
  });
}

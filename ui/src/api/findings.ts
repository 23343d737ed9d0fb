/** Reads and writes of findings' life and of gates. */

import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { filters, getAll, getJson, sendJson } from "./client";
import { SLOW, segment, useRefresh } from "./queries";
import type { FindingDetail, Gate, Page, StoredFinding } from "./types";

export function useAllFindings(asked: {
  state: string;
  severity: string;
  api: string;
  text: string;
  limit: number;
}) {
  return useQuery({
    queryKey: ["all-findings", asked],
    queryFn: ({ signal }) =>
      getJson<Page<StoredFinding>>(
        `/findings?limit=${asked.limit}${filters([
          ["state", "is", asked.state],
          ["severity", "is", asked.severity],
          ["api_id", "is", asked.api],
          ["rule", "contains", asked.text],
        ])}`,
        signal,
      ),
    refetchInterval: SLOW,
    placeholderData: keepPreviousData,
  });
}

export function useFinding(id: string) {
  return useQuery({
    queryKey: ["finding", id],
    queryFn: ({ signal }) => getJson<FindingDetail>(`/findings/${segment(id)}`, signal),
    refetchInterval: SLOW,
  });
}

export function useAcknowledge() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ id, ...words }: { id: string; reason: string; expires_at: string | null }) =>
      sendJson<FindingDetail>("POST", `/findings/${segment(id)}/acknowledge`, words),
    onSuccess: refresh,
  });
}

export function useReopenFinding() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => sendJson<FindingDetail>("POST", `/findings/${segment(id)}/reopen`, {}),
    onSuccess: refresh,
  });
}

export function useGates() {
  return useQuery({
    queryKey: ["gates"],
    queryFn: ({ signal }) => getAll<Gate>("/gates", signal),
    refetchInterval: SLOW * 5,
  });
}

export function useSaveGate() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({
      name,
      fresh,
      ...change
    }: {
      name: string;
      fresh: boolean;
      definition: string;
      default: boolean;
    }) =>
      fresh
        ? sendJson<Gate>("POST", "/gates", { name, ...change })
        : sendJson<Gate>("PUT", `/gates/${segment(name)}`, change),
    onSuccess: refresh,
  });
}

export function useRemoveGate() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (name: string) => sendJson<void>("DELETE", `/gates/${segment(name)}`),
    onSuccess: refresh,
  });
}

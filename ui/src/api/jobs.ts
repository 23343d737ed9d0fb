/** Reads and writes of jobs, their schedules and controllers. */

import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { getAll, getJson, query, send, sendJson } from "./client";
import { LIVE, SLOW, segment, useRefresh } from "./queries";
import type {
  Controller,
  Job,
  JobFinding,
  JobSchedule,
  NewJob,
  Page,
  ScheduleChange,
  ScheduleRun,
} from "./types";

export function useJobs({ state, type, limit }: { state: string; type: string; limit: number }) {
  return useQuery({
    queryKey: ["jobs", state, type, limit],
    queryFn: ({ signal }) => getJson<Page<Job>>(`/jobs${query({ limit, state, job_type: type })}`, signal),
    refetchInterval: LIVE,
    placeholderData: keepPreviousData,
  });
}

export function useJob(id: string) {
  return useQuery({
    queryKey: ["job", id],
    queryFn: ({ signal }) => getJson<Job>(`/jobs/${segment(id)}`, signal),
    refetchInterval: LIVE,
  });
}

/** Findings of a completed job: they do not change any more. */
export function useJobFindings(id: string) {
  return useQuery({
    queryKey: ["job-findings", id],
    queryFn: ({ signal }) => getAll<JobFinding>(`/jobs/${segment(id)}/findings`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useJobLog(id: string, live: boolean, wanted: boolean) {
  return useQuery({
    queryKey: ["job-log", id, live],
    queryFn: async ({ signal }) =>
      (await send(`/jobs/${segment(id)}/log`, { accept: "text/plain", signal })).text(),
    refetchInterval: live ? LIVE : false,
    enabled: wanted,
  });
}

export function useStartJob() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (job: NewJob) => sendJson<Job>("POST", "/jobs", job),
    onSuccess: refresh,
  });
}

export function useCancelJob() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => sendJson<Job>("DELETE", `/jobs/${segment(id)}`),
    onSuccess: refresh,
  });
}

export function useControllers() {
  return useQuery({
    queryKey: ["controllers"],
    queryFn: ({ signal }) => getAll<Controller>("/controllers", signal),
    refetchInterval: SLOW,
  });
}

export function useSchedules() {
  return useQuery({
    queryKey: ["schedules"],
    queryFn: ({ signal }) => getAll<JobSchedule>("/schedules", signal),
    refetchInterval: SLOW,
  });
}

export function useScheduleRuns(id: string) {
  return useQuery({
    queryKey: ["schedule-runs", id],
    queryFn: ({ signal }) =>
      getJson<Page<ScheduleRun>>(`/schedules/${segment(id)}/runs${query({ limit: 50 })}`, signal),
    refetchInterval: SLOW,
  });
}

export function useSaveSchedule() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ id, change }: { id: string | null; change: ScheduleChange }) =>
      id === null
        ? sendJson<JobSchedule>("POST", "/schedules", change)
        : sendJson<JobSchedule>("PUT", `/schedules/${segment(id)}`, change),
    onSuccess: refresh,
  });
}

export function useRunSchedule(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: () => sendJson<ScheduleRun>("POST", `/schedules/${segment(id)}/runs`),
    onSuccess: refresh,
  });
}

export function useRemoveSchedule() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => sendJson<void>("DELETE", `/schedules/${segment(id)}`),
    onSuccess: refresh,
  });
}

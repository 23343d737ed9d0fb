/** Reads and writes of who may do what: sign-in, users, projects, key pairs. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getAll, getJson, sendJson } from "./client";
import { segment, useRefresh } from "./queries";
import type {
  KeyPair,
  LoginProvider,
  MadeKeyPair,
  MadeUser,
  NewKeyPair,
  NewProject,
  NewUser,
  Page,
  PasswordChange,
  Project,
  Session,
  User,
  UserPatch,
} from "./types";

/** Where one can sign in beside here. */
export function useProviders() {
  return useQuery({
    queryKey: ["providers"],
    queryFn: ({ signal }) => getJson<Page<LoginProvider>>("/session/providers", signal),
    retry: false,
  });
}

export function useChangePassword() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (change: PasswordChange) => sendJson<void>("PUT", "/session/password", change),
    onSuccess: refresh,
  });
}

export function useSetProject() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (project: string) => sendJson<Session>("PATCH", "/session", { project }),
    onSuccess: () => client.resetQueries(),
  });
}

export function useUsers() {
  return useQuery({ queryKey: ["users"], queryFn: ({ signal }) => getAll<User>("/users", signal) });
}

export function useCreateUser() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (user: NewUser) => sendJson<MadeUser>("POST", "/users", user),
    onSuccess: refresh,
  });
}

export function useChangeUser(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (change: UserPatch) => sendJson<User>("PATCH", `/users/${segment(id)}`, change),
    onSuccess: refresh,
  });
}

export function useResetPassword(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: () => sendJson<MadeUser>("POST", `/users/${segment(id)}/password`),
    onSuccess: refresh,
  });
}

export function useRemoveUser() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => sendJson<void>("DELETE", `/users/${segment(id)}`),
    onSuccess: refresh,
  });
}

export function useProjects() {
  return useQuery({
    queryKey: ["projects"],
    queryFn: ({ signal }) => getAll<Project>("/projects", signal),
  });
}

export function useCreateProject() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (project: NewProject) => sendJson<Project>("POST", "/projects", project),
    onSuccess: refresh,
  });
}

export function useKeys() {
  return useQuery({ queryKey: ["keys"], queryFn: ({ signal }) => getAll<KeyPair>("/keys", signal) });
}

export function useCreateKey() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (key: NewKeyPair) => sendJson<MadeKeyPair>("POST", "/keys", key),
    onSuccess: refresh,
  });
}

export function useRevokeKey() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => sendJson<void>("DELETE", `/keys/${segment(id)}`),
    onSuccess: refresh,
  });
}

/** A router of one file: the path and the search of the address bar, nothing more. */

import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from "react";

const watchers = new Set<() => void>();
const notify = () => {
  for (const watcher of watchers) watcher();
};

function subscribe(watcher: () => void) {
  watchers.add(watcher);
  window.addEventListener("popstate", watcher);
  return () => {
    watchers.delete(watcher);
    window.removeEventListener("popstate", watcher);
  };
}

const snapshot = () => window.location.pathname + window.location.search;

export interface Place {
  path: string;
  /** The path's segments, decoded. */
  parts: string[];
  search: URLSearchParams;
}

export function placeOf(address: string): Place {
  const url = new URL(address, "http://console");
  const parts = url.pathname
    .split("/")
    .filter((part) => part !== "")
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
  return { path: url.pathname, parts, search: url.searchParams };
}

export function usePlace(): Place {
  return placeOf(useSyncExternalStore(subscribe, snapshot));
}

export function go(to: string, replace = false) {
  if (to === snapshot()) return;
  const before = window.location.pathname;
  if (replace) window.history.replaceState(null, "", to);
  else window.history.pushState(null, "", to);
  if (window.location.pathname !== before) window.scrollTo(0, 0);
  notify();
}

/** Sets or (with an empty value) removes members of the search, and stays on the page. */
export function setSearch(changes: Record<string, string | null>, replace = true) {
  const search = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") search.delete(name);
    else search.set(name, value);
  }
  const text = search.toString();
  go(window.location.pathname + (text === "" ? "" : `?${text}`), replace);
}

export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    go(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}

export const routes = {
  overview: () => "/",
  apis: () => "/apis",
  api: (id: string, tab = "inventory", search = "") => `/apis/${encodeURIComponent(id)}/${tab}${search}`,
  operation: (api: string, operation: string | null | undefined) =>
    `/apis/${encodeURIComponent(api)}/inventory${!operation ? "" : `?op=${encodeURIComponent(operation)}`}`,
  events: (search = "") => `/events${search}`,
  event: (uuid: string) => `/events?event=${encodeURIComponent(uuid)}`,
  thirdParties: () => "/third-parties",
  thirdParty: (id: string, tab = "overview", search = "") =>
    `/third-parties/${encodeURIComponent(id)}/${tab}${search}`,
  jobs: (tab = "") => `/jobs${tab === "" ? "" : `/${tab}`}`,
  job: (id: string) => `/jobs?job=${encodeURIComponent(id)}`,
  findings: (search = "") => `/findings${search}`,
  finding: (id: string) => `/findings?finding=${encodeURIComponent(id)}`,
  schedules: () => "/jobs/schedules",
  gates: () => "/settings/gates",
  people: () => "/settings/people",
  settings: () => "/settings",
  lists: () => "/settings/lists",
};

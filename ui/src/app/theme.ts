/** Dark or light: the system's preference until the user says otherwise. `public/theme.js` sets it before the first paint. */

import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark";
const KEY = "palisade-theme";
const watchers = new Set<() => void>();
const system = () => window.matchMedia("(prefers-color-scheme: dark)");

function stored(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null;
  }
}

function apply() {
  document.documentElement.dataset.theme = stored() ?? (system().matches ? "dark" : "light");
  for (const watcher of watchers) watcher();
}

export function setTheme(theme: Theme | null) {
  try {
    if (theme === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage can be refused: the choice then lasts as long as the page.
    if (theme !== null) document.documentElement.dataset.theme = theme;
  }
  apply();
}

export function startTheme() {
  apply();
  system().addEventListener("change", apply);
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
  };
};

export const useTheme = () =>
  useSyncExternalStore<Theme>(subscribe, () =>
    document.documentElement.dataset.theme === "dark" ? "dark" : "light",
  );
export const useThemeChoice = () => useSyncExternalStore<Theme | null>(subscribe, stored);

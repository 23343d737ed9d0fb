/** Short messages with at most one action (undo), announced to screen readers. */

import { useSyncExternalStore } from "react";
import { Icon } from "../components/Icon";

export interface Toast {
  id: number;
  text: string;
  tone: "good" | "bad";
  action?: { label: string; run: () => void };
}

let toasts: Toast[] = [];
let next = 1;
const watchers = new Set<() => void>();

function change(list: Toast[]) {
  toasts = list;
  for (const watcher of watchers) watcher();
}

export function dismiss(id: number) {
  change(toasts.filter((toast) => toast.id !== id));
}

/** Shows a message; one with an action stays longer, an error stays until it is closed. */
export function toast(text: string, options: { tone?: Toast["tone"]; action?: Toast["action"] } = {}) {
  const id = next;
  next += 1;
  const entry: Toast = { id, text, tone: options.tone ?? "good" };
  if (options.action) entry.action = options.action;
  change([...toasts.slice(-3), entry]);
  if (entry.tone === "good") setTimeout(() => dismiss(id), entry.action ? 12_000 : 4_000);
}

/** Shows what went wrong with an action. */
export const toastError = (doing: string) => (error: Error) =>
  toast(`${doing}: ${error.message}`, { tone: "bad" });

const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
  };
};

const current = () => toasts;

export function Toasts() {
  const list = useSyncExternalStore(subscribe, current);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {list.map((entry) => (
        <div key={entry.id} className={`toast toast-${entry.tone}`}>
          <Icon name={entry.tone === "good" ? "check" : "alert"} />
          <span className="toast-text">{entry.text}</span>
          {entry.action && (
            <button
              type="button"
              className="button button-quiet"
              onClick={() => {
                entry.action?.run();
                dismiss(entry.id);
              }}
            >
              {entry.action.label}
            </button>
          )}
          <button
            type="button"
            className="icon-button"
            aria-label="Close message"
            onClick={() => dismiss(entry.id)}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}

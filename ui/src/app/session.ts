/** Who is signed in, for every component below the shell. */

import { createContext, useContext } from "react";
import type { Session } from "../api/types";

export const SessionContext = createContext<Session | null>(null);

export function useCurrentSession(): Session | null {
  return useContext(SessionContext);
}

/** What people do here, and from which role on: as the control plane's own table has it. */
const FROM = {
  /** Upload contracts, run jobs and assessments. */
  run: ["admin", "analyst", "developer"],
  /** Acknowledge findings, allow exceptions, set protection and gates. */
  judge: ["admin", "analyst"],
  /** Everything else. */
  administer: ["admin"],
} as const;

/** Whether the caller may do such things: every control that writes asks here. The control plane decides. */
export function useMay(what: keyof typeof FROM): boolean {
  const role = useContext(SessionContext)?.role;
  return FROM[what].some((one) => one === role);
}

/** Whether the caller may change whatever there is. */
export const useMayWrite = () => useMay("administer");

/** Who is signed in, for every component below the shell. */

import { createContext, useContext } from "react";
import type { Session } from "../api/types";

export const SessionContext = createContext<Session | null>(null);

export function useCurrentSession(): Session | null {
  return useContext(SessionContext);
}

/** Viewers read only: every control that writes asks here. */
export const useMayWrite = () => useContext(SessionContext)?.role === "admin";

/** Renders pages against the fixture control plane, through the real client: only `fetch` is replaced. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { vi } from "vitest";
// @ts-expect-error the fixture is plain JavaScript
import { answer } from "../dev/routes.mjs";
// @ts-expect-error the fixture is plain JavaScript
import { createShop, API_ID as ID } from "../dev/shop.mjs";
// @ts-expect-error the fixture is plain JavaScript
import { PARTY_ID as PARTY } from "../dev/third-parties.mjs";
import { App } from "../src/app/App";

export const API_ID: string = ID;
export const PARTY_ID: string = PARTY;

export interface Call {
  method: string;
  path: string;
  body: unknown;
}

/** Opens the console at an address. `break` decides which calls fail, and how. */
export function open(
  address: string,
  options: {
    empty?: boolean;
    readOnly?: boolean;
    role?: string;
    fail?: (call: Call) => number | "network" | null;
  } = {},
) {
  const shop = createShop({ empty: options.empty ?? false, readOnly: options.readOnly ?? false });
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (input: string, init: RequestInit = {}) => {
    const url = new URL(input, "http://console");
    const method = init.method ?? "GET";
    let body: unknown = {};
    try {
      body = typeof init.body === "string" ? JSON.parse(init.body) : {};
    } catch {
      body = init.body;
    }
    const call = { method, path: url.pathname + url.search, body };
    calls.push(call);
    const failure = options.fail?.(call) ?? null;
    if (failure === "network") throw new TypeError("Failed to fetch");
    if (failure !== null) {
      return new Response(JSON.stringify({ title: "Refused", detail: `Refused with ${failure}.` }), {
        status: failure,
      });
    }
    const accept = new Headers(init.headers).get("accept") ?? "";
    const result = answer(shop, { method, url, body, accept, signedIn: true });
    let content = result.body;
    if (options.role && url.pathname === "/api/v1/session")
      content = JSON.stringify({ ...JSON.parse(content), role: options.role });
    return new Response(result.status === 204 ? null : content, {
      status: result.status,
      headers: result.headers,
    });
  });
  window.history.replaceState(null, "", address);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const view = render(
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>,
  );
  return { ...view, calls, shop };
}

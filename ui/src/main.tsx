import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/client";
import { App } from "./app/App";
import { startTheme } from "./app/theme";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/components/blocks.css";
import "./styles/components/words.css";
import "./styles/components/fields.css";
import "./styles/components/tables.css";
import "./styles/components/messages.css";
import "./styles/components/overlays.css";
import "./styles/components/charts.css";
import "./styles/pages/sign-in.css";
import "./styles/pages/overview.css";
import "./styles/pages/api.css";
import "./styles/pages/contract.css";
import "./styles/pages/protection.css";
import "./styles/pages/events.css";
import "./styles/pages/jobs.css";
import "./styles/pages/third-parties.css";

startTheme();

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 500,
      // The poll itself is the retry; only a first read that fails is tried once more.
      retry: (failures, error) =>
        failures < 1 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: true,
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}

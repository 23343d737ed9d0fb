import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const controlPlane = process.env.PALISADE_URL ?? "http://127.0.0.1:8600";

export default defineConfig({
  plugins: [react()],
  server: {
    host: "127.0.0.1",
    port: 5173,
    // The control plane checks Host and Origin: the proxy speaks to it in its own name.
    proxy: {
      "/api": { target: controlPlane, changeOrigin: true, headers: { origin: controlPlane } },
      "/login": { target: controlPlane, changeOrigin: true },
    },
  },
  build: {
    target: "es2022",
    // The content security policy allows neither data: URLs nor inline code.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
  },
});

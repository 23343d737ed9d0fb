// The extension in a real VS Code (code-server) with Chromium as its window. CODE_SERVER is where code-server and
// playwright-core are installed, PALISADE_BIN the program under test.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const home = process.env.CODE_SERVER ?? "";
const binary = process.env.PALISADE_BIN ?? "";
assert.ok(home && binary, "CODE_SERVER and PALISADE_BIN say what to run");
const { chromium } = createRequire(join(home, "node_modules/"))("playwright-core");

const folder = mkdtempSync(join(tmpdir(), "palisade-vscode-"));
const place = (name) => join(folder, name);
mkdirSync(place("data/User"), { recursive: true });
mkdirSync(place("work"));
writeFileSync(
  place("data/User/settings.json"),
  JSON.stringify({
    "palisade.path": binary,
    "workbench.startupEditor": "none",
    "editor.minimap.enabled": false,
  }),
);
cpSync(resolve(import.meta.dirname, "shop.yaml"), place("work/shop.yaml"));

const entry = join(home, "node_modules/code-server/out/node/entry.js");
const shared = [
  "--user-data-dir",
  place("data"),
  "--extensions-dir",
  place("extensions"),
  "--config",
  place("config.yaml"),
];
const vsix = resolve(import.meta.dirname, "../dist/palisade.vsix");
const installed = spawnSync("node", [entry, ...shared, "--install-extension", vsix], { encoding: "utf8" });
assert.equal(installed.status, 0, installed.stderr);

const port = 18000 + Math.floor(Math.random() * 2000);
const flags = [
  "--auth",
  "none",
  "--bind-addr",
  `127.0.0.1:${port}`,
  "--disable-telemetry",
  "--disable-update-check",
];
const server = spawn("node", [entry, ...shared, ...flags, "--disable-workspace-trust"], {
  stdio: "ignore",
  detached: true,
});
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });

/** Waits until the page says so. */
const until = (what, test) =>
  page.waitForFunction(test, null, { timeout: 60_000 }).catch(() => assert.fail(`${what} did not come`));
const commandPalette = async (words) => {
  await page.keyboard.press("F1");
  await page.keyboard.type(words);
  await page.waitForTimeout(800);
  await page.keyboard.press("Enter");
};

try {
  for (let attempt = 0; ; attempt++) {
    try {
      await page.goto(`http://127.0.0.1:${port}/?folder=${place("work")}`);
      break;
    } catch (error) {
      if (attempt > 100) throw error;
      await page.waitForTimeout(200);
    }
  }
  await page.getByText("shop.yaml").first().dblclick({ timeout: 60_000 });
  await until("the score in the status bar", () =>
    [...document.querySelectorAll(".statusbar-item")].some((item) =>
      /Palisade: \d/.test(item.getAttribute("aria-label") ?? ""),
    ),
  );
  await until("a marked finding", () => document.querySelector(".squiggly-error") !== null);
  await until("the score above the operation", () =>
    [...document.querySelectorAll(".codelens-decoration")].some((lens) =>
      /^score \d/.test(lens.textContent ?? ""),
    ),
  );
  await commandPalette("Palisade: Show the score");
  await until("the list of operations", () =>
    [...document.querySelectorAll(".quick-input-list .label-name")].some(
      (row) => row.textContent === "GET /items",
    ),
  );
  await page.keyboard.press("Escape");
  const before = await page.locator(".view-lines").textContent();
  await commandPalette("Palisade: Fix all safe problems");
  await page.waitForTimeout(3000);
  const after = await page.locator(".view-lines").textContent();
  console.log(after === before ? "nothing was fixed" : "the safe fixes were made");
  assert.notEqual(after, before);
  console.log("the extension works in VS Code");
} finally {
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  await browser.close();
  process.kill(-server.pid);
  rmSync(folder, { recursive: true, force: true });
}

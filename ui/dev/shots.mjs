// Screenshots of every page against the fixture control plane: `node dev/shots.mjs DIR [dark] [390]`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { checkAccess, checkContrast, openBrowser, watchPage } from "../e2e/browser.mjs";
import { API_ID } from "./shop.mjs";
import { PARTY_ID } from "./third-parties.mjs";

const [directory = "shots", ...options] = process.argv.slice(2);
const theme = options.includes("dark") ? "dark" : "light";
const width = options.includes("390") ? 390 : 1280;
const base = process.env.BASE ?? "http://127.0.0.1:8690";
mkdirSync(directory, { recursive: true });
const { page, close } = await openBrowser({ width, height: width === 390 ? 844 : 800, theme });
const trouble = await watchPage(page);
const shot = async (name, full = true) => {
  await page.waitForTimeout(350);
  for (const problem of [...(await checkAccess(page)), ...(await checkContrast(page))])
    console.log(name, problem);
  await page.screenshot({ path: join(directory, `${name}-${theme}-${width}.png`), fullPage: full });
};
const api = (tab) => `${base}/apis/${API_ID}/${tab}`;
await page.goto(base);
await shot("login");
await page.fill("#token", "x");
await page.click("button[type=submit]");
await page.waitForSelector(".figures, .empty");
await shot("overview");
await page.goto(`${base}/apis`);
await page.waitForSelector("table");
await shot("apis");
await page.goto(api("inventory"));
await page.waitForSelector("table");
await shot("inventory");
await page.click("tr:has-text('/users/{userId}')");
await page.waitForSelector(".panel .finding");
await shot("operation", false);
await page.goto(api("contract"));
await page.waitForSelector(".reader-operation");
await page.click(".reader-operation-head:has-text('/cart/items')");
await shot("contract", false);
await page.goto(`${api("contract")}?view=source`);
await page.waitForSelector(".source-line");
await page.click(".audit-item >> nth=1");
await shot("source", false);
await page.goto(api("findings"));
await page.waitForSelector(".finding");
await shot("findings", false);
await page.goto(api("proposals"));
await page.click(".finding-group-head >> nth=0");
await page.waitForSelector(".diff");
await shot("proposals", false);
await page.goto(api("drift"));
await page.waitForSelector("tbody tr");
await shot("drift", false);
await page.goto(api("sensitive"));
await page.waitForSelector("tbody tr");
await shot("sensitive", false);
await page.goto(api("protection"));
await page.waitForSelector(".preview-number");
await page.click("tbody tr >> nth=0");
await shot("protection", false);
await page.click("text=Switch to block");
await shot("block", false);
await page.keyboard.press("Escape");
await page.goto(`${api("protection")}?view=settings`);
await page.waitForSelector(".checks");
await shot("protection-settings");
await page.selectOption(".checks tr:has-text('Undeclared headers') select", "prevent");
await page.click("text=Review and save");
await page.waitForSelector(".trial-changes");
await page.click(".trial-change summary >> nth=0");
await shot("protection-review", false);
await page.keyboard.press("Escape");
await page.goto(`${api("protection")}?view=history`);
await page.waitForSelector(".version");
await shot("protection-history");
await page.goto(`${base}/settings/lists`);
await page.waitForSelector("tbody tr");
await shot("lists");
await page.click("text=New list");
await shot("list-new", false);
await page.keyboard.press("Escape");
await page.goto(`${base}/events?group=client&and=check`);
await page.waitForSelector(".sparkline");
await shot("events-groups", false);
await page.goto(`${base}/events`);
await page.waitForSelector("tbody tr");
await shot("events", false);
await page.click("tbody tr:has-text('body')");
await page.waitForSelector(".steps");
await shot("event", false);
await page.goto(`${base}/third-parties`);
await page.waitForSelector("tbody tr");
await shot("third-parties");
for (const [tab, ready] of [
  ["overview", ".grade-large"],
  ["findings", ".finding"],
  ["history", ".history-line"],
  ["availability", ".days-plot"],
  ["facts", ".facts-table"],
]) {
  await page.goto(`${base}/third-parties/${PARTY_ID}/${tab}`);
  await page.waitForSelector(ready);
  await shot(`third-party-${tab}`);
}
await page.click("text=Change");
await page.waitForSelector(".third-party-form");
await shot("third-party-form", false);
await page.goto(`${base}/settings`);
await page.waitForSelector(".fact-grid");
await shot("settings");
for (const line of trouble) console.log("TROUBLE", line);
await close();

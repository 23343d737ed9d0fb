// Drives Debian's Chromium through playwright-core; nothing is downloaded.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Opens a browser with a fresh profile. `close` also removes the profile. */
export async function openBrowser({ width = 1280, height = 800, theme = "light" } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "palisade-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
    viewport: { width, height },
    colorScheme: theme,
    locale: "en-GB",
    acceptDownloads: true,
  });
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, page: context.pages()[0] ?? (await context.newPage()), close };
}

/** Collects what must never happen on any page: policy violations, console errors, uncaught exceptions. */
export async function watchPage(page) {
  const trouble = [];
  page.on("console", (message) => {
    // A 401 or 404 answer is logged by the browser itself, not by the console's code.
    if (message.type() === "error" && !/^Failed to load resource/.test(message.text())) {
      trouble.push(`console: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => trouble.push(`uncaught: ${error.message}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return trouble;
}

/** Basic accessibility of the page as it stands; returns sentences, none when all is well. */
export function checkAccess(page) {
  return page.evaluate(() => {
    const problems = [];
    const name = (element) => {
      const by = element.getAttribute("aria-labelledby");
      const text = by
        ? by
            .split(/\s+/)
            .map((id) => document.getElementById(id)?.textContent ?? "")
            .join(" ")
        : "";
      return (
        element.getAttribute("aria-label") ||
        text ||
        element.textContent ||
        element.getAttribute("title") ||
        [...(element.labels ?? [])].map((label) => label.textContent).join(" ")
      ).trim();
    };
    const shown = (element) => element.getClientRects().length > 0;
    const say = (element, what) => problems.push(`${what}: ${element.outerHTML.slice(0, 120)}`);
    for (const element of document.querySelectorAll(
      "button, a[href], input, select, [role=img], dialog[open]",
    )) {
      if (shown(element) && name(element) === "") say(element, "no name");
    }
    const ids = new Set();
    for (const element of document.querySelectorAll("[id]")) {
      if (ids.has(element.id)) say(element, "id used twice");
      ids.add(element.id);
    }
    if (document.documentElement.lang === "") problems.push("no language");
    if (document.title === "") problems.push("no title");
    if (document.querySelectorAll("main").length !== 1) problems.push("not exactly one main");
    if (document.querySelectorAll("h1").length !== 1) problems.push("not exactly one h1");
    for (const element of document.querySelectorAll("th"))
      if (name(element) === "") say(element, "empty header cell");
    if (document.documentElement.scrollWidth > document.documentElement.clientWidth + 1) {
      problems.push(
        `the page scrolls sideways: ${document.documentElement.scrollWidth} of ${document.documentElement.clientWidth}`,
      );
    }
    return problems;
  });
}

/** Contrast of every visible text against its ground, measured as rendered; below 4.5 to 1 is a problem. */
export function checkContrast(page) {
  return page.evaluate(() => {
    const parse = (text) => {
      const numbers = text.match(/[\d.]+/g)?.map(Number) ?? [];
      return { r: numbers[0] ?? 0, g: numbers[1] ?? 0, b: numbers[2] ?? 0, a: numbers[3] ?? 1 };
    };
    const light = ({ r, g, b }) => {
      const [x, y, z] = [r, g, b].map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const ground = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const colour = parse(getComputedStyle(at).backgroundColor);
        if (colour.a > 0.99) return colour;
      }
      return { r: 255, g: 255, b: 255, a: 1 };
    };
    const problems = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!element || node.textContent.trim() === "" || element.closest("svg, noscript, script, :disabled"))
        continue;
      if (element.getClientRects().length === 0) continue;
      const a = light(parse(getComputedStyle(element).color));
      const b = light(ground(element));
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5)
        problems.add(
          `contrast ${ratio.toFixed(2)}: ${node.textContent.trim().slice(0, 40)} (${element.className})`,
        );
    }
    return [...problems];
  });
}

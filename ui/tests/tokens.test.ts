// @vitest-environment node
/** Every pair of text and ground that the console uses reaches 4.5 to 1 in both themes. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const css = readFileSync(new URL("../src/styles/tokens.css", import.meta.url), "utf8");

function tokens(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf("\n}", start));
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((match) => [match[1] ?? "", match[2] ?? ""]),
  );
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const PAIRED = [
  "good",
  "warn",
  "bad",
  "critical",
  "high",
  "medium",
  "low",
  "info",
  "shadowed",
  "zombie",
  "documented",
  "learned",
  "orphan",
];
const pairs: [string, string][] = [
  ...["ground", "surface", "surface-2"].flatMap((ground): [string, string][] =>
    [
      "text",
      "text-2",
      "text-3",
      "accent",
      "good",
      "warn",
      "bad",
      "high",
      "code-key",
      "code-text",
      "code-number",
      "code-word",
      "code-comment",
    ].map((text) => [text, ground]),
  ),
  ...PAIRED.map((name): [string, string] => [name, `${name}-soft`]),
  ["accent", "accent-soft"],
  ["text-2", "accent-soft"],
  ["text-3", "accent-soft"],
  ["accent-text", "accent"],
  ["surface", "bad"],
  ["text", "warn-soft"],
];

test.each(["light", "dark"])("contrast of the %s theme", (theme) => {
  const light = tokens(":root");
  const set = theme === "light" ? light : { ...light, ...tokens(':root[data-theme="dark"]') };
  const low = pairs
    .map(([text, ground]) => ({
      pair: `${text} on ${ground}`,
      ratio: contrast(set[text] ?? "#000000", set[ground] ?? "#000000"),
    }))
    .filter((entry) => entry.ratio < 4.5);
  expect(low).toEqual([]);
});

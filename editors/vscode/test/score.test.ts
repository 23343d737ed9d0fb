import assert from "node:assert/strict";
import { test } from "node:test";
import { command, type Read, serverSettings } from "../src/options";
import { ranking, type Score, status } from "../src/score";

const score: Score = {
  uri: "file:///a.yaml",
  state: "valid",
  score: { total: 61.5, security: 20, data: 41.5 },
  summary: { critical: 1, high: 0, medium: 3, low: 0, info: 0 },
  operations: [
    { operation: "GET /a", score: 90, lost: 1 },
    { operation: "PUT /c", score: 50, lost: 4 },
    { operation: "GET /b", score: 50, lost: 4 },
  ],
};

test("the status bar shows the score and counts what was found", () => {
  assert.deepEqual(status(score), {
    text: "$(shield) 61.5",
    tooltip: "Palisade: 61.5 of 100 (security 20 of 30, data 41.5 of 70); 1 critical, 3 medium",
    warn: true,
  });
  const clean = { ...score, summary: { critical: 0, high: 0, medium: 0, low: 0, info: 0 } };
  assert.match(status(clean)?.tooltip ?? "", /no findings$/);
  assert.equal(status(clean)?.warn, false);
});

test("what is no contract has no status, and what cannot be read says so", () => {
  assert.equal(status(undefined), undefined);
  assert.equal(status({ uri: "file:///b.json" }), undefined);
  assert.match(status({ ...score, state: "structureInvalid" })?.text ?? "", /not readable/);
});

test("operations are ranked by what they cost", () => {
  assert.deepEqual(
    ranking(score).map((one) => one.label),
    ["GET /b", "PUT /c", "GET /a"],
  );
  assert.deepEqual(ranking({ uri: "" }), []);
});

test("settings are read with their defaults", () => {
  const read =
    (values: Record<string, unknown>): Read =>
    <T>(key: string) =>
      values[key] as T | undefined;
  assert.equal(command(read({})), "palisade");
  assert.equal(command(read({ path: "  " })), "palisade");
  assert.equal(command(read({ path: "/opt/palisade" })), "/opt/palisade");
  assert.equal(serverSettings(read({})).profile, "");
  assert.deepEqual(serverSettings(read({ profile: "strict", lens: false })), {
    profile: "strict",
    lens: false,
    scoreNotifications: true,
  });
});

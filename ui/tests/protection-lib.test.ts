import { expect, test } from "vitest";
import { differences, placeLabel, valueLabel } from "../src/lib/protection";

test("differences name the place, also in lists and where something is new", () => {
  const before = { mode: "observe", settings: { effects: {}, rates: [{ name: "a", burst: 5 }] } };
  const after = {
    mode: "block",
    settings: { effects: { path: "alert" }, rates: [{ name: "a", burst: 9 }, { name: "b" }] },
  };
  expect(differences(before, after)).toEqual([
    { pointer: "/mode", before: "observe", after: "block" },
    { pointer: "/settings/effects/path", before: null, after: "alert" },
    { pointer: "/settings/rates/0/burst", before: 5, after: 9 },
    { pointer: "/settings/rates/1", before: null, after: { name: "b" } },
  ]);
  expect(differences(after, structuredClone(after))).toEqual([]);
});

test("places and values read as words", () => {
  expect(placeLabel("/settings/effects/undeclared_query")).toBe("Undeclared query");
  expect(placeLabel("/settings/rates/0/burst")).toBe("Rates › 1 › burst");
  expect(placeLabel("/settings/response/set/X-A~1b")).toBe("Answers › set › X-A/b");
  expect(valueLabel(null)).toBe("default");
  expect(valueLabel(true)).toBe("on");
  expect(valueLabel({ name: "logins", burst: 5, methods: [], effect: null })).toBe("name logins, burst 5");
});

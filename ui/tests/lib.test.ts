import { describe, expect, test } from "vitest";
import { niceCeiling } from "../src/components/Charts";
import { percent, plural, relative } from "../src/lib/format";
import { inert, pieces, shorten } from "../src/lib/inert";
import { type JsonObject, members, readContract, schemaWords } from "../src/lib/openapi";
import { colour } from "../src/lib/yaml";
import { errorShare } from "../src/pages/api/sort";

describe("text from outside", () => {
  test.each([
    ["plain /products?a=1", "plain /products?a=1"],
    ["a\u202egnp.exe", "a[U+202E]gnp.exe"],
    ["line\nbreak\u0000end", "line[\\n]break[\\0]end"],
    ["zero\u200bwidth\ufeff", "zero[U+200B]width[U+FEFF]"],
    ["tag\u{e0041}", "tag[U+E0041]"],
    ["lone \ud800 surrogate", "lone [U+D800] surrogate"],
    ["\u{1f600} stays", "\u{1f600} stays"],
    ["", ""],
  ])("%j is shown as %j", (text, shown) => {
    expect(inert(text)).toBe(shown);
  });

  test("marks are told apart from text that looks like one", () => {
    expect(pieces("U+202E\u202e")).toEqual([
      { text: "U+202E", mark: false },
      { text: "U+202E", mark: true },
    ]);
  });

  test("cutting keeps both ends and counts characters, not code units", () => {
    expect(shorten("abcdefghij", 10)).toBe("abcdefghij");
    expect(shorten("abcdefghijk", 9)).toBe("abcde\u2026ijk");
    expect(shorten("\u{1f600}".repeat(12), 6)).toBe(`${"\u{1f600}".repeat(3)}\u2026${"\u{1f600}".repeat(2)}`);
  });
});

describe("figures", () => {
  test("relative times", () => {
    const now = Date.parse("2026-11-22T15:00:00Z");
    expect(relative("2026-11-22T14:59:59.500000Z", now)).toBe("just now");
    expect(relative("2026-11-22T14:59:18.000000Z", now)).toBe("42 s ago");
    expect(relative("2026-11-22T13:00:00Z", now)).toBe("2 h ago");
    expect(relative("2026-11-25T15:00:00Z", now)).toBe("in 3 d");
    expect(relative("no time", now)).toBe("no time");
  });

  test("a share never rounds to none or all when it is neither", () => {
    expect(percent(1, 1000)).toBe("< 1 %");
    expect(percent(999, 1000)).toBe("> 99 %");
    expect(percent(1000, 1000)).toBe("100 %");
    expect(percent(0, 0)).toBe("0 %");
  });

  test("words and scales", () => {
    expect(plural(1, "call")).toBe("1 call");
    expect(plural(1200, "call")).toBe("1,200 calls");
    expect([1, 3, 7, 11, 200, 201].map(niceCeiling)).toEqual([1, 5, 10, 20, 200, 500]);
    expect(errorShare({ 200: 3, 404: 1 })).toBe(0.25);
    expect(errorShare({})).toBe(0);
  });
});

describe("source colours", () => {
  const kinds = (line: string) => colour(line).map((token) => `${token.kind}:${token.text}`);
  test.each([
    ["openapi: 3.1.0", ["key:openapi", "mark::", "plain: ", "text:3.1.0"]],
    ['  "/orders/{id}":', ["plain:  ", 'key:"/orders/{id}"', "mark::"]],
    ["  - name: limit", ["mark:  - ", "key:name", "mark::", "plain: ", "text:limit"]],
    ["minimum: 1 # at least", ["key:minimum", "mark::", "plain: ", "number:1", "comment: # at least"]],
    ["required: true", ["key:required", "mark::", "plain: ", "word:true"]],
    ["url: http://a.example:80/", ["key:url", "mark::", "plain: ", "text:http://a.example:80/"]],
  ])("%s", (line, expected) => {
    expect(kinds(line)).toEqual(expected);
  });

  test("no line loses a character, however odd", () => {
    for (const line of [
      "",
      "   ",
      "- - - x",
      "'it''s': \"a\\\"b\" # c",
      "{[}]:: ,",
      ": :",
      "\t# x",
      "a".repeat(5000),
      "-",
      "? key",
    ]) {
      expect(
        colour(line)
          .map((token) => token.text)
          .join(""),
      ).toBe(line);
    }
  });
});

describe("contracts", () => {
  test("operations are grouped by tag, else by the first segment", () => {
    const model = readContract(
      JSON.stringify({
        openapi: "3.1.0",
        info: { title: "T", version: "1" },
        paths: {
          "/a/{x}": { get: { tags: ["first"], responses: {} }, parameters: [{ name: "x", in: "path" }] },
          "/b": { post: { responses: {} } },
        },
      }),
    );
    expect(
      model.groups.map((group) => [group.tag, group.operations.map((operation) => operation.key)]),
    ).toEqual([
      ["first", ["GET /a/{x}"]],
      ["/b", ["POST /b"]],
    ]);
    expect(model.groups[0]?.operations[0]?.parameters[0]).toMatchObject({
      name: "x",
      in: "path",
      required: true,
    });
  });

  test("a document of wrong types everywhere gives an empty model, not an error", () => {
    for (const document of [
      "null",
      "[]",
      "3",
      '{"paths":[]}',
      '{"paths":{"/a":3,"/b":{"get":7}}}',
      '{"paths":{"/a":{"get":{"parameters":5,"responses":[],"tags":{}}}}}',
    ]) {
      expect(readContract(document).groups.length).toBeLessThanOrEqual(1);
    }
  });

  test("references in a circle end", () => {
    const root: JsonObject = { a: { $ref: "#/b" }, b: { $ref: "#/a" } };
    expect(schemaWords(root, { $ref: "#/a" })).toBe("a");
    expect(members(root, { $ref: "#/a" })).toEqual([]);
  });

  test("names of object members stay data", () => {
    const root: JsonObject = { components: {} };
    expect(schemaWords(root, { $ref: "#/constructor/prototype" })).toBe("prototype");
    expect(
      members(root, JSON.parse('{"properties":{"__proto__":{"type":"string"}}}')).map(
        (member) => member.name,
      ),
    ).toEqual(["__proto__"]);
  });

  test("schemas in words", () => {
    expect(schemaWords({}, { type: "string", format: "uuid", maxLength: 36 })).toBe(
      "string, uuid, at most 36 characters",
    );
    expect(schemaWords({}, { type: ["integer", "null"], minimum: 1, maximum: 9 })).toBe(
      "integer or null, 1 to 9",
    );
    expect(schemaWords({}, { type: "array", items: { $ref: "#/components/schemas/A~1B" } })).toBe(
      "list of A/B",
    );
    expect(schemaWords({}, { oneOf: [{ type: "string" }, { $ref: "#/x/Y" }] })).toBe("one of string, Y");
    expect(schemaWords({}, true)).toBe("anything");
  });
});

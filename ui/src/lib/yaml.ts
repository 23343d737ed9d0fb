/** Colours one line of YAML or JSON. Line by line on purpose: any document, however odd, costs the same. */

export type TokenKind = "key" | "text" | "number" | "word" | "comment" | "mark" | "plain";

export interface SourceToken {
  kind: TokenKind;
  text: string;
}

const KEY =
  /^(\s*(?:- )*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#:'"{}[\],&*!|>%@`-][^#:]*|-[^\s#:][^#:]*)(\s*:)(?=\s|$)/;
const MAX_COLOURED = 2000;

function scalar(text: string): SourceToken[] {
  const lead = /^\s*/.exec(text)?.[0] ?? "";
  const rest = text.slice(lead.length);
  const tokens: SourceToken[] = lead === "" ? [] : [{ kind: "plain", text: lead }];
  if (rest === "") return tokens;
  const quoted = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')(.*)$/.exec(rest);
  if (quoted) {
    tokens.push({ kind: "text", text: quoted[1] ?? "" });
    if (quoted[2]) tokens.push(...tail(quoted[2]));
    return tokens;
  }
  const comment = rest.startsWith("#") ? 0 : rest.indexOf(" #");
  const value = comment < 0 ? rest : rest.slice(0, comment);
  if (value !== "") tokens.push({ kind: kindOf(value.trim().replace(/,$/, "")), text: value });
  if (comment >= 0) tokens.push({ kind: "comment", text: rest.slice(comment) });
  return tokens;
}

const tail = (text: string): SourceToken[] => [{ kind: /^\s+#/.test(text) ? "comment" : "mark", text }];

function kindOf(value: string): TokenKind {
  if (/^[-+]?(?:\d[\d_]*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(value)) return "number";
  if (/^(?:true|false|null|~)$/.test(value)) return "word";
  if (/^[[\]{}|>&*!-]/.test(value)) return "mark";
  return "text";
}

export function colour(line: string): SourceToken[] {
  if (line.length > MAX_COLOURED) return [{ kind: "plain", text: line }];
  const key = KEY.exec(line);
  if (key) {
    const [whole, lead = "", name = "", colon = ""] = key;
    const tokens: SourceToken[] = [];
    if (lead !== "") tokens.push({ kind: lead.includes("-") ? "mark" : "plain", text: lead });
    tokens.push({ kind: "key", text: name }, { kind: "mark", text: colon });
    return [...tokens, ...scalar(line.slice(whole.length))];
  }
  const item = /^(\s*(?:- )+)(.*)$/.exec(line);
  if (item) return [{ kind: "mark", text: item[1] ?? "" }, ...scalar(item[2] ?? "")];
  return scalar(line);
}

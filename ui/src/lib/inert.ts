/** Text from outside, made visible: control, bidirectional and invisible characters become readable marks. */

export interface Piece {
  text: string;
  /** True when `text` stands for a character that could not be shown as it is. */
  mark: boolean;
}

// C0 and C1 controls, soft hyphen, zero width and joiner characters, line separators, bidirectional controls,
// interlinear annotation, byte order mark, tag characters, lone surrogates.
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffc\u{e0000}-\u{e0fff}]|[\ud800-\udfff]/gu;

const NAMES: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

function nameOf(character: string): string {
  return (
    NAMES[character] ?? `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`
  );
}

/** Splits text into plain pieces and marks, in order. */
export function pieces(text: string): Piece[] {
  const result: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > end) result.push({ text: text.slice(end, match.index), mark: false });
    result.push({ text: nameOf(match[0]), mark: true });
    end = match.index + match[0].length;
  }
  if (end < text.length || result.length === 0) result.push({ text: text.slice(end), mark: false });
  return result;
}

/** The same as one string: for titles and labels. */
export const inert = (text: string) =>
  pieces(text)
    .map((piece) => (piece.mark ? `[${piece.text}]` : piece.text))
    .join("");

/** Cuts long text in the middle so that both its beginning and its end stay readable. */
export function shorten(text: string, limit: number): string {
  const characters = [...text];
  if (characters.length <= limit) return text;
  const tail = Math.floor(limit / 3);
  return `${characters.slice(0, limit - tail - 1).join("")}\u2026${characters.slice(-tail).join("")}`;
}

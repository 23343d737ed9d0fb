/** Text from outside, made visible: control, bidirectional and invisible characters become readable marks. */

export interface Piece {
  text: string;
  /** True when `text` stands for a character that could not be shown as it is. */
  mark: boolean;
}

// C0 and C1 controls, soft hyphen, zero width and joiner characters, line separators, bidirectional controls,
// interlinear annotation, byte order mark, tag characters, lone surrogates.
const RANGES: [number, number][] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x2028, 0x202f],
  [0x205f, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff9, 0xfffc],
  [0xe0000, 0xe0fff],
];

const isHidden = (point: number) => RANGES.some(([low, high]) => point >= low && point <= high);

const NAMES: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

function nameOf(character: string): string {
  return (
    NAMES[character] ?? `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`
  );
}

/** Splits text into plain pieces and marks, in order. */
export function pieces(text: string): Piece[] {
  const result: Piece[] = [];
  let plain = "";
  // By code point: a surrogate met here stands alone.
  for (const character of text) {
    if (!isHidden(character.codePointAt(0) ?? 0)) {
      plain += character;
      continue;
    }
    if (plain !== "") result.push({ text: plain, mark: false });
    plain = "";
    result.push({ text: nameOf(character), mark: true });
  }
  if (plain !== "" || result.length === 0) result.push({ text: plain, mark: false });
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

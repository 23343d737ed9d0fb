/** A unified diff, line by line. Its text is the contract's, so it stays inert. */

import { Text } from "./Text";

/** Lines shown at most; what is longer is cut and says so. */
const MOST = 2000;

const KINDS: Record<string, string> = { "+": "diff-in", "-": "diff-out", "@": "diff-at" };

export function Diff({ text }: { text: string }) {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  // The two lines with the file's name say nothing here.
  const body = lines.filter((line) => !line.startsWith("--- ") && !line.startsWith("+++ "));
  return (
    <section
      className="diff"
      aria-label="Change of the contract's text"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled by keyboard
      tabIndex={0}
    >
      {body.slice(0, MOST).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
        <div key={index} className={`diff-line ${KINDS[line[0] ?? ""] ?? ""}`}>
          <Text text={line === "" ? " " : line} />
        </div>
      ))}
      {body.length > MOST && <div className="diff-line diff-at">… {body.length - MOST} more lines</div>}
    </section>
  );
}

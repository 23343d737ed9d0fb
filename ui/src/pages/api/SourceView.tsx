/** Source with line numbers and colours. Only the visible lines are in the page, so length costs nothing. */

import { useEffect, useMemo, useRef, useState } from "react";
import type { Finding } from "../../api/types";
import { Text } from "../../components/Text";
import { colour } from "../../lib/yaml";

export const LINE_HEIGHT = 20;
const AROUND = 30;

export function SourceView({
  text,
  line,
  findings,
}: {
  text: string;
  line: number | null;
  findings: Finding[];
}) {
  const lines = useMemo(() => text.replace(/\r?\n$/, "").split(/\r?\n/), [text]);
  const marks = useMemo(() => {
    const found = new Map<number, Finding[]>();
    for (const finding of findings) {
      if (!finding.line) continue;
      found.set(finding.line, [...(found.get(finding.line) ?? []), finding]);
    }
    return found;
  }, [findings]);
  const element = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);

  useEffect(() => {
    const box = element.current;
    if (!box) return;
    const measure = () => setHeight(box.clientHeight || 600);
    measure();
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, []);

  const count = lines.length;
  useEffect(() => {
    const box = element.current;
    if (!box || line === null) return;
    const target = (Math.min(count, Math.max(1, line)) - 1) * LINE_HEIGHT;
    box.scrollTop = Math.max(0, target - box.clientHeight / 3);
    setTop(box.scrollTop);
  }, [line, count]);

  const first = Math.max(0, Math.floor(top / LINE_HEIGHT) - AROUND);
  const last = Math.min(count, Math.ceil((top + height) / LINE_HEIGHT) + AROUND);
  const digits = String(count).length;
  return (
    <section
      ref={element}
      className="source"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      aria-label={`Source, ${count} lines`}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div className="source-lines" style={{ height: count * LINE_HEIGHT }}>
        <ol
          className="source-window"
          start={first + 1}
          style={{ transform: `translateY(${first * LINE_HEIGHT}px)` }}
        >
          {lines.slice(first, last).map((content, offset) => {
            const number = first + offset + 1;
            const found = marks.get(number);
            const classes = [
              "source-line",
              number === line ? "source-line-on" : "",
              found ? `source-line-${found[0]?.severity ?? "info"}` : "",
            ]
              .filter(Boolean)
              .join(" ");
            return (
              <li
                key={number}
                className={classes}
                title={found?.map((finding) => `${finding.severity}: ${finding.message}`).join("\n")}
                data-line={number}
              >
                <span className="source-number" style={{ width: `${digits + 1}ch` }}>
                  {number}
                </span>
                <code>
                  {colour(content).map((token, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no identity but their place
                    <Text key={index} className={`token-${token.kind}`} text={token.text} limit={2000} />
                  ))}
                </code>
              </li>
            );
          })}
        </ol>
      </div>
    </section>
  );
}

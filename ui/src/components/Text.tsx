/** Text from outside, always inert: hidden characters are marked, long text is cut with the whole in its title. */

import { inert, pieces, shorten } from "../lib/inert";

interface TextProps {
  text: string;
  /** Characters shown at most; the title then holds the whole. */
  limit?: number;
  className?: string;
}

export function Text({ text, limit, className }: TextProps) {
  const shown = limit === undefined ? text : shorten(text, limit);
  const parts = pieces(shown);
  const title = shown === text ? undefined : inert(text.slice(0, 2000));
  return (
    <bdi className={className} title={title}>
      {parts.map((part, index) =>
        part.mark ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place
          <span key={index} className="hidden-mark" title="A character that is not shown as it is">
            {part.text}
          </span>
        ) : (
          part.text
        ),
      )}
    </bdi>
  );
}

/** A path template with its parameters set off. */
export function Path({ path, limit = 160 }: { path: string; limit?: number }) {
  const shown = shorten(path, limit);
  return (
    <span className="path" title={inert(path.slice(0, 2000))}>
      {shown.split(/(\{[^{}/]*\})/).map((part, index) =>
        part.startsWith("{") ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
          <Text key={index} text={part} className="path-parameter" />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
          <Text key={index} text={part} />
        ),
      )}
    </span>
  );
}

/** A fenced block of a page: its language, the words after it, its text, and the comment that stands directly above it. */
export type Fence = Readonly<{
  page: string;
  /** The number of the line with the opening fence, from 1. */
  line: number;
  language: string;
  info: string;
  text: string;
  /** The comment directly above, without its marks: readers do not see it. */
  above?: string;
}>;

const opening = /^(\s*)(`{3,})\s*([^\s`]*)\s*(.*?)\s*$/;

const commentAbove = (lines: readonly string[], at: number): string | undefined => {
  if (!lines[at - 1]?.trimEnd().endsWith('-->')) return undefined;
  for (let first = at - 1; first >= 0; first--)
    if (lines[first]!.trimStart().startsWith('<!--'))
      return lines.slice(first, at).join('\n').trim().replace(/^<!--/, '').replace(/-->$/, '');
  return undefined;
};

/** All fenced blocks of a page, in order. */
export const fencesOf = (page: string, markdown: string): readonly Fence[] => {
  const lines = markdown.split('\n');
  const fences: Fence[] = [];
  for (let at = 0; at < lines.length; at++) {
    const found = opening.exec(lines[at]!);
    if (!found) continue;
    const [, indent = '', ticks = '', language = '', info = ''] = found;
    const close = lines.findIndex((line, i) => i > at && line.trim() === ticks);
    if (close < 0) throw new Error(`${page}:${at + 1}: this block is never closed.`);
    const text = lines.slice(at + 1, close).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    const above = commentAbove(lines, at);
    fences.push({ page, line: at + 1, language, info, text: `${text.join('\n')}\n`, ...(above !== undefined && { above }) });
    at = close;
  }
  return fences;
};

/** A page's prose: without its fenced blocks and comments. */
export const proseOf = (markdown: string): string =>
  markdown.replace(/^[ \t]*(`{3,})[^\n]*\n[\s\S]*?^[ \t]*\1[ \t]*$/gm, '').replace(/<!--[\s\S]*?-->/g, '');

/** The name that GitHub gives to a heading; the site's headings have the same. */
export const anchorOf = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

/** The anchors of a page's headings. The second heading of the same name gets `-1`, as on GitHub. */
export const anchorsOf = (markdown: string): ReadonlySet<string> => {
  const seen = new Map<string, number>();
  const anchors = [...proseOf(markdown).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const anchor = anchorOf(heading);
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
  return new Set(anchors);
};

/** A link to another file or heading of the repository. */
export type Link = Readonly<{ path: string; anchor?: string }>;

const link = /(\]\()(?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?(\))/g;

/** The links of a page that lead to no other site. */
export const linksOf = (markdown: string): readonly Link[] =>
  [...proseOf(markdown).matchAll(link)].map(([, , path = '', anchor]) => ({ path, ...(anchor !== undefined && { anchor }) }));

/** The page with each of these links led elsewhere. Fenced blocks stay as they are. */
export const withLinks = (markdown: string, to: (link: Link) => string): string =>
  markdown
    .split(/(^[ \t]*`{3,}[^\n]*\n[\s\S]*?^[ \t]*`{3,}[ \t]*$)/m)
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part.replace(
            link,
            (_, before, path = '', anchor, after) => `${before}${to({ path, ...(anchor && { anchor }) })}${after}`,
          ),
    )
    .join('');

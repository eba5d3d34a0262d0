import { darkCharts, escaped } from './chart.ts';

/** A table of a page. The first cell of a row names it. */
export type PageTable = Readonly<{ caption: string; head: readonly string[]; rows: readonly (readonly string[])[] }>;

export type Page = Readonly<{
  title: string;
  /** Paragraphs before the charts. */
  said: readonly string[];
  /** As `chartSvg` makes them. */
  charts: readonly string[];
  tables: readonly PageTable[];
  /** Further parts as HTML, whose texts are escaped. */
  html?: readonly string[];
}>;

const style = `
  :root { color-scheme: light dark; --ink: #2c3440; --paper: #ffffff; --line: #d8dde5; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e3e7ee; --paper: #1b1f26; --line: #3a4250; } }
  ${darkCharts}
  body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
  svg { width: 100%; height: auto; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; margin: 1.5rem 0; }
  caption { text-align: left; font-weight: 600; padding-bottom: 0.4rem; }
  th, td { border-bottom: 1px solid var(--line); padding: 0.3rem 0.8rem 0.3rem 0; text-align: right; font-variant-numeric: tabular-nums; }
  th:first-child { text-align: left; }`;

const cell = (tag: 'th' | 'td', scope: string, text: string) => `<${tag}${scope}>${escaped(text)}</${tag}>`;

const tableHtml = ({ caption, head, rows }: PageTable): string => {
  const row = ([first = '', ...others]: readonly string[]) =>
    `<tr>${cell('th', ' scope="row"', first)}${others.map((text) => cell('td', '', text)).join('')}</tr>`;
  return `<div class="wide" tabindex="0" role="region" aria-label="${escaped(caption)}">
<table>
<caption>${escaped(caption)}</caption>
<thead><tr>${head.map((text) => cell('th', ' scope="col"', text)).join('')}</tr></thead>
<tbody>
${rows.map(row).join('\n')}
</tbody>
</table>
</div>`;
};

/** A page that needs nothing beside itself: no script, no font and no other file. */
export const pageHtml = ({ title, said, charts, tables, html = [] }: Page): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${said.map((text) => `<p>${escaped(text)}</p>`).join('\n')}
${charts.map((chart) => `<figure>${chart}</figure>`).join('\n')}
${tables.map(tableHtml).join('\n')}${html.length === 0 ? '' : `\n${html.join('\n')}`}
</main>
</body>
</html>
`;

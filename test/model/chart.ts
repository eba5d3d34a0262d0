import type { Limit } from './demand.ts';

/** Bars of one release. */
export type Series = Readonly<{ title: string; limits: readonly Limit[] }>;

const [width, left, row, from, decades] = [760, 380, 20, 10, 5] as const;
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const short = (text: string) => (text.length > 54 ? `${text.slice(0, 53)}…` : text);
const at = (rate: number) =>
  left + ((width - left - 70) * Math.log10(Math.max(1, Math.min(rate / from, 10 ** decades)))) / decades;

/** The rates at which things bind, for each release, as bars on a scale of powers of ten. */
export const chart = (all: readonly Series[], most = 8): string => {
  const parts: string[] = [];
  let y = 24;
  for (const { title, limits } of all) {
    parts.push(`<text x="8" y="${y}" class="title">${escaped(title)}</text>`);
    y += 10;
    for (const { what, kind, breaksAt } of limits.slice(0, most)) {
      parts.push(
        `<text x="${left - 8}" y="${y + 13}" class="what">${escaped(short(what))}</text>`,
        `<rect x="${left}" y="${y + 2}" width="${Math.max(1, at(breaksAt) - left).toFixed(1)}" height="${row - 6}" class="${kind === 'quota' ? 'quota' : 'key'}"/>`,
        `<text x="${(at(breaksAt) + 6).toFixed(1)}" y="${y + 13}">${Math.round(breaksAt).toLocaleString('en')}</text>`,
      );
      y += row;
    }
    y += 26;
  }
  const ticks = Array.from({ length: decades + 1 }, (_, i) => from * 10 ** i);
  const grid = ticks.flatMap((rate) => [
    `<line x1="${at(rate).toFixed(1)}" y1="30" x2="${at(rate).toFixed(1)}" y2="${y - 16}" class="grid"/>`,
    `<text x="${at(rate).toFixed(1)}" y="${y}" class="tick">${rate.toLocaleString('en')}</text>`,
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 28}" role="img" aria-label="Commands a second at which keys and quotas bind">`,
    '<style>text{font:12px sans-serif;fill:#444}.title{font-weight:bold;font-size:13px;fill:#222}.what{text-anchor:end}.tick{text-anchor:middle;fill:#777}.key{fill:#c2552d}.quota{fill:#7d9bb8}.grid{stroke:#ddd}</style>',
    `<rect width="${width}" height="${y + 28}" fill="#fff"/>`,
    ...grid,
    ...parts,
    `<text x="8" y="${y + 20}">commands a second at which it binds; blue: AWS raises it on request</text>`,
    '</svg>',
    '',
  ].join('\n');
};

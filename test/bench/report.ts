import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle - 0.5)] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
};

/** Three digits that count, no more than two of them after the point. */
export const figure = (value: number): string => String(Number(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)));

export type Table = Readonly<{ title: string; head: readonly string[]; rows: readonly (readonly string[])[] }>;

const line = (cells: readonly string[], widths: readonly number[]) =>
  `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;

/** A table in Markdown that reads well in a terminal too. */
export const markdown = ({ title, head, rows }: Table): string => {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [`### ${title}`, '', line(head, widths), rule, ...rows.map((row) => line(row, widths))].join('\n');
};

/** A promise of this repository, and whether this run kept it. */
export type Bar = Readonly<{ what: string; limit: string; measured: string; holds: boolean }>;

export const bars = (all: readonly Bar[]): Table => ({
  title: 'Bars',
  head: ['bar', 'limit', 'this run', 'holds'],
  rows: all.map(({ what, limit, measured, holds }) => [what, limit, measured, holds ? 'yes' : 'NO']),
});

/** When and on what: no more of the machine than counts. */
export const circumstances = (): string =>
  `Run of ${new Date().toISOString().slice(0, 10)} on ${availableParallelism()} cores, shared by the client and what it talks to.`;

/** Replaces what stands between a section's markers. */
export const writeSection = (name: string, text: string): void => {
  const [begin, end] = [`<!-- ${name}: generated, do not edit -->`, `<!-- ${name}: end -->`];
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md has no section between '${begin}' and '${end}'.`);
  writeFileSync(page, `${before.slice(0, from)}${begin}\n\n${text.trim()}\n\n${before.slice(to)}`);
};

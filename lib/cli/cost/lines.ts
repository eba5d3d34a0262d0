import type { PageTable } from '../page/page.ts';
import type { CostReport, Figures } from './report.ts';

export const figure = (value: number, digits = 2): string =>
  value.toLocaleString('en-GB', {
    maximumFractionDigits: digits,
    minimumFractionDigits: value !== 0 && Math.abs(value) < 100 && digits > 0 ? Math.min(digits, 2) : 0,
  });
const whole = (value: number): string => value.toLocaleString('en-GB', { maximumFractionDigits: 0 });
export const usd = (value: number): string => figure(value);
/** To three digits: more would pretend to know. */
const rough = (value: number): string => value.toLocaleString('en-GB', { maximumSignificantDigits: 3 });

const head = ['write units', 'read units', 'requests', 'invocations', 'alone', 'USD per million', 'alone'] as const;
const row = (name: string, { full, alone }: Readonly<{ full: Figures; alone: Figures }>): readonly string[] => [
  name,
  ...[full.writeUnits, full.readUnits, full.requests, full.invocations, alone.invocations].map((value) => figure(value)),
  ...[full.usdPerMillion, alone.usdPerMillion].map(usd),
];

const boundWords = ({ quota, of, rate, limit }: CostReport['bounds'][number]): string =>
  `${quota} (${whole(limit)} a second or at a time, ${of}) at ${rough(rate)} a second`;

/** Quotas that are listed: the others bind later. */
const listedBounds = 8;

/** The report as tables. */
export const costTables = (report: CostReport): readonly PageTable[] => [
  {
    caption:
      'One command, with everything that follows from it: in full batches of ten, and with each message alone in an invocation',
    head: ['command', ...head],
    rows: [
      ...report.commands.map((each) => row(`${each.command} (${Math.round(each.share * 100)} %)`, each)),
      row('one of the mix', report.all),
    ],
  },
  {
    caption: 'One command of the mix, by the part of the deployment',
    head: ['part', ...head],
    rows: report.parts.toSorted((a, b) => b.full.usdPerMillion - a.full.usdPerMillion).map((each) => row(each.part, each)),
  },
  {
    caption: `USD for a million commands of the mix, by service, at list prices of ${report.listedOn} in ${report.region}`,
    head: ['service', 'in full batches', 'alone'],
    rows: report.services.map(({ service, full, alone }) => [service, usd(full), usd(alone)]),
  },
  {
    caption: 'A month at a rate, and the quota that binds before it',
    head: ['commands a second', 'USD in full batches', 'alone', 'binds first'],
    rows: report.rates.map(({ rate, usdAMonth, bound }) => [
      whole(rate),
      rough(usdAMonth.full),
      rough(usdAMonth.alone),
      bound ? boundWords(bound) : '',
    ]),
  },
  {
    caption: 'Quotas, the one that binds first at the beginning; the rates are commands of the mix a second, in full batches',
    head: ['quota', 'of', 'limit', 'binds at'],
    rows: report.bounds.slice(0, listedBounds).map(({ quota, of, limit, rate }) => [quota, of, whole(limit), rough(rate)]),
  },
];

/** What stands in no table. */
export const costWords = ({ stored, idle, notCounted, commands }: CostReport): readonly string[] => [
  `A million commands leave ${figure(stored.gigabytesPerMillion)} GB in tables and indexes, which cost ${usd(stored.usdAMonth)} USD a month from then on.`,
  `Idle: ${usd(idle.usdAMonth)} USD a month (${Object.entries(idle.by)
    .map(([service, price]) => `${service} ${usd(price)}`)
    .join(', ')})${idle.ofTemplate ? '' : ', without alarms and keys, which stand in a template: --template cdk.out'}.`,
  ...commands.flatMap(({ command, refused }) =>
    refused > 0 ? [`${refused} of the ${command}s of the sample were refused; they are in the figures.`] : [],
  ),
  'Functions are warm, and have met each stream before: one that has not reads a unit more for each view, and for a command up to as much as its history takes.',
  `Not in it: ${notCounted.join('; ')}. Free tiers and discounts are left out.`,
];

const aligned = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((cells) => cells[i]?.length ?? 0)));
  const isNumber = (text: string) => /^[\d.,]*$/.test(text);
  return rows.map((cells) =>
    cells
      .map((cell, i) => (i > 0 && isNumber(cell) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
};

/** Tables as text, and what is said beside them. */
export const linesOf = (tables: readonly PageTable[], words: readonly string[]): readonly string[] => [
  ...tables.flatMap(({ caption, head: first, rows }) => [caption, ...aligned([first, ...rows]).map((line) => `  ${line}`), '']),
  ...words,
];

/** The report as text. */
export const costLines = (report: CostReport): readonly string[] => linesOf(costTables(report), costWords(report));

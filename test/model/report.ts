import { type Bar, figure, type Table } from '../bench/report.ts';
import type { Limit } from './demand.ts';
import type { Figures } from './deployment.ts';

const whole = (value: number) => (Number.isFinite(value) ? Math.round(value).toLocaleString('en') : '-');
const seconds = (milliseconds: number) => `${figure(milliseconds / 1_000)} s`;

const mostNamed = 3;

/** What held up consumers for most of the time. */
const heldUp = ({ consumers }: Figures): string => {
  const all = consumers.flatMap(({ heldBy }) => Object.entries(heldBy)).sort(([, a], [, b]) => b - a);
  const more = all.length > mostNamed ? [`${all.length - mostNamed} more`] : [];
  return [...all.slice(0, mostNamed).map(([what]) => what), ...more].join('; ') || '-';
};

/** One row for each rate: what callers and readers see, and what holds up whom. */
export const ratesTable = (
  title: string,
  runs: readonly (readonly [rate: number, figures: Figures, price: number])[],
): Table => ({
  title,
  head: [
    'commands a second',
    'turned away',
    'command p99',
    'lag p50',
    'lag p99',
    'lag p99, gathered',
    'functions',
    'waiting',
    'USD per million',
    'held up by',
  ],
  rows: runs.map(([rate, each, price]) => [
    whole(rate),
    whole(each.turnedAway),
    `${whole(each.latency99)} ms`,
    seconds(each.lag50),
    seconds(each.lag99),
    each.gathered99 > 0 ? seconds(each.gathered99) : '-',
    whole(each.concurrency),
    whole(each.waiting),
    figure(price),
    heldUp(each),
  ]),
});

const kinds = { key: 'key', item: 'transactions on an item', quota: 'quota, raised on request' } as const;

/** The first things that bind, each with the rate of commands at which it does. */
export const limitsTable = (title: string, limits: readonly Limit[], most = 12): Table => ({
  title,
  head: ['what binds', 'kind', 'each command', 'gives a second', 'binds at commands a second'],
  rows: limits
    .slice(0, most)
    .map(({ what, kind, needs, gives, breaksAt }) => [
      what.replaceAll('|', '/'),
      kinds[kind],
      String(Number(needs.toPrecision(2))),
      whole(gives),
      whole(breaksAt),
    ]),
});

/** What the model promises of 10,000 commands a second. */
export const barsOf = (figures: Figures, keys: readonly Limit[], rate: number): readonly Bar[] => {
  const over = keys.filter(({ kind, breaksAt }) => kind !== 'quota' && breaksAt <= rate);
  const bar = (what: string, limit: string, measured: string, holds: boolean): Bar => ({ what, limit, measured, holds });
  return [
    bar(
      'keys and items over what AWS gives',
      'none',
      over.length === 0 ? 'none' : `${over.length}, the first: ${over[0]!.what}`,
      over.length === 0,
    ),
    bar(
      'lag from commit to row, p99 of the slowest consumer that gathers nothing',
      '<= 5 s',
      seconds(figures.lag99),
      figures.lag99 <= 5_000,
    ),
    bar(
      'lag beyond the seconds that a consumer declares to gather, p99 of the slowest',
      '<= 5 s',
      seconds(figures.beyond99),
      figures.beyond99 <= 5_000,
    ),
    bar('functions at once', '<= 3,000', whole(figures.concurrency), figures.concurrency <= 3_000),
    bar('commands turned away', 'none', whole(figures.turnedAway), figures.turnedAway === 0),
  ];
};

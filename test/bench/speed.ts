import { eventBytes } from '../support/store/costs.ts';
import { entriesOf } from '../support/store/ledger.ts';
import type { Contender } from './contenders.ts';
import { type Bar, figure, median, type Table } from './report.ts';

type Cell = Readonly<{ length: number; events: number; callers: number }>;
type Rates = ReadonlyMap<string, number>;

/** Commands per second of some callers at once, each with streams of its own: conflicts are measured elsewhere. */
export const rate = async (contender: Contender, streams: readonly string[], { callers, events }: Cell, commands: number) => {
  const shares = Array.from({ length: callers }, (_, caller) => streams.filter((_, i) => i % callers === caller));
  await contender.prepare(shares);
  const entries = entriesOf(events, eventBytes);
  const each = Math.ceil(commands / callers);
  const sends = shares.map((own) =>
    Array.from({ length: each }, (_, i) => contender.command(own[i % own.length] as string, entries)),
  );
  const begun = performance.now();
  await Promise.all(
    sends.map(async (own, caller) => {
      for (const send of own) await send(caller);
    }),
  );
  return (each * callers) / ((performance.now() - begun) / 1000);
};

/** All that was measured: for each cell, a round's rates by contender. */
export const speeds = () => {
  const cells = new Map<string, { cell: Cell; rounds: Rates[] }>();
  return {
    add: (cell: Cell, rates: Rates) => {
      const key = JSON.stringify(cell);
      const entry = cells.get(key) ?? { cell, rounds: [] };
      entry.rounds.push(rates);
      cells.set(key, entry);
    },
    all: () => [...cells.values()].map(({ cell, rounds }) => ({ cell, rounds })),
  };
};

type Speeds = ReturnType<ReturnType<typeof speeds>['all']>;

const of = (rounds: readonly Rates[], name: string) => median(rounds.map((rates) => rates.get(name) ?? Number.NaN));

/** The median of the rounds' ratios: two that were measured side by side share what disturbed them. */
const ratio = (rounds: readonly Rates[], name: string, to = 'Castore'): number =>
  median(rounds.map((rates) => (rates.get(name) ?? Number.NaN) / (rates.get(to) ?? Number.NaN)));

export const speedTable = (all: Speeds): Table => ({
  title: 'Commands per second',
  head: ['events in the stream', 'events a command', 'callers', 'warm', 'cold', 'Castore', 'warm / Castore', 'cold / Castore'],
  rows: all.map(({ cell: { length, events, callers }, rounds }) => [
    length.toLocaleString('en'),
    String(events),
    String(callers),
    ...['Foldstream, warm', 'Foldstream, cold', 'Castore'].map((name) => figure(of(rounds, name))),
    `${figure(ratio(rounds, 'Foldstream, warm'))} x`,
    `${figure(ratio(rounds, 'Foldstream, cold'))} x`,
  ]),
});

/** The lowest ratio to Castore of a contender, over the cells of a length or of all. */
const lowestOf = (all: Speeds, name: string, length?: number): number =>
  Math.min(...all.filter(({ cell }) => length === undefined || cell.length === length).map(({ rounds }) => ratio(rounds, name)));

const bar = (what: string, lowest: number, least: number): Bar => ({
  what: `Commands per second ${what}, over Castore's: the lowest of all cells`,
  limit: `>= ${least} x`,
  measured: `${figure(lowest)} x`,
  holds: lowest >= least,
});

/** The promises on speed: a warm command is the usual one, and a cold one is not to be slower than Castore's. */
export const speedBars = (all: Speeds): Bar[] => [
  ...[
    { length: 5, least: 1.5 },
    { length: 1_000, least: 6 },
  ].map(({ length, least }) =>
    bar(`at ${length.toLocaleString('en')} events, warm`, lowestOf(all, 'Foldstream, warm', length), least),
  ),
  bar('cold', lowestOf(all, 'Foldstream, cold'), 1),
];

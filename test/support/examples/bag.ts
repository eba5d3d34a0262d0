import * as z from 'zod';
import type { Commit, StoredEvent } from '../../../lib/core/commit.ts';
import {
  type AnyProjection,
  type RowPerCommit,
  type RowPerStream,
  type RowsPerCommit,
  type RowsPerStream,
  rowKey,
} from '../../../lib/core/projection.ts';
import { type EventOf, v1 } from '../../../lib/core/version.ts';
import type { Delivered } from '../../../lib/engine/delivery/delivered.ts';
import { toEntry } from '../../../lib/engine/delivery/publish.ts';
import { commitOf } from '../store/commits.ts';

const events = {
  Added: v1(z.object({ n: z.int() })),
  Emptied: v1(z.object({})),
  Spoiled: v1(z.object({})),
  Weighed: v1(z.object({})),
};
type BagEvent = EventOf<typeof events>;
type Sum = Readonly<{ sum: number; at: number }>;

const bag = { category: 'bag', events };
const spoil = () => {
  throw new TypeError('This one is spoiled.');
};

/** One row per bag, gone when it is emptied; a spoiled event raises; being weighed is nothing to it. */
export const sums: RowPerStream<Sum, BagEvent> = {
  kind: 'row-per-stream',
  name: 'sums',
  revision: 1,
  from: bag,
  may: ['operator'],
  on: {
    Added: (row, { data, version }) => ({ sum: (row?.sum ?? 0) + data.n, at: version }),
    Emptied: () => undefined,
    Spoiled: spoil,
  },
};

/** A row for each n that was added, with the sum then; emptying takes away the rows of 0 and 1. */
export const entries: RowsPerStream<number, Sum, BagEvent> = {
  kind: 'rows-per-stream',
  name: 'entries',
  revision: 1,
  from: bag,
  may: ['operator'],
  initial: 0,
  on: {
    Added: (sum, { data: { n }, version }) => ({ memory: sum + n, rows: { [rowKey(n)]: { sum: sum + n, at: version } } }),
    Emptied: () => ({ memory: 0, rows: { [rowKey(0)]: undefined, [rowKey(1)]: undefined } }),
    Spoiled: spoil,
  },
};

/** A row for each n that was added, under how many there were by then: whoever remembers another number has other rows. */
export const numbered: RowsPerStream<number, Sum, BagEvent> = {
  ...entries,
  name: 'numbered',
  on: {
    ...entries.on,
    Added: (count, { data: { n }, version }) => ({ memory: count + 1, rows: { [rowKey(count + 1)]: { sum: n, at: version } } }),
    Emptied: (count) => ({ memory: 0, rows: { [rowKey(count)]: undefined } }),
  },
};

/** A row for each commit, with the sum of what it added; one that only empties has none. */
export const lines: RowPerCommit<Sum, BagEvent> = {
  kind: 'row-per-commit',
  name: 'lines',
  revision: 1,
  from: bag,
  may: ['operator'],
  on: {
    Added: (row, { data: { n }, version }) => ({ sum: (row?.sum ?? 0) + n, at: version }),
    Emptied: (row) => row,
    Spoiled: spoil,
  },
};

/** The rows that a commit adds: one for each n, with the sum then; emptying adds none, and is remembered. */
export const ledger: RowsPerCommit<number, Sum, BagEvent> = {
  kind: 'rows-per-commit',
  name: 'ledger',
  revision: 1,
  from: bag,
  may: ['operator'],
  initial: 0,
  on: {
    Added: (sum, { data: { n }, version }) => ({ memory: sum + n, rows: [{ sum: sum + n, at: version }] }),
    Emptied: () => ({ memory: 0 }),
    Spoiled: spoil,
  },
};

export const projections: readonly AnyProjection[] = [sums as AnyProjection, entries as AnyProjection];

const stored = (event: number | keyof typeof events): StoredEvent =>
  typeof event === 'number' ? { type: 'Added', v: 1, data: { n: event } } : { type: event, v: 1, data: {} };

/** Commits of one bag, each of these events: a number is one that was added. */
export const bagOf = (name: string, commits: readonly (readonly (number | keyof typeof events)[])[]): readonly Commit[] => {
  let version = 0;
  return commits.map((given, i) => {
    version += given.length;
    return commitOf(`bag-${name}`, i + 1, { version, events: given.map(stored) });
  });
};

/** As the bus delivers it. */
export const delivered = (commit: Commit): Delivered => JSON.parse(toEntry(commit).detail);

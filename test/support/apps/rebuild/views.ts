import type { RowPerStream, RowsPerStream } from '../../../../lib/core/projection.ts';
import { type GaugeEvent, gaugeSource } from './gauge.ts';

type Latest = Readonly<{ owner: string; revision: number; last: number; readings: number; sum: number }>;

/** Each row says which revision made it, so that a reader can see that no answer mixes two. */
export const latest = (revision: number): RowPerStream<Latest, GaugeEvent> => ({
  kind: 'row-per-stream',
  name: 'gauge-latest',
  revision,
  from: gaugeSource,
  may: ['owner', 'operator'],
  owner: (row) => row.owner,
  on: {
    GaugeInstalled: (_, { data }) => ({ owner: data.owner, revision, last: 0, readings: 0, sum: 0 }),
    ReadingTaken: (row, { data: { value } }) =>
      row && { ...row, last: value, readings: row.readings + 1, sum: row.sum + (revision === 1 ? 0 : value) },
  },
});

type Entry = Readonly<{ value: number }>;

/** Its second revision cannot take one note. */
export const entries = (revision: number): RowsPerStream<number, Entry, GaugeEvent> => ({
  kind: 'rows-per-stream',
  name: 'gauge-log',
  revision,
  from: gaugeSource,
  may: ['operator'],
  initial: 0,
  on: {
    ReadingTaken: (count, { data: { value, note } }) => {
      if (revision > 1 && note === 'poison') throw new Error('nobody can read this note');
      return { memory: count + 1, rows: { [`reading-${String(count + 1).padStart(6, '0')}`]: { value } } };
    },
  },
});

/** Nothing that ever happens is for it: a deployment with this view alone delivers nothing. */
export const removed: RowPerStream<Readonly<{ removed: true }>, GaugeEvent> = {
  kind: 'row-per-stream',
  name: 'gauge-removed',
  revision: 1,
  from: gaugeSource,
  may: ['operator'],
  on: { GaugeRemoved: () => ({ removed: true }) },
};

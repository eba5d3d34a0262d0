import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { RowPerStream, RowsPerStream } from '../../lib/core/projection.ts';
import { type EventOf, v1 } from '../../lib/core/version.ts';
import { projecting } from '../../lib/testing/index.ts';

const events = { Added: v1(z.object({ n: z.int() })), Emptied: v1(z.object({})) };
type BagEvent = EventOf<typeof events>;
const bag = { category: 'bag', events };
const added = (n: number) => ({ type: 'Added', data: { n } }) as const;
const emptied = { type: 'Emptied', data: {} } as const;

type Sum = Readonly<{ sum: number }>;
const sums = (Added: RowPerStream<Sum, BagEvent>['on']['Added']): RowPerStream<Sum, BagEvent> => ({
  kind: 'row-per-stream',
  name: 'sums',
  revision: 1,
  from: bag,
  may: ['operator'],
  on: { Added, Emptied: () => undefined },
});
const given = projecting(sums((row, { data: { n } }) => ({ sum: (row?.sum ?? 0) + n })));

const items: RowsPerStream<number, Sum, BagEvent> = {
  kind: 'rows-per-stream',
  name: 'items',
  revision: 1,
  from: bag,
  may: ['operator'],
  initial: 0,
  on: {
    Added: (memory, { data: { n } }) => ({ memory: memory + n, rows: { [n]: { sum: memory + n } } }),
    Emptied: () => ({ memory: 0, rows: { 2: undefined } }),
  },
};

describe('projecting', () => {
  it('finds the row, its absence, and its deletion', () => {
    given(added(2), added(3)).rows({ sum: 5 });
    given().rows();
    given(added(2), emptied).rows();
    given(added(2), emptied, added(1)).rows({ sum: 1 });
  });

  it('finds many rows in the order of their keys, without those that were deleted', () =>
    projecting(items)(added(2), added(1), emptied, added(3)).rows({ sum: 3 }, { sum: 3 }));

  it('shows where rows differ, and what they were made of', () =>
    expect(() => given(added(2)).rows({ sum: 3 })).toThrow(
      /sums, given this history:\n.*\/0\/sum: 3 was expected, 2 came\n.*1: \[ \{ type: 'Added', v: 1, data: \{ n: 2 \} \} \]/s,
    ));

  it('fails where a row is missing or too much', () => {
    expect(() => given(added(2)).rows()).toThrow('sums, given this history');
    expect(() => given().rows({ sum: 2 })).toThrow('sums, given this history');
  });

  it('says where a projection parks', () =>
    expect(() =>
      projecting(
        sums(() => {
          throw new RangeError('no room');
        }),
      )(added(2)),
    ).toThrow(/sums parks at commit 1.*RangeError: no room/s));

  it('notices a projection that keeps something for itself', () => {
    let calls = 0;
    expect(() => projecting(sums(() => ({ sum: calls++ })))(added(2), added(3))).toThrow('when its commits arrive one by one');
  });
});

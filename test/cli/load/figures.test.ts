import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Ended, figures } from '../../../lib/cli/load/figures.ts';

const ended = (more: Partial<Ended>): Ended => ({
  ...{ command: 'account deposit', due: 0, late: 0, took: 1, status: '201', kind: 'done', retries: 0 },
  ...more,
});

/** The value that so many percent of all do not exceed. */
const exactly = (sorted: readonly number[], percent: number) =>
  sorted[Math.max(0, Math.round((percent / 100) * sorted.length) - 1)]!;

it('quantiles are those of a sorted list, to three digits, also where commands and seconds are merged', () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 60_000_000 }), fc.nat(9_999)), {
        minLength: 1,
        maxLength: 400,
      }),
      (all) => {
        const collecting = figures(10);
        for (const [command, microseconds, due] of all) collecting.ended(ended({ command, took: microseconds / 1_000, due }));
        const { latency, commands, intervals } = collecting.taken();
        const sorted = all.map(([, microseconds]) => microseconds / 1_000).sort((a, b) => a - b);
        expect(latency.count).toBe(all.length);
        for (const [name, percent] of [
          ['p50', 50],
          ['p90', 90],
          ['p99', 99],
          ['p999', 99.9],
        ] as const) {
          const right = exactly(sorted, percent);
          // A quantile between two values may be either of them.
          const near = sorted.some(
            (value, i) =>
              Math.abs(value - latency[name]) <= value / 500 + 0.001 &&
              Math.abs(i - sorted.indexOf(right)) <= sorted.filter((each) => each === right).length,
          );
          expect(near, `${name}: ${latency[name]} beside ${right}`).toBe(true);
        }
        expect(commands.reduce((sum, { latency: of }) => sum + of.count, 0)).toBe(all.length);
        expect(intervals.reduce((sum, { latency: of }) => sum + of.count, 0)).toBe(all.length);
        for (const { second, latency: of } of intervals)
          expect(of.count).toBe(all.filter(([, , due]) => Math.floor(due / 1_000) === second).length);
      },
    ),
    { numRuns: 50 },
  ));

it('statuses, refusals, errors and retries are counted, by command and together', () => {
  const collecting = figures(3_600);
  collecting.ended(ended({ command: 'a', status: '201' }));
  collecting.ended(ended({ command: 'a', status: '422 insufficient-funds', kind: 'refused' }));
  collecting.ended(ended({ command: 'b', status: '503', kind: 'error', retries: 4, due: 3_599_000 }));
  collecting.ended(ended({ command: 'b', status: 'open at the end', kind: 'open', late: 80 }));
  collecting.visible('account-balance', 30);
  collecting.visible('account-balance', undefined);
  const taken = collecting.taken();
  expect(taken).toMatchObject({
    ...{ refused: 1, errors: 1, retries: 4, late: { count: 1, most: 80 } },
    statuses: { '201': 1, '422 insufficient-funds': 1, '503': 1, 'open at the end': 1 },
    visible: [{ view: 'account-balance', failed: 1, latency: { count: 1 } }],
  });
  // An hour has no more than 120 intervals.
  expect(taken.intervals.map(({ second }) => second)).toEqual([0, 3_570]);
});

it('what takes longer than an hour, and what takes no time, is counted', () => {
  const collecting = figures(1);
  collecting.ended(ended({ took: 0 }));
  collecting.ended(ended({ took: 1e9 }));
  expect(collecting.taken().latency.count).toBe(2);
});

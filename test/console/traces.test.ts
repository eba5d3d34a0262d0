import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisOf } from '../../console/screens/traces/axis.ts';
import { graphOf, sizes } from '../../console/screens/traces/graph.ts';
import { apart, inOrder, kindOf, rowsOf } from '../../console/screens/traces/rows.ts';
import type { TracedStep } from '../../lib/engine/history/trace.ts';

const step = (stream: string, commit: number, afterMilliseconds: number, followed: readonly TracedStep[] = []): TracedStep => ({
  stream,
  commit,
  version: commit,
  at: new Date(afterMilliseconds).toISOString(),
  afterMilliseconds,
  came: 'command',
  command: 'c',
  actor: 'ada',
  events: [],
  says: '',
  followed,
});

/** Trees of commits whose clocks may disagree. */
const trees = fc
  .array(
    fc.record({ parent: fc.nat(), stream: fc.constantFrom('a-1', 'b-2', 'c-3'), after: fc.integer({ min: -50, max: 5_000 }) }),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  .map((made) => {
    const children = made.map((): number[] => []);
    const roots: number[] = [];
    for (const [i, { parent }] of made.entries()) (i === 0 || parent % 4 === 0 ? roots : children[parent % i]!).push(i);
    const build = (i: number): TracedStep => step(made[i]!.stream, i + 1, made[i]!.after, children[i]!.map(build));
    return { steps: roots.map(build), size: made.length };
  });

describe('the rows of a trace', () => {
  it('are all commits, each once and below its cause', () => {
    fc.assert(
      fc.property(trees, ({ steps, size }) => {
        const rows = rowsOf(steps);
        expect(new Set(rows.map(({ key }) => key)).size).toBe(size);
        for (const order of [rows, inOrder(rows)])
          for (const [i, { parent }] of order.entries()) if (parent) expect(order.indexOf(parent)).toBeLessThan(i);
      }),
    );
  });

  it('are in the order of time where the clocks agree', () => {
    const rows = inOrder(rowsOf([step('a-1', 1, 0, [step('b-1', 1, 30), step('c-1', 1, 20, [step('a-1', 2, 25)])])]));
    expect(rows.map(({ step: { stream, commit } }) => `${stream} ${commit}`)).toEqual(['a-1 1', 'c-1 1', 'a-1 2', 'b-1 1']);
  });

  it('of a history that is as deep as it is long are made without recursion', () => {
    let deep = step('a-1', 20_000, 1);
    for (let commit = 19_999; commit > 0; commit--) deep = step('a-1', commit, 1, [deep]);
    expect(rowsOf([deep])).toHaveLength(20_000);
  });

  it('have a kind, and times as people say them', () => {
    const one = step('chargeCardEffect-p1', 1, 0);
    expect(kindOf(one)).toBe('effect');
    expect(kindOf({ ...one, refused: 'no' })).toBe('refusal');
    expect(kindOf({ ...one, stream: 'a-1', came: 'outcome' })).toBe('reaction');
    expect([4, 1_234, 65_000, 7_200_000, 864_000_000].map(apart)).toEqual(['4 ms', '1.23 s', '1.1 min', '2.0 h', '10.0 d']);
  });
});

describe('the graph of a trace', () => {
  const wait = { instance: 'b-2', for: 'deadline', name: 'x', until: '2026-12-01T00:00:00Z' } as const;

  it('has each commit in a row of its own, and its arrows cross no card', () => {
    fc.assert(
      fc.property(trees, ({ steps, size }) => {
        const { cards, edges, width, height } = graphOf(rowsOf(steps), [wait]);
        expect(cards).toHaveLength(size + 1);
        expect(new Set(cards.map(({ y }) => y)).size).toBe(cards.length);
        for (const { x, y } of cards) {
          expect(x + sizes.lane).toBeLessThan(width);
          expect(y + sizes.card).toBeLessThanOrEqual(height);
        }
        for (const { path } of edges) {
          // The places where it turns: across at the height of its start, down in a gutter, across at the height of its end.
          const [, start, y1, down, y2, end] = /^M(\S+) (\S+)H\S+?Q(\S+) \S+ \S+ \S+V\S+Q\S+ (\S+) \S+ \S+H(\S+)$/
            .exec(path)!
            .map(Number) as [number, number, number, number, number, number];
          const between = (a: number, b: number) => (low: number, high: number) => Math.max(a, b) > low && Math.min(a, b) < high;
          for (const { x, y } of cards) {
            const [left, right, top, bottom] = [x, x + sizes.lane, y, y + sizes.card];
            expect(y1 > top && y1 < bottom && between(start, down)(left, right)).toBe(false);
            expect(down > left && down < right && between(y1, y2)(top, bottom)).toBe(false);
            expect(y2 > top && y2 < bottom && between(down, end)(left, right)).toBe(false);
          }
        }
      }),
    );
  });

  it('has a lane for each stream, or for each category where there are many', () => {
    const of = (count: number) =>
      graphOf(rowsOf(Array.from({ length: count }, (_, i) => step(`account-${i}`, 1, i))), []).lanes.map(({ name }) => name);
    expect(of(8)).toHaveLength(8);
    expect(of(9)).toEqual(['account']);
  });

  it('of 500 commits is made in no time', () => {
    const rows = rowsOf(Array.from({ length: 500 }, (_, i) => step(`a-${i}`, 1, i)));
    expect(graphOf(rows, []).cards).toHaveLength(500);
  });
});

describe('the axis of a waterfall', () => {
  it('goes up with time, from one end to the other', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000_000), { minLength: 1 }), (times) => {
        const { at, ticks } = axisOf(times);
        const places = [0, ...times].toSorted((a, b) => a - b).map(at);
        expect(places.toSorted((a, b) => a - b)).toEqual(places);
        expect(places[0]).toBe(0);
        if (Math.max(...times) > 0) expect(places.at(-1)).toBeCloseTo(1);
        expect(ticks.length).toBeLessThan(20);
      }),
    );
  });

  it('folds an hour of nothing between two seconds of work', () => {
    const { at, gaps, ticks } = axisOf([0, 400, 1_000, 3_601_000, 3_602_500]);
    expect(gaps).toEqual([{ from: 1_000, to: 3_601_000 }]);
    expect(at(1_000)).toBeCloseTo(0.4 * 0.94);
    expect(ticks).toEqual([
      { time: 0 },
      { time: 500 },
      { time: 1_000 },
      { time: 3_601_500, after: 500 },
      { time: 3_602_000, after: 1_000 },
      { time: 3_602_500, after: 1_500 },
    ]);
    expect(at(3_601_000) - at(1_000)).toBeCloseTo(0.06);
  });

  it('is to scale where nothing is long', () => {
    const { at, gaps, ticks } = axisOf([0, 250, 500, 1_000]);
    expect([gaps, at(250), at(500)]).toEqual([[], 0.25, 0.5]);
    expect(ticks.map(({ time }) => time)).toEqual([0, 200, 400, 600, 800, 1_000]);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Message, Recorded } from '../../../lib/core/message.ts';
import type { Reaction } from '../../../lib/core/process/process.ts';
import { v1 } from '../../../lib/core/version.ts';
import { suspicions, type WatchMemory } from '../../../lib/core/watch/formats.ts';
import type { Pattern } from '../../../lib/core/watch/patterns.ts';
import { type Watch, watch } from '../../../lib/core/watch/watch.ts';
import { itemSize } from '../../../lib/engine/store/size.ts';

type Taken = Message<'Taken', { amount: number }>;
type Given = Message<'Given', { amount: number }>;
type Event = Taken | Given;
type Raised = Readonly<{ from: string; to: string; count: number; sum: number; first: number; by: number; events: string[] }> &
  Readonly<{ at: string; value: number; mean: number; deviation: number }>;

const amount = v1(z.object({ amount: z.int() }));
const till = { category: 'till', events: { Taken: amount, Given: amount } };
const start = Date.parse('2026-11-21T12:00:00.000Z');
const at = (seconds: number) => new Date(start + seconds * 1_000).toISOString();
const seconds = (instant: string) => (Date.parse(instant) - start) / 1_000;

const event = (type: Event['type'], stream: string, version: number, second: number, value = 1): Recorded<Event> => ({
  ...{ type, data: { amount: value }, id: `till-${stream}/${version}`, stream: `till-${stream}`, entityId: stream },
  ...{ version, commit: version, at: at(second), actor: 'ada', correlation: 'c', causation: 'x' },
});

const values = { Taken: ({ data }: Recorded<Taken>) => data.amount };
const givings = { Given: ({ data }: Recorded<Given>) => data.amount };
const lateness = 40;
const watching = (pattern: Pattern<Event>, over: Partial<Watch<Event>> = {}) =>
  watch<Event>({
    ...{ category: 'tillWatch', from: [till], since: at(0), key: () => 'all', lateness: { seconds: lateness } },
    patterns: { ThingSuspected: pattern },
    raises: { ThingSuspected: suspicions[pattern.kind] },
    ...over,
  });

type Step = (memory: WatchMemory, what: unknown) => Reaction<WatchMemory> | undefined;

/** The events that are raised when events arrive in an order, with the memory stored and read at each step; in the end every deadline fires. */
const raisedBy = (process: ReturnType<typeof watching>, arrivals: readonly Recorded<Event>[]) => {
  const { on, onDeadline: due = {}, memory: format, raises = {} } = process;
  let memory = process.initial;
  const deadlines = new Map<string, string>();
  const raised: Raised[] = [];
  const follow = (reaction: Reaction<WatchMemory> | undefined, now: string) => {
    if (!reaction) return;
    memory = format.parse(JSON.parse(JSON.stringify(reaction.memory)), 1);
    for (const [name, at] of Object.entries(reaction.setDeadlines ?? {})) {
      // The engine takes no deadline that is over when it is set.
      expect(at > now).toBe(true);
      deadlines.set(name, at);
    }
    for (const name of reaction.cancelDeadlines ?? []) expect(deadlines.delete(name)).toBe(true);
    for (const { type, data } of reaction.raise ?? []) raised.push(raises[type]!.schemas[0]!.parse(data) as Raised);
  };
  for (const arrival of arrivals) follow((on[arrival.type] as Step | undefined)?.(memory, arrival), arrival.at);
  for (let [next] = deadlines; next !== undefined; [next] = deadlines) {
    const [name, dueAt] = next;
    deadlines.delete(name);
    follow(due[name]!(memory, { name, dueAt, at: dueAt }), dueAt);
  }
  return { raised, memory };
};

const place = ({ at, stream, version }: Recorded) => `${at} ${stream} ${String(version).padStart(9, '0')}`;
const sorted = (events: readonly Recorded<Event>[]) => events.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
const amounts = (events: readonly Recorded<Event>[]) => events.map(({ data }) => data.amount);
const within = (events: readonly Recorded<Event>[], end: string, span: number) =>
  events.filter((each) => each.at <= end && seconds(each.at) >= seconds(end) - span);

/** Events of three streams in the order of time, and with them an order of arrival in which none is late by more than the lateness. */
const histories = fc
  .array(
    fc.record({
      // None: one commit's events, or those of two streams at the same instant.
      gap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 25 })),
      stream: fc.constantFrom('a', 'b', 'c'),
      type: fc.constantFrom('Taken' as const, 'Given' as const),
      value: fc.integer({ min: 0, max: 60 }),
      delay: fc.integer({ min: 0, max: lateness }),
    }),
    { maxLength: 24 },
  )
  .map((steps) => {
    let now = 0;
    const next: Record<string, { version: number; arrives: number }> = {};
    const made = steps.map(({ gap, stream, type, value, delay }) => {
      now += gap;
      const { version, arrives } = next[stream] ?? { version: 0, arrives: 0 };
      // Those of one stream come in their order.
      next[stream] = { version: version + 1, arrives: Math.max(arrives, now + delay) };
      return { event: event(type, stream, version + 1, now, value), arrives: next[stream].arrives };
    });
    const inTime = sorted(made.map(({ event }) => event));
    return { inTime, arrived: made.toSorted((a, b) => a.arrives - b.arrives).map(({ event }) => event) };
  });

const permutations = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  items.length < 2 ? [items] : items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((others) => [item, ...others]));

describe('so many within a span', () => {
  const span = 60;
  const rapid = watching({ kind: 'count-within', of: values, reaches: 5, within: { minutes: 1 } });
  const ofOne = (...times: number[]) => times.map((second, i) => event('Taken', 'a', i + 1, second, 10 + i));

  it('raises the fifth within a minute with its figures, and not the fifth in five', () => {
    expect(raisedBy(rapid, ofOne(0, 75, 150, 225, 300)).raised).toEqual([]);
    expect(raisedBy(rapid, ofOne(0, 15, 30, 45, 60)).raised).toEqual([
      { from: at(0), to: at(60), count: 5, sum: 60, events: [1, 2, 3, 4, 5].map((n) => `till-a/${n}`) },
    ]);
    expect(raisedBy(rapid, ofOne(0, 15, 30, 45, 60.001)).raised).toEqual([]);
  });

  it('raises again when a window ends more than a span after the last, and not before', () => {
    const every = (gap: number, count: number) => ofOne(...Array.from({ length: count }, (_, i) => i * gap));
    expect(raisedBy(rapid, every(1, 60)).raised).toHaveLength(1);
    expect(raisedBy(rapid, every(5, 40)).raised.map(({ to }) => seconds(to))).toEqual([20, 85, 150]);
  });

  it('raises the same figures in every order of five events of five streams', () => {
    const five = ['a', 'b', 'c', 'd', 'e'].map((stream, i) => event('Taken', stream, 1, i * 10, i));
    const all = permutations([...five, event('Taken', 'f', 1, 200)]).filter((order) => order.at(-1)?.entityId === 'f');
    const { raised } = raisedBy(rapid, five);
    expect(raised).toHaveLength(1);
    for (const order of all) expect(raisedBy(rapid, order).raised).toEqual(raised);
  });

  const patterns: readonly (readonly [string, Pattern<Event>, (window: readonly Recorded<Event>[]) => boolean])[] = [
    ['counts', { kind: 'count-within', of: values, reaches: 3, within: { seconds: span } }, (window) => window.length >= 3],
    [
      'sums',
      { kind: 'sum-within', of: values, exceeds: 90, within: { seconds: span } },
      (window) => amounts(window).reduce((sum, value) => sum + value, 0) > 90,
    ],
  ];

  it.each(patterns)('%s as one does who looks at everything from the beginning each time', (_, pattern, isFull) =>
    fc.assert(
      fc.property(histories, ({ inTime }) => {
        const ends: string[] = [];
        const expected = inTime.flatMap((last, i) => {
          const known = inTime.slice(0, i + 1).filter(({ type }) => type === 'Taken');
          const window = within(known, last.at, span);
          const isNew = ends.every((end) => seconds(last.at) - seconds(end) > span);
          if (last.type !== 'Taken' || !isFull(window) || !isNew) return [];
          ends.push(last.at);
          return [{ to: last.at, count: window.length, events: window.map(({ id }) => id) }];
        });
        const { raised } = raisedBy(watching(pattern), inTime);
        expect(raised.map(({ to, count, events }) => ({ to, count, events }))).toEqual(expected);
      }),
    ),
  );

  it.each(patterns)('%s in any order of arrival: what is raised is so, none twice, and none is missed', (_, pattern, isFull) =>
    fc.assert(
      fc.property(histories, ({ inTime, arrived }) => {
        const taken = inTime.filter(({ type }) => type === 'Taken');
        const { raised } = raisedBy(watching(pattern), arrived);
        for (const { from, to, count, sum, events } of raised) {
          const window = taken.filter(({ id }) => events.includes(id));
          expect(isFull(window) && seconds(to) - seconds(from) <= span).toBe(true);
          expect([window[0]?.at, window.at(-1)?.at, window.map(({ id }) => id)]).toEqual([from, to, events]);
          expect([window.length, amounts(window).reduce((a, b) => a + b, 0)]).toEqual([count, sum]);
        }
        const ends = raised.map(({ to }) => seconds(to)).sort((a, b) => a - b);
        for (const [i, end] of ends.entries()) expect(end - (ends[i - 1] ?? -span - 1)).toBeGreaterThan(span);
        for (const { at } of taken)
          if (isFull(within(taken, at, span))) expect(ends.some((end) => Math.abs(end - seconds(at)) <= span)).toBe(true);
      }),
    ),
  );

  it('puts what comes late where it belongs, and does not look at what is older than the lateness', () => {
    const late = (second: number) => [...ofOne(0, 30, 40, 50, 100), event('Taken', 'b', 1, second)];
    expect(raisedBy(rapid, late(60)).raised).toMatchObject([{ from: at(0), to: at(60), count: 5 }]);
    expect(raisedBy(rapid, late(59)).raised).toEqual([]);
  });

  it('raises no window twice where it keeps no more than it has to', () => {
    const few = watching({ kind: 'count-within', of: values, reaches: 2, within: { minutes: 1 }, most: 2 });
    expect(raisedBy(few, ofOne(...Array.from({ length: 60 }, (_, i) => i))).raised).toHaveLength(1);
  });

  it('is not stopped by anybody who moves the largest amounts', () => {
    const large = watching({ kind: 'sum-within', of: values, exceeds: 5, within: { minutes: 1 } });
    const most = Number.MAX_SAFE_INTEGER;
    expect(raisedBy(large, [event('Taken', 'a', 1, 0, most), event('Taken', 'a', 2, 100, most)]).raised).toHaveLength(2);
    expect(raisedBy(large, [event('Taken', 'a', 1, 0, 3), event('Taken', 'a', 2, 1, most)]).raised).toMatchObject([
      { sum: 9_007_199_254_740_994 },
    ]);
  });
});

describe('one event followed by another', () => {
  const within = { seconds: 50 };
  const matching = (first: number, by: number) => by >= first;
  const isAnswer = (first: Recorded<Event>, by: Recorded<Event>) =>
    (first.stream === by.stream ? by.version > first.version : by.at >= first.at) &&
    seconds(by.at) - seconds(first.at) <= 50 &&
    matching(first.data.amount, by.data.amount);
  const pairs = ({ inTime }: { inTime: readonly Recorded<Event>[] }) => {
    const givers = inTime.filter(({ type }) => type === 'Given');
    const takers = inTime.filter(({ type }) => type === 'Taken');
    return givers.map((first) => ({ first, answers: takers.filter((by) => isAnswer(first, by)).map(({ id }) => id) }));
  };

  it('is raised once for each first event, in any order of arrival', () =>
    fc.assert(
      fc.property(histories, (history) => {
        const process = watching({ kind: 'followed-by', first: givings, by: values, within, when: matching });
        const expected = pairs(history).filter(({ answers }) => answers.length > 0);
        const firsts = expected.map(({ first }) => first.id).sort();
        const [arrived, inTime] = [raisedBy(process, history.arrived).raised, raisedBy(process, history.inTime).raised];
        expect(arrived.map(({ events }) => events[0]).sort()).toEqual(firsts);
        for (const { events, from, to, first, by } of arrived) {
          const found = expected.find((each) => each.first.id === events[0])!;
          const answer = history.inTime.find(({ id }) => id === events[1])!;
          expect(found.answers).toContain(answer.id);
          expect([from, first, to, by]).toEqual([found.first.at, found.first.data.amount, answer.at, answer.data.amount]);
        }
        // In the order of time it is the first that follows.
        expect(inTime.map(({ events }) => events).sort()).toEqual(
          expected.map(({ first, answers }) => [first.id, answers[0]]).sort(),
        );
      }),
    ));

  it('not followed: is raised for just those that nothing followed, in any order of arrival', () =>
    fc.assert(
      fc.property(histories, (history) => {
        const process = watching({ kind: 'not-followed-by', first: givings, by: values, within, when: matching });
        const expected = pairs(history)
          .filter(({ answers }) => answers.length === 0)
          .map(({ first: { id, at: from, data } }) => ({
            ...{ from, to: at(seconds(from) + 50), first: data.amount, events: [id] },
          }));
        const order = (all: readonly { events: readonly string[] }[]) =>
          all.toSorted((a, b) => (a.events[0]! < b.events[0]! ? -1 : 1));
        expect(order(raisedBy(process, history.arrived).raised)).toEqual(order(expected));
        expect(raisedBy(process, history.arrived).memory.patterns.ThingSuspected?.events ?? []).toEqual([]);
      }),
    ));

  it('not followed: sets its deadline for what has waited longest, after the span and the lateness', () => {
    const process = watching({ kind: 'not-followed-by', first: givings, by: values, within });
    const first = (process.on.Given as Step)(process.initial, event('Given', 'a', 1, 10));
    expect(first).toMatchObject({ setDeadlines: { ThingSuspected: at(10 + 50 + lateness + 0.001) }, cancelDeadlines: [] });
    const earlier = (process.on.Given as Step)(first!.memory!, event('Given', 'b', 1, 5));
    expect(earlier?.setDeadlines).toEqual({ ThingSuspected: at(5 + 50 + lateness + 0.001) });
    const answered = (process.on.Taken as Step)(earlier!.memory!, event('Taken', 'c', 1, 20));
    expect(answered).toMatchObject({ setDeadlines: {}, cancelDeadlines: ['ThingSuspected'], raise: [] });
    // Later events show that the time has passed, too.
    const later = (process.on.Given as Step)(first!.memory!, event('Given', 'a', 2, 101));
    expect(later).toMatchObject({
      setDeadlines: { ThingSuspected: at(101 + 50 + lateness + 0.001) },
      raise: [{ data: { events: ['till-a/1'] } }],
    });
    expect((process.on.Given as Step)(first!.memory!, event('Given', 'a', 2, 100))?.raise).toEqual([]);
  });
});

describe('a value far from what is usual', () => {
  const pattern = { kind: 'far-from-usual', of: values, deviations: 2, after: 3, atLeast: 5 } as const;
  const usual = (all: readonly number[]) => {
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    return { mean, deviation: Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (all.length - 1)) };
  };
  const judged = (events: readonly Recorded<Event>[]) => {
    const taken = events.filter(({ type }) => type === 'Taken');
    return taken.flatMap(({ id, at, data: { amount: value } }, i) => {
      const { mean, deviation } = usual(amounts(taken.slice(0, i)));
      const off = Math.abs(value - mean);
      // Two ways to reckon may differ about what lies just on the line.
      fc.pre(i < 3 || Math.abs(off - 2 * deviation) > 1e-6);
      return i >= 3 && off > 2 * deviation && off >= 5 ? [{ at, value, count: i, mean, deviation, events: [id] }] : [];
    });
  };
  const near = (all: readonly object[]) =>
    all.map((each) =>
      Object.fromEntries(
        Object.entries(each).map(([name, value]) => [name, typeof value === 'number' ? expect.closeTo(value, 9) : value]),
      ),
    );

  it('is raised with the same figures as a computation from the beginning', () =>
    fc.assert(
      fc.property(histories, ({ inTime }) => {
        const expected = judged(inTime);
        expect(raisedBy(watching(pattern), inTime).raised).toEqual(near(expected));
      }),
    ));

  it('misses none that the order of time raises, in any order of arrival, and raises none twice', () =>
    fc.assert(
      fc.property(histories, ({ inTime, arrived }) => {
        const expected = judged(inTime).map(({ events: [id] }) => id);
        const { raised, memory } = raisedBy(watching(pattern), arrived);
        const ids = raised.map(({ events: [id] }) => id);
        expect(ids).toEqual(expect.arrayContaining(expected));
        expect(new Set(ids).size).toBe(ids.length);
        // In the end the memory is the same, to the last digit, except for what is not settled yet.
        const settle = (state: WatchMemory) => {
          const { events = [], settled } = state.patterns.ThingSuspected ?? {};
          const all = events.map(([, , value]) => value);
          const sum = all.reduce((a, b) => a + b, Number(settled?.sum ?? 0));
          return [sum, all.reduce((a, b) => a + b * b, Number(settled?.squares ?? 0)), all.length + (settled?.count ?? 0)];
        };
        expect(settle(memory)).toEqual(settle(raisedBy(watching(pattern), inTime).memory));
      }),
    ));

  it('judges those after it once more when one comes late', () => {
    const steady = [20, 22, 18].map((value, i) => event('Taken', 'a', i + 1, i, value));
    const [late, odd] = [event('Taken', 'b', 1, 3, 21), event('Taken', 'c', 1, 4, 90)];
    const patient = watching({ ...pattern, after: 4 });
    expect(raisedBy(patient, [...steady, odd]).raised).toEqual([]);
    expect(raisedBy(patient, [...steady, odd, late]).raised).toEqual(raisedBy(patient, [...steady, late, odd]).raised);
    expect(raisedBy(patient, [...steady, odd, late]).raised).toMatchObject([{ value: 90, count: 4, events: ['till-c/1'] }]);
  });

  it('keeps no value by itself where none may come late, and goes on from those that were kept before', () => {
    const strict = watching(pattern, { lateness: {} });
    const four = [20, 22, 18, 90].map((value, i) => event('Taken', 'a', i + 1, i, value));
    const { raised, memory } = raisedBy(strict, four);
    expect(raised).toEqual(raisedBy(watching(pattern), four).raised);
    const settled = { count: 4, sum: '150', squares: '9308' };
    expect(memory.patterns.ThingSuspected).toEqual({ events: [], settled });
    const before: WatchMemory = {
      newest: at(2),
      patterns: {
        ThingSuspected: { events: [['till-a/3', at(2), 18]], flagged: [], settled: { count: 2, sum: '42', squares: '884' } },
      },
    };
    const next = (strict.on.Taken as Step)(before, four[3]!);
    expect(next).toMatchObject({
      memory: { patterns: { ThingSuspected: { events: [], settled } } },
      raise: [{ data: raised[0] }],
    });
  });

  it('is exact where floating point is not', () => {
    const huge = 4_503_599_627_370_000;
    const all = [huge, huge + 1, huge + 2, huge + 1, huge + 500].map((value, i) => event('Taken', 'a', i + 1, i, value));
    expect(raisedBy(watching(pattern), all).raised).toMatchObject([
      { value: huge + 500, mean: huge + 1, deviation: Math.sqrt(2 / 3) },
    ]);
  });
});

describe('a watch', () => {
  const kinds: readonly Pattern<Event>[] = [
    { kind: 'count-within', of: values, reaches: 3, within: { seconds: 30 }, most: 6 },
    { kind: 'sum-within', of: values, exceeds: 10, within: { seconds: 30 }, most: 6 },
    { kind: 'followed-by', first: givings, by: values, within: { seconds: 30 }, most: 6 },
    { kind: 'not-followed-by', first: givings, by: values, within: { days: 30 }, most: 6 },
    { kind: 'far-from-usual', of: values, deviations: 3, after: 2, most: 6 },
  ];

  it('keeps no more than it may, and forgets what can matter no more', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 9 })), { minLength: 40, maxLength: 60 });
    for (const pattern of kinds)
      fc.assert(
        fc.property(steps, fc.constantFrom(6, 60), (steps, most) => {
          let now = 0;
          const events = steps.map(([isTaken, gap], i) => {
            now += gap;
            return event(isTaken ? 'Taken' : 'Given', 'a', i + 1, now);
          });
          const { memory } = raisedBy(watching({ ...pattern, most }), events);
          const { events: kept = [], answers = [], flagged = [] } = memory.patterns.ThingSuspected ?? {};
          expect(Math.max(kept.length, answers.length)).toBeLessThanOrEqual(most);
          expect(flagged.length).toBeLessThanOrEqual(most + 2);
          const reach = pattern.kind === 'far-from-usual' ? lateness : 30 + lateness;
          if (pattern.kind !== 'not-followed-by')
            for (const [, at] of [...kept, ...answers]) expect(seconds(memory.newest) - seconds(at)).toBeLessThanOrEqual(reach);
        }),
        { numRuns: 10 },
      );
  });

  /** Any pattern beside one that counts all events, and raises nothing. */
  const beside = (pattern: Pattern<Event>) =>
    watching(pattern, {
      patterns: {
        ThingSuspected: pattern,
        OtherSuspected: { kind: 'count-within', of: { ...values, Given: () => 1 }, reaches: 100, within: { seconds: 1 } },
      },
      raises: { ThingSuspected: suspicions[pattern.kind], OtherSuspected: suspicions['count-within'] },
    });

  it('raises the same beside other patterns, whose events thin its memory, and stores nothing that is empty', () => {
    const order = (all: readonly Raised[]) =>
      all.toSorted((a, b) => (JSON.stringify(a.events) < JSON.stringify(b.events) ? -1 : 1));
    fc.assert(
      fc.property(histories, fc.constantFrom(...kinds), ({ arrived }, { most: _, ...pattern }) => {
        const [alone, both] = [raisedBy(watching(pattern), arrived), raisedBy(beside(pattern), arrived)];
        expect(order(both.raised)).toEqual(order(alone.raised));
        for (const { events, answers, flagged, settled } of Object.values(both.memory.patterns)) {
          expect([answers?.length, flagged?.length, settled?.count]).not.toContain(0);
          expect(events.length > 0 || answers || flagged || settled).toBeTruthy();
        }
      }),
    );
  });

  it('forgets what can matter no more, also where only other patterns count what comes', () => {
    for (const pattern of kinds.slice(0, 3)) {
      const first = [event('Given', 'a', 1, 0), event('Taken', 'a', 2, 1), event('Taken', 'a', 3, 2), event('Given', 'a', 4, 3)];
      const silent = { ...pattern, ...('of' in pattern ? { of: { Taken: values.Taken } } : { by: {} }) } as Pattern<Event>;
      const { memory } = raisedBy(beside(silent), [...first, event('Taken', 'a', 5, 4), event('Given', 'a', 6, 1_000)]);
      const kept = 'of' in pattern ? undefined : { events: [['till-a/6', at(1_000), 1]] };
      expect(memory.patterns.ThingSuspected).toEqual(kept);
    }
  });

  it('reads what was stored before, with its empty lists and its events of long ago', () => {
    const rapid = watching({ kind: 'count-within', of: values, reaches: 2, within: { seconds: 30 } }, { lateness: {} });
    const before = { events: [['till-a/1', at(0), 1] as [string, string, number]], answers: [], flagged: [] };
    const memory: WatchMemory = { newest: at(0), patterns: { ThingSuspected: before } };
    const react = rapid.on.Taken as Step;
    expect(react(memory, event('Taken', 'a', 2, 30))).toMatchObject({ raise: [{ data: { count: 2 } }] });
    expect(react(memory, event('Taken', 'a', 2, 31))).toMatchObject({
      memory: { newest: at(31), patterns: { ThingSuspected: { events: [['till-a/2', at(31), 1]] } } },
      raise: [],
    });
  });

  it('adds no more to a commit than was declared, for all ids and figures', () => {
    const [most, stream] = [100, `${'x'.repeat(124)}`];
    const both = { Taken: () => Number.MAX_SAFE_INTEGER - 1, Given: () => Number.MAX_SAFE_INTEGER - 1 };
    const some: readonly Pattern<Event>[] = [
      { kind: 'count-within', of: both, reaches: most, within: { days: 1 }, most },
      { kind: 'followed-by', first: { Given: both.Given }, by: { Taken: both.Taken }, within: { days: 1 }, most },
      { kind: 'far-from-usual', of: both, deviations: 1, after: 2, most },
    ];
    for (const pattern of some) {
      const process = watching(pattern);
      let [memory, largest] = [process.initial, 0];
      const version = 999_999_999_000_000;
      for (let i = 0; i < 2 * most; i++) {
        const one = event(i % 101 === 100 ? 'Taken' : 'Given', `${stream}${String(i).padStart(3, '0')}`, version, i / 1_000);
        const long = { ...one, id: `${'c'.repeat(35)}${one.id}` };
        const { memory: next, raise = [] } = (process.on[one.type] as Step)(memory, long)!;
        memory = next!;
        largest = Math.max(largest, itemSize({ memory, raise }));
      }
      // A third of the three that fit together.
      expect(largest).toBeLessThan(100_000);
      expect(largest).toBeGreaterThan(20_000);
    }
  });

  it('gives the same result however often it runs', () =>
    fc.assert(
      fc.property(histories, fc.constantFrom(...kinds), ({ arrived }, pattern) => {
        expect(raisedBy(watching(pattern), arrived)).toEqual(raisedBy(watching(pattern), structuredClone(arrived)));
      }),
    ));

  it('leaves alone what none of its patterns counts', () => {
    const big = watching({
      kind: 'count-within',
      of: { Taken: ({ data }) => (data.amount > 9 ? 1 : undefined) },
      reaches: 2,
      within: { days: 1 },
    });
    expect((big.on.Taken as Step)(big.initial, event('Taken', 'a', 1, 0, 9))).toBeUndefined();
    expect(Object.keys(big.on)).toEqual(['Taken']);
  });

  it('raises and remembers the same where what counts for no pattern does not reach it', () => {
    const large = { Taken: ({ data }: Recorded<Taken>) => (data.amount > 20 ? data.amount : undefined) };
    const few = { Given: ({ data }: Recorded<Given>) => (data.amount > 30 ? data.amount : undefined) };
    const patterns: readonly Pattern<Event>[] = [
      { kind: 'count-within', of: { ...large, ...few }, reaches: 2, within: { seconds: 60 } },
      { kind: 'sum-within', of: large, exceeds: 60, within: { seconds: 60 } },
      { kind: 'followed-by', first: large, by: few, within: { seconds: 50 } },
      { kind: 'not-followed-by', first: few, by: large, within: { seconds: 50 } },
      { kind: 'far-from-usual', of: large, deviations: 1, after: 2 },
    ];
    fc.assert(
      fc.property(histories, fc.constantFrom(...patterns), ({ arrived }, pattern) => {
        const process = watching(pattern);
        const reaching = arrived.filter((each) => process.instance(each) !== undefined);
        expect(raisedBy(process, reaching)).toEqual(raisedBy(process, arrived));
        expect(reaching.every(({ type, data }) => data.amount > (type === 'Taken' ? 20 : 30))).toBe(true);
      }),
    );
  });

  it('says what is wrong with a value', () => {
    const half = watching({ kind: 'count-within', of: { Taken: () => 0.5 }, reaches: 2, within: { days: 1 } });
    expect(() => (half.on.Taken as Step)(half.initial, event('Taken', 'a', 1, 0))).toThrow(
      'The value of Taken (till-a/1) is 0.5: a watch takes safe integers',
    );
    // It reaches its instance, which parks on it: without one a whole source would stand still.
    expect(half.instance(event('Taken', 'a', 1, 0))).toBe('all');
    const sums = watching({ kind: 'sum-within', of: values, exceeds: 2, within: { days: 1 } });
    expect(() => (sums.on.Taken as Step)(sums.initial, event('Taken', 'a', 1, 0, -1))).toThrow('a sum takes no negative values');
  });

  it('that makes no sense is refused, with all that is wrong with it', () => {
    const senseless = () =>
      watch<Event>({
        ...{ category: 'tillWatch', from: [till], since: at(0), key: () => 'all', lateness: { seconds: -1 } },
        patterns: {
          Rapid: { kind: 'count-within', of: values, reaches: 1, within: {} },
          ManySuspected: { kind: 'count-within', of: values, reaches: 500, within: { minutes: 1 }, most: 10 },
          SumSuspected: { kind: 'sum-within', of: {}, exceeds: -1, within: { minutes: 1 }, most: 0 },
          LostSuspected: { kind: 'followed-by', first: { Lost: () => 1 } as never, by: values, within: { seconds: 0 } },
          OddSuspected: { kind: 'far-from-usual', of: values, deviations: 0, after: 1, atLeast: -1, most: 1_000 },
        },
        raises: {
          Rapid: suspicions['count-within'],
          SumSuspected: suspicions['sum-within'],
          ManySuspected: suspicions['far-from-usual'],
          LostSuspected: suspicions['followed-by'],
          OddSuspected: suspicions['far-from-usual'],
          OtherSuspected: suspicions['far-from-usual'],
        },
      });
    expect(senseless).toThrow(`The watch tillWatch is invalid:
  - Rapid: what is raised is named in PascalCase and ends in Suspected.
  - Rapid: \`reaches\` must be 2, 3 or more.
  - Rapid: \`within\` must be longer than nothing.
  - ManySuspected: \`raises\` must have it, as suspicions['count-within'].
  - ManySuspected: it can never count 500, since it keeps 10: raise \`most\`.
  - SumSuspected: \`most\` must be 1, 2, 3 or more.
  - SumSuspected: it looks at no event.
  - SumSuspected: \`exceeds\` must be a safe integer, 0 or more.
  - LostSuspected: it looks at Lost, which till does not have.
  - LostSuspected: \`within\` must be longer than nothing.
  - OddSuspected: \`deviations\` must be above 0.
  - OddSuspected: \`after\` must be 2, 3 or more: a deviation takes two values.
  - OddSuspected: \`atLeast\` must be 0 or more.
  - OtherSuspected: it is in \`raises\`, but there is no pattern of that name.
  - \`lateness\` must not be negative.
  - All patterns together may need`);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Commit } from '../../../lib/core/commit.ts';
import { later } from '../../../lib/core/instant.ts';
import { personal } from '../../../lib/core/personal/personal.ts';
import { recordDecider } from '../../../lib/core/personal/record.ts';
import { registerOf } from '../../../lib/core/personal/register.ts';
import type { Retention } from '../../../lib/core/personal/retention.ts';
import { v1 } from '../../../lib/core/version.ts';
import type { RetentionPlace } from '../../../lib/engine/operate/ports.ts';
import { planRetention } from '../../../lib/engine/operate/retention/list.ts';
import { nextPlace, retentionLimits, runRetention } from '../../../lib/engine/operate/retention/run.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';
import { memoryParkedList } from '../../../lib/testing/memory/sweep.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { instanceOver, memoryTable } from '../../support/examples/commanding.ts';
import { commitOf } from '../../support/store/commits.ts';

const formats = {
  Held: v1(z.object({ of: z.string(), text: personal(z.string(), { of: 'of' }) })),
  Noted: v1(z.object({})),
  Ended: v1(z.object({})),
};
const retentions = {
  order: { endedBy: ['Ended'], keep: { months: 1 } },
  customer: { endedBy: ['Ended'], keep: { years: 1 } },
} as const satisfies Record<string, Retention>;
const aggregates = ['customer', 'order', 'letter'].map((category) => ({
  category,
  events: formats,
  commands: {},
  ...(Object.hasOwn(retentions, category) && { retention: retentions[category as 'order'] }),
})) as never;
const [register] = registerOf({ aggregates });

/** An event of a stream: about a subject, of another kind, or one that ends it. */
type Happened = Readonly<{ what: 'Noted' | 'Ended' | { of: string }; at: string }>;
type History = Readonly<Record<string, readonly Happened[]>>;

const commitsOf = (stream: string, happened: readonly Happened[]): readonly Commit[] =>
  happened.map(({ what, at }, i) =>
    typeof what === 'string'
      ? commitOf(stream, i + 1, { at, events: [{ type: what, v: 1, data: {} }] })
      : commitOf(stream, i + 1, {
          at,
          events: [{ type: 'Held', v: 1, data: { of: what.of, text: { '~': `0s${'A'.repeat(34)}` } } }],
          sealed: [`1.${'A'.repeat(44)}.${what.of}`],
        }),
  );

const now = '2026-11-29T12:00:00.000Z';

/** A deployment with a history, of which the register knows so many commits of each stream. */
const deployment = async (history: History, known: (stream: string) => number = () => Number.POSITIVE_INFINITY) => {
  const table = memoryTable();
  table.clock.set(Date.parse(now));
  const keys = memorySubjectKeys();
  const view = memoryView();
  const projecting = { projection: register!, store: table.store, view, clock: table.clock, log: table.log };
  for (const [stream, happened] of Object.entries(history))
    for (const commit of commitsOf(stream, happened)) await table.store.append(commit);
  for (const [stream, happened] of Object.entries(history))
    for (const commit of commitsOf(stream, happened).slice(0, known(stream)))
      expect(await projectBatch(projecting, [{ id: '1', delivered: { ...commit, types: [] } }])).toEqual([]);
  let kept: RetentionPlace | undefined;
  const running = {
    retentions,
    register: async () => ({ revision: 1, reader: view, parked: memoryParkedList(view) }),
    store: table.store,
    keys,
    erasing: { keys, opening: keys, recording: instanceOver(table, { decider: recordDecider }), keptSeconds: 60 },
    places: {
      load: async () => kept,
      save: async (place: RetentionPlace) => {
        kept = place;
      },
    },
    log: table.log,
    limits: retentionLimits,
  };
  const records = () =>
    Object.fromEntries(
      table.store
        .stored()
        .filter(({ stream }) => stream.startsWith('subject-'))
        .map(({ stream, events, meta }) => [stream.slice('subject-'.length), [events[0]!.data, meta.actor] as const]),
    );
  const erased = () => [...keys.items].filter(([, item]) => item.erased).map(([subject]) => subject);
  return { running, records, erased, keys, view, table, place: () => kept };
};

const yearsAgo = (years: number, days = 0) => later(now, { years: -years, days });
const ada = { of: 'ada' };
const bob = { of: 'bob' };

const gone: History = {
  'customer-1': [
    { what: ada, at: yearsAgo(9) },
    { what: 'Ended', at: yearsAgo(3) },
  ],
  'order-1': [
    { what: ada, at: yearsAgo(8) },
    { what: 'Ended', at: yearsAgo(4) },
  ],
};

test('a subject is erased once all streams that hold values of it have ended long enough ago, and it is recorded why', async () => {
  const { running, records, erased } = await deployment(gone);
  expect(await runRetention(running)).toMatchObject({ erased: 1, kept: 0, failed: 0, more: false });
  expect(erased()).toEqual(['ada']);
  const [data, actor] = records().ada!;
  expect([data, actor]).toEqual([
    { subject: 'ada', at: now, by: 'retention', why: `retention of customer: ended ${yearsAgo(3).slice(0, 10)}` },
    'retention',
  ]);
});

test('a stream that was reopened keeps its subject, though the register says that it has ended; and so does one without retention', async () => {
  const reopened = { ...gone, 'order-1': [...gone['order-1']!, { what: 'Noted', at: yearsAgo(0, -1) } as const] };
  const { running, erased } = await deployment(reopened);
  expect(await runRetention(running)).toMatchObject({ erased: 0, failed: 0, more: false });
  const letters = await deployment({
    ...gone,
    'letter-1': [
      { what: ada, at: yearsAgo(9) },
      { what: 'Ended', at: yearsAgo(9) },
    ],
  });
  expect(await runRetention(letters.running)).toMatchObject({ erased: 0, failed: 0, more: false });
  expect([...erased(), ...letters.erased()]).toEqual([]);
});

test('a list tells who would be erased when, and who is kept why, and erases nobody', async () => {
  const { running, erased, records } = await deployment({
    ...gone,
    'customer-2': [
      { what: bob, at: yearsAgo(4) },
      { what: 'Ended', at: yearsAgo(0, -1) },
    ],
    'order-2': [
      { what: { of: 'cid' }, at: yearsAgo(4) },
      { what: 'Ended', at: yearsAgo(3) },
      { what: 'Noted', at: yearsAgo(3) },
    ],
    'letter-3': [{ what: { of: 'dan' }, at: yearsAgo(4) }],
    'order-3': [
      { what: { of: 'dan' }, at: yearsAgo(4) },
      { what: 'Ended', at: yearsAgo(3) },
    ],
    'order-4': [{ what: { of: 'eve' }, at: yearsAgo(4) }],
  });
  const listed = [];
  for await (const planned of planRetention(running)) listed.push(planned);
  expect(listed.sort((a, b) => (a.subject < b.subject ? -1 : 1))).toEqual([
    { subject: 'ada', due: yearsAgo(2), why: `retention of customer: ended ${yearsAgo(3).slice(0, 10)}` },
    { subject: 'bob', due: later(yearsAgo(0, -1), { years: 1 }), why: expect.stringContaining('retention of customer') },
    { subject: 'cid', why: 'kept because stream order-2 of category order has not ended' },
    { subject: 'dan', why: 'kept because stream letter-3 of category letter has no retention' },
  ]);
  expect([erased(), records()]).toEqual([[], {}]);
});

test('an erasure that crashed between the keys and the record is finished by the next pass, and nothing is done twice', async () => {
  const { running, records, erased, table } = await deployment(gone);
  const crashing = {
    ...running.erasing,
    recording: { ...running.erasing.recording, store: { ...table.store, append: () => Promise.reject(new Error('crashed')) } },
  };
  expect(await runRetention({ ...running, erasing: crashing })).toMatchObject({ erased: 0, failed: 2 });
  expect([erased(), records()]).toEqual([['ada'], {}]);
  expect(await runRetention(running)).toMatchObject({ erased: 0, more: false });
  table.clock.advance(24 * 3_600_000);
  expect(await runRetention(running)).toMatchObject({ erased: 1, failed: 0 });
  expect(records().ada?.[0]).toMatchObject({ at: now, by: 'retention' });
  table.clock.advance(31 * 24 * 3_600_000);
  expect(await runRetention(running)).toMatchObject({ erased: 0, 'erased before': 2, failed: 0 });
  expect(table.store.stored().filter(({ stream }) => stream === 'subject-ada')).toHaveLength(1);
});

test('nobody is erased while the register does not answer, or has a stream parked', async () => {
  const { running, erased, view } = await deployment(gone);
  await expect(runRetention({ ...running, register: async () => undefined })).rejects.toThrow('answers yet');
  const head = (await view.head('order-1'))!;
  await view.putHead({ ...head, parked: { commit: 9, reason: 'thrown', at: now } }, head);
  await expect(runRetention(running)).rejects.toThrow('parked');
  expect(erased()).toEqual([]);
});

test('a pass is made once a day, goes on where a run stopped, and begins anew with another declaration, another register, after a failure, and each month', () => {
  const given = { declared: 'a', revision: 1, now, limits: retentionLimits };
  const first = nextPlace(undefined, given)!;
  expect(first).toEqual({ declared: 'a', revision: 1, day: '2026-11-29', wholeSince: now, seen: {}, done: false, failed: 0 });
  const seen = { order: `${now}\u0001order-1\u0001ada` };
  const stopped = { ...first, seen };
  expect(nextPlace(stopped, { ...given, now: later(now, { days: 1 }) })).toBe(stopped);
  const done = { ...stopped, done: true };
  expect(nextPlace(done, given)).toBeUndefined();
  const tomorrow = { ...given, now: later(now, { days: 1 }) };
  expect(nextPlace(done, tomorrow)?.seen).toEqual({ order: later(now, { days: -2 }) });
  for (const [place, at] of [
    [done, { ...tomorrow, declared: 'b' }],
    [done, { ...given, revision: 2 }],
    [{ ...done, failed: 1 }, tomorrow],
    [done, { ...given, now: later(now, { days: 30 }) }],
  ] as const)
    expect(nextPlace(place, at)).toMatchObject({ seen: {}, wholeSince: at.now });
});

const at = fc.integer({ min: 0, max: 900 }).map((days) => later('2024-07-01T08:00:00.000Z', { days }));
const subject = fc.constantFrom('ada', 'bob', '__proto__', 'cid@example.com');
const happened = fc.record({
  what: fc.oneof(
    fc.constantFrom('Noted' as const, 'Ended' as const),
    subject.map((of) => ({ of })),
  ),
  at,
});
const history = fc.dictionary(
  fc.tuple(fc.constantFrom('customer', 'order', 'order', 'letter'), fc.nat(9)).map(([category, n]) => `${category}-${n}`),
  fc.array(happened, { maxLength: 6 }).map((list) => list.toSorted((a, b) => (a.at < b.at ? -1 : 1))),
  { maxKeys: 6 },
);

test('whoever is erased is due by the events themselves, however far the register is behind; and if it is not, all who are due are erased', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.nat(3), fc.integer({ min: 1, max: 3 }), async (streams, behind, rows) => {
      const heldBy = (who: string) =>
        Object.entries(streams).filter(([, events]) => events.some(({ what }) => typeof what === 'object' && what.of === who));
      const isOver = ([stream, events]: [string, readonly Happened[]]) => {
        const keep = stream.startsWith('order-') ? { months: 1 } : stream.startsWith('customer-') ? { years: 1 } : undefined;
        const last = events.at(-1);
        return keep !== undefined && last?.what === 'Ended' && later(last.at, keep) <= now;
      };
      const due = ['ada', 'bob', '__proto__', 'cid@example.com'].filter(
        (who) => heldBy(who).length > 0 && heldBy(who).every(isOver),
      );
      // A stream that the register does not know at all cannot be asked.
      const lastNew = (events: readonly Happened[]) =>
        events.findLastIndex(
          ({ what }, i) =>
            typeof what === 'object' && !events.slice(0, i).some((each) => JSON.stringify(each.what) === JSON.stringify(what)),
        ) + 1;
      const { running, erased } = await deployment(streams, (stream) =>
        Math.max(lastNew(streams[stream]!), streams[stream]!.length - behind),
      );
      const limited = { ...running, limits: { ...retentionLimits, rows, milliseconds: 0 } };
      let runs = 0;
      while ((await runRetention(limited)).more) runs += 1;
      expect(runs).toBeLessThan(50);
      if (behind === 0) expect(erased().sort()).toEqual(due.toSorted());
      else expect(due).toEqual(expect.arrayContaining(erased()));
    }),
    { numRuns: 60 },
  );
});

import { CloudEvent } from 'cloudevents';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { account } from '../../../domains/account/decider.ts';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { announcerName, announcersOf, isAnnounced, operated } from '../../../lib/core/announcer.ts';
import { type Commit, recordedEvents } from '../../../lib/core/commit.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { publicEvent } from '../../../lib/core/public-event.ts';
import { readEvent, v1 } from '../../../lib/core/version.ts';
import { type Delivered, toPointer } from '../../../lib/engine/delivery/delivered.ts';
import type { BusEntry } from '../../../lib/engine/ports.ts';
import { keepingHeads } from '../../../lib/engine/view/kept-heads.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { announcing } from '../../../lib/engine/view/public-events.ts';
import { resumeStream } from '../../../lib/engine/view/resume.ts';
import { memoryBus } from '../../../lib/testing/memory/bus.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../../lib/testing/memory/system.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { commitOf } from '../../support/store/commits.ts';

const text = z.object({ text: z.string() });
const note = {
  category: 'note',
  events: {
    Noted: v1(text).next(z.object({ text: z.string(), language: z.string() }), (old) => ({ ...old, language: 'und' })),
    Read: v1(text),
    Hidden: v1(text),
  },
  commands: {},
  initial: {},
  publishes: ['Noted', 'Read'],
  decide: {},
  evolve: { Noted: (state: unknown) => state, Read: (state: unknown) => state, Hidden: (state: unknown) => state },
} as unknown as AnyDecider;
/** Has types of the same names, and another one of them is public. */
const letter = { ...note, category: 'letter', publishes: ['Read'] } as AnyDecider;
const noon = '2026-11-21T12:00:00.000Z';

const event = (type: string, v = 1, data: unknown = { text: 'a' }) => ({ type, v, data });
const three = commitOf('note-1', 4, { version: 9, events: [event('Hidden'), event('Noted'), event('Read')] });
const at = (decider: AnyDecider, commit: Commit, position: number) =>
  publicEvent(decider, recordedEvents(commit, (stored) => readEvent(note.events, stored))[position]!);

const house = ({ aggregates = [note, letter] }: Readonly<{ aggregates?: readonly AnyDecider[] }> = {}) => {
  const [store, view, bus, clock, log] = [memoryStore(), memoryView(), memoryBus(), memoryClock(), memoryLog()];
  const [projection] = announcersOf({ aggregates }) as [AnyProjection];
  let calls = 0;
  const send = (entries: readonly BusEntry[]) => {
    calls += 1;
    return bus.send(entries);
  };
  const kept = keepingHeads(view, clock);
  const projecting = announcing({ projection, store, ...kept, bus: { send }, clock, keys: memoryKeys(), log });
  const append = async (...commits: readonly Commit[]) => {
    for (const commit of commits) await store.append(commit);
  };
  const deliver = (...commits: readonly Delivered[]) =>
    projectBatch(
      projecting,
      commits.map((delivered) => ({ id: `${delivered.stream}/${delivered.commit}`, delivered })),
    );
  const sent = () => bus.sent.splice(0).map(({ detail }) => (JSON.parse(detail) as { id: string }).id);
  const cursor = async (stream: string) => (await view.head(stream))?.commit;
  return { store, view, bus, log, projecting, append, deliver, sent, cursor, calls: () => calls };
};
const whole = (commit: Commit) => commit as unknown as Delivered;

describe('a public event', () => {
  it('is a CloudEvent with a stable id, its data in the shape of today', () => {
    expect(at(note, three, 1)).toEqual({
      specversion: '1.0',
      id: 'note-1/8',
      source: 'urn:foldstream:note',
      type: 'Noted',
      subject: 'note-1',
      time: three.at,
      datacontenttype: 'application/json',
      dataschema: 'urn:foldstream:note:Noted:v2',
      sequence: '000000000008',
      correlationid: 'c-1',
      data: { text: 'a', language: 'und' },
    });
    const traced = { ...three, meta: { ...three.meta, traceparent: '00-1-2-01' } };
    expect(at(note, traced, 1)).toMatchObject({ traceparent: '00-1-2-01' });
    for (const position of [1, 2]) new CloudEvent({ ...at(note, traced, position)! }).validate();
  });

  it('is made of public types alone, from when on they are public, and not of what was imported', () => {
    expect(at(note, three, 0)).toBeUndefined();
    expect(at(note, { ...three, imported: 'i' }, 1)).toBeUndefined();
    expect(at({ ...note, publishes: undefined }, three, 1)).toBeUndefined();
    const late = { ...note, publishesSince: { Noted: noon } } as AnyDecider;
    expect(at(late, { ...three, at: '2026-11-21T11:59:59.999Z' }, 1)).toBeUndefined();
    expect(at(late, { ...three, at: '2026-11-21T11:59:59.999Z' }, 2)).toBeDefined();
    expect(at(late, { ...three, at: noon }, 1)).toBeDefined();
  });

  it('is what the sweep looks for, and nothing else', () => {
    const late = { ...note, publishesSince: { Noted: noon } } as AnyDecider;
    const concerns = isAnnounced({ aggregates: [late, letter] });
    const commit = commitOf('note-1', 1, { events: [event('Noted')], at: noon });
    expect([commit, { ...commit, at: '2026-11-21T11:00:00.000Z' }, { ...commit, imported: 'i' }].map(concerns)).toEqual([
      true,
      false,
      false,
    ]);
    expect(
      [
        { ...commit, stream: 'letter-1' },
        { ...commit, stream: 'other-1' },
        { ...commit, events: [] },
      ].some(concerns),
    ).toBe(false);
  });
});

describe('announcing', () => {
  it('sends each public event for others, in order, and only the failed ones again, then moves its cursor', async () => {
    const { append, bus, cursor, deliver, sent } = house();
    const first = commitOf('note-1', 1, { version: 3, events: three.events });
    await append(first);
    bus.failing.push([0]);
    expect(await deliver(whole(first))).toEqual([]);
    expect(bus.sent[0]).toMatchObject({ detailType: 'Read', resources: ['note-1'], time: first.at });
    new CloudEvent(JSON.parse(bus.sent[0]!.detail)).validate();
    expect(sent()).toEqual(['note-1/3', 'note-1/2']);
    expect(await cursor('note-1')).toBe(1);
    await deliver(whole(first), whole(first));
    expect(sent()).toEqual([]);
  });

  it('sends what a stream has to say in as few calls as it takes', async () => {
    const { append, calls, deliver, sent } = house();
    const many = Array.from({ length: 23 }, () => event('Noted'));
    await append(commitOf('note-1', 1, { version: 20, events: many.slice(3) }));
    await append(commitOf('note-1', 2, { version: 23, events: many.slice(20) }));
    await deliver(toPointer(commitOf('note-1', 2)));
    expect([sent().length, calls()]).toEqual([23, 3]);
  });

  it('leaves its cursor where it is when the bus refuses, so that they come again', async () => {
    const { append, bus, cursor, deliver, sent } = house();
    const commits = [commitOf('note-1', 1, { events: [event('Noted')] }), commitOf('note-2', 1, { events: [event('Noted')] })];
    await append(...commits);
    for (let i = 0; i < 5; i++) bus.failing.push([0]);
    expect((await deliver(...commits.map(whole))).length).toBeGreaterThan(0);
    expect(await cursor('note-1')).toBeUndefined();
    sent();
    expect(await deliver(...commits.map(whole))).toEqual([]);
    expect([await cursor('note-1'), await cursor('note-2')]).toEqual([1, 1]);
    expect(sent()).toContain('note-1/1');
  });

  it('sends what is public of any history once and in order, however it is delivered', async () => {
    const types = ['Noted', 'Read', 'Hidden'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.array(fc.constantFrom(...types), { maxLength: 14 }), fc.boolean()), { minLength: 1, maxLength: 8 }),
        fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 10 }),
        async (given, order) => {
          const { append, deliver, sent } = house();
          let version = 0;
          const commits = given.map(([events, imported], i) => {
            version += events.length;
            const over = { version, events: events.map((type) => event(type)), ...(imported && { imported: 'i' }) };
            return commitOf('note-1', i + 1, over);
          });
          await append(...commits);
          const expected = commits.flatMap((commit) =>
            commit.events.flatMap(({ type }, i) =>
              type === 'Hidden' || commit.imported ? [] : [`note-1/${commit.version - commit.events.length + i + 1}`],
            ),
          );
          for (const [n, pointer] of [...order, [commits.length - 1, true] as const]) {
            const commit = commits[n % commits.length]!;
            expect(await deliver(pointer ? toPointer(commit) : whole(commit))).toEqual([]);
          }
          expect(sent()).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('does not tell of what was committed before a type was public, of streams that it knows as little as of others', async () => {
    const before = '2026-11-21T11:00:00.000Z';
    const old = (stream: string, n: number, type: string) => commitOf(stream, n, { events: [event(type)], at: before });
    const commits = [old('note-1', 1, 'Read'), old('note-1', 2, 'Noted'), old('note-2', 1, 'Noted'), old('note-3', 1, 'Noted')];
    const news = ['note-1', 'note-2'].map((stream, i) => commitOf(stream, 3 - i, { events: [event('Noted')], at: noon }));
    const one = house({ aggregates: [{ ...note, publishes: ['Read'] }] });
    await one.append(...commits);
    await one.deliver(whole(commits[0]!));
    expect(one.sent()).toEqual(['note-1/1']);
    await one.append(...news);
    // The next release, over the same cursors.
    const [projection] = announcersOf({ aggregates: [{ ...note, publishesSince: { Noted: noon } }] }) as [AnyProjection];
    for (const commit of news) await projectBatch({ ...one.projecting, projection }, [{ id: 'm', delivered: toPointer(commit) }]);
    expect(one.sent()).toEqual(['note-1/3', 'note-2/2']);
  });

  it('knows whose type is public where two categories have one of the same name', async () => {
    const { append, cursor, deliver, sent } = house();
    const commit = commitOf('letter-1', 1, { version: 2, events: [event('Noted'), event('Read')] });
    await append(commit);
    await deliver(whole(commit));
    expect([sent(), await cursor('letter-1')]).toEqual([['letter-1/2'], 1]);
  });

  it('sends one too large without its data, and says where that is, though no row could hold it', async () => {
    const { append, bus, cursor, deliver } = house();
    const large = commitOf('note-1', 1, { events: [event('Noted', 1, { text: 'x'.repeat(380_000) })] });
    await append(large);
    expect(await deliver(whole(large))).toEqual([]);
    const detail = JSON.parse(bus.sent[0]!.detail);
    expect(detail).toMatchObject({ dataref: '/streams/note/1', type: 'Noted' });
    expect(detail).not.toHaveProperty('data');
    new CloudEvent(detail).validate();
    expect(await cursor('note-1')).toBe(1);
  });

  it('waits for the release that can read what a newer one wrote, and lets other streams pass', async () => {
    const { append, cursor, deliver, sent, view } = house();
    const newer = commitOf('note-2', 1, { events: [event('Noted', 3)] });
    const other = commitOf('note-1', 1, { events: [event('Noted')] });
    await append(newer, other);
    expect(await deliver(whole(newer), whole(other))).toEqual(['note-2/1']);
    expect([sent(), await cursor('note-2'), (await view.head('note-2'))?.parked]).toEqual([['note-1/1'], undefined, undefined]);
  });

  it('does not go past a type that only a newer release knows, since it may be public there', async () => {
    const { append, cursor, deliver, sent } = house();
    const commits = [
      commitOf('note-1', 1, { version: 2, events: [event('Read'), event('Starred')] }),
      commitOf('note-2', 1, { version: 2, events: [event('Read'), event('Hidden')] }),
    ];
    await append(...commits);
    expect(await deliver(...commits.map(whole))).toEqual(['note-1/1']);
    expect([sent(), await cursor('note-1')]).toEqual([['note-2/1'], undefined]);
  });

  it('parks a stream at an unreadable event, and when that is fixed announces all from there, in order', async () => {
    const { append, deliver, log, projecting, sent } = house();
    const commits = [
      commitOf('note-1', 1, { events: [event('Noted')] }),
      commitOf('note-1', 2, { events: [event('Noted', 2, {})] }),
      commitOf('note-1', 3, { events: [event('Read')] }),
    ];
    await append(...commits);
    expect(await deliver(...commits.map(whole))).toEqual([]);
    expect(sent()).toEqual(['note-1/1']);
    expect(log.lines).toMatchObject([{ message: 'A stream is parked.', fields: { projection: announcerName, commit: 2 } }]);
    const mended = { ...note, events: { ...note.events, Noted: { ...note.events.Noted!, parse: () => ({ text: '' }) } } };
    const [projection] = announcersOf({ aggregates: [mended] }) as [AnyProjection];
    await resumeStream({ ...projecting, projection }, 'note-1');
    expect(sent()).toEqual(['note-1/2', 'note-1/3']);
  });
});

describe('a manifest', () => {
  const faults = (over: Partial<AnyDecider>) => () => defineManifest({ aggregates: [{ ...note, ...over }], projections: [] });
  it('publishes only what there is, once, under a name that no rule of our own looks for, since an instant', () => {
    expect(faults({ publishes: ['Noted'], publishesSince: { Noted: noon } })).not.toThrow();
    expect(faults({ publishes: ['Lost'] })).toThrow('note publishes Lost, which it does not have');
    expect(faults({ publishes: ['Read', 'Read'] })).toThrow('note publishes Read twice');
    expect(faults({ publishes: ['note.commit'] })).toThrow('letters and digits only');
    expect(faults({ publishesSince: { Hidden: noon } })).toThrow('says since when Hidden is public, but does not publish it');
    for (const since of ['2026-11-21', '2026-11-21T12:00:00Z', 'today'])
      expect(faults({ publishesSince: { Noted: since } })).toThrow(`Noted since '${since}', which is not an instant`);
  });

  it('has one that sends them, whose name no view may have, and none where nothing is public', () => {
    expect(operated({ aggregates: [note], projections: [] }).map(({ name }) => name)).toEqual([announcerName]);
    expect(operated({ aggregates: [{ ...note, publishes: [] }], projections: [] })).toEqual([]);
    const view = { ...accountBalance, name: announcerName } as unknown as AnyProjection;
    expect(() => defineManifest({ aggregates: [], projections: [view] })).toThrow(`'${announcerName}' is that of`);
  });

  it('of the reference tells others of accounts opened and closed', () =>
    expect(account.publishes).toEqual(['AccountOpened', 'AccountClosed']));
});

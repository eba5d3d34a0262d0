import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { entriesIn, inOneOrder } from '../../../lib/core/tag/entries.ts';
import { tagDecider } from '../../../lib/core/tag/stream.ts';
import { tag } from '../../../lib/core/tag/tag.ts';
import { v1 } from '../../../lib/core/version.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { carriersOf, fillTag } from '../../../lib/engine/history/fill-tags.ts';
import { load } from '../../../lib/engine/store/load.ts';
import { verifyStream } from '../../../lib/engine/store/verify.ts';
import { memoryProofs } from '../../../lib/testing/memory/system.ts';
import { asks, instanceOver, memoryTable, operator } from '../../support/examples/commanding.ts';
import { enrolment } from '../../support/examples/enrolling.ts';
import { commitOf } from '../../support/store/commits.ts';

const entry = (stream: string, commit: number) => ({ tag: 't', value: 'v', stream, commit, events: [] });

describe('the order of late entries', () => {
  const places = fc.array(
    fc.record({
      stream: fc.constantFrom('a-1', 'a-2', 'a-3'),
      at: fc.integer({ min: 0, max: 9 }),
      late: fc.boolean(),
      turn: fc.integer(),
    }),
    { maxLength: 12 },
  );

  it('keeps that of what is there, and that of each source stream, whatever the times are', () => {
    fc.assert(
      fc.property(places, (drawn) => {
        const last = new Map<string, { commit: number; at: number }>();
        const all = drawn.map(({ stream, at, late, turn }) => {
          const before = last.get(stream) ?? { commit: 0, at: 0 };
          const one = { commit: before.commit + 1, at: Math.max(at, before.at) };
          last.set(stream, one);
          return { entry: entry(stream, one.commit), at: String(one.at), late, turn };
        });
        // Any order of those that are there, as long as each stream's own is kept.
        const queues = Map.groupBy(
          all.filter(({ late }) => !late),
          (each) => each.entry.stream,
        );
        const turns = all.filter(({ late }) => !late).toSorted((a, b) => a.turn - b.turn);
        const there = turns.map((each) => queues.get(each.entry.stream)!.shift()!);
        const order = inOneOrder(
          there,
          all.filter(({ late }) => late),
        );
        expect(order).toHaveLength(all.length);
        expect(order.filter((each) => there.some((one) => one.entry === each))).toEqual(there.map((one) => one.entry));
        for (const of of Map.groupBy(order, ({ stream }) => stream).values()) {
          const commits = of.map(({ commit }) => commit);
          expect(commits).toEqual(commits.toSorted((a, b) => a - b));
        }
      }),
    );
  });

  it('is that of the times where nothing else decides', () => {
    const order = inOneOrder(
      [{ entry: entry('a-1', 1), at: '2' }],
      [
        { entry: entry('a-3', 1), at: '3' },
        { entry: entry('a-2', 1), at: '1' },
      ],
    );
    expect(order.map(({ stream }) => stream)).toEqual(['a-2', 'a-1', 'a-3']);
  });
});

describe('a tag that is filled', () => {
  const before = { ...enrolment, tags: [enrolment.tags![1]!], commands: { ...enrolment.commands } } as typeof enrolment;
  const to = (id: string) => ({ stream: `enrolment-${id}`, actor: operator });

  it('while a command enters something: is made anew, and nothing is missing or there twice', async () => {
    const table = memoryTable();
    const old = instanceOver(table, {
      decider: {
        ...before,
        commands: { Enrol: { ...enrolment.commands.Enrol, tags: {} } },
        decide: { Enrol: (_: unknown, data: object) => [{ type: 'StudentEnrolled', data }] },
      } as never,
    });
    for (const [id, student] of [
      ['e1', 's1'],
      ['e2', 's2'],
    ]) {
      table.clock.advance(1_000);
      await handleCommand(old, asks('Enrol', { course: 'c1', student }, to(id!)));
    }
    const on = instanceOver(table, { decider: enrolment });
    const { carriers, note } = carriersOf([enrolment]);
    for (const commit of table.store.stored()) note(commit);
    let raced = false;
    const store = {
      ...table.store,
      appendTogether: async (...given: Parameters<typeof table.store.appendTogether>) => {
        if (!raced) {
          raced = true;
          expect((await handleCommand(on, asks('Offer', { places: 5 }, to('c1')))).outcome).toBe('committed');
        }
        return table.store.appendTogether(...given);
      },
    };
    const filling = { store, keys: table.keys, deciders: [enrolment] };
    expect(await fillTag(filling, 'tag-course.c1', carriers, true)).toBe(2);
    expect(await fillTag(filling, 'tag-course.c1', carriers)).toBe(2);
    const { commits } = await table.store.read('tag-course.c1', { from: 1 });
    expect(commits.map(({ events }) => events.map(({ type }) => type))).toEqual([['EventsTagged'], ['TagFilled']]);
    expect(entriesIn(commits).map(({ stream }) => stream)).toEqual(['enrolment-e1', 'enrolment-e2', 'enrolment-c1']);
    expect(await verifyStream(table.store, { keys: table.keys, proofs: memoryProofs() }, 'tag-course.c1')).not.toHaveProperty(
      'fault',
    );
    const courses = tagDecider(enrolment.tags![0]!);
    expect((await load(instanceOver(table, { decider: courses }), 'tag-course.c1')).state).toEqual({ places: 5, taken: 2 });
    expect(await fillTag(filling, 'tag-course.c1', carriers)).toBe(0);
  });

  it('is stored in several commits of one transaction where one would be too large', async () => {
    const notes = { Noted: v1(z.object({ text: z.string() })) };
    const all = tag<number, { type: 'Noted'; data: { text: string } }>()({
      ...{ name: 'all', from: [{ category: 'note', events: notes }], of: { Noted: () => 'x' } },
      ...{ initial: 0, evolve: { Noted: (count) => count + 1 } },
    });
    const note = { category: 'note', events: notes, tags: [all], commands: {}, initial: {}, decide: {}, evolve: {} };
    const table = memoryTable();
    const carriers = carriersOf([note]);
    for (const n of [1, 2, 3]) {
      const commit = commitOf(`note-${n}`, 1, { events: [{ type: 'Noted', v: 1, data: { text: 'x'.repeat(180_000) } }] });
      await table.store.append(commit);
      carriers.note(commit);
    }
    expect(await fillTag({ store: table.store, keys: table.keys, deciders: [note] }, 'tag-all.x', carriers.carriers)).toBe(3);
    const { commits } = await table.store.read('tag-all.x', { from: 1 });
    expect(commits.map(({ events }) => events.map(({ type }) => type))).toEqual([['TagFilled'], ['EventsTagged']]);
    expect(entriesIn(commits)).toHaveLength(3);
    expect((await load(instanceOver(table, { decider: tagDecider(all) }), 'tag-all.x')).state).toBe(3);
  });
});

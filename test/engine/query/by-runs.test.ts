import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Commit, typesOf } from '../../../lib/core/commit.ts';
import { byCorrelation, eventLog, type LoggedCommit } from '../../../lib/core/event-log.ts';
import type { AnyProjection, List } from '../../../lib/core/projection.ts';
import { v1 } from '../../../lib/core/version.ts';
import type { View, ViewItem } from '../../../lib/engine/ports.ts';
import { queryList } from '../../../lib/engine/query/kinds.ts';
import type { PageRequest } from '../../../lib/engine/query/page.ts';
import { compareStream } from '../../../lib/engine/rebuild/compare.ts';
import { keepingHeads } from '../../../lib/engine/view/kept-heads.ts';
import { withCursors } from '../../../lib/engine/view/kinds/index.ts';
import { sortOf } from '../../../lib/engine/view/kinds/places.ts';
import { placedInRuns, runsOf, withoutRuns } from '../../../lib/engine/view/kinds/runs.ts';
import { placed } from '../../../lib/engine/view/lists.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import { refold } from '../../../lib/engine/view/refold.ts';
import { memoryClock, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { operator } from '../../support/examples/commanding.ts';
import { commitOf } from '../../support/store/commits.ts';

const note = { category: 'note', events: { Noted: v1(z.object({})) } };
const projection = eventLog([note], { may: ['operator'] }) as unknown as AnyProjection;
const streams = ['note-a', 'note-b'] as const;
const correlations = ['x', 'y'] as const;

/** A log, its streams, and its functions: two that keep heads and one that does not. */
const house = () => {
  const [store, clock, log, table] = [memoryStore(), memoryClock(), memoryLog(), memoryView()];
  const view = withCursors(projection, table);
  const cold = (over: Partial<View> = {}): Projecting => ({ projection, store, view: { ...view, ...over }, clock, log });
  const warm = (): Projecting => ({ projection, store, clock, log, ...keepingHeads(view, clock) });
  const functions = [warm(), warm(), cold()];
  let made = 0;
  const own = (stream: string) => store.stored().filter((commit) => commit.stream === stream);
  /** A commit without a correlation is a refusal: it has no events. */
  const append = async (stream: string, correlation: string | undefined) => {
    const number = own(stream).length + 1;
    made += 1;
    const at = new Date(1_800_000_000_000 + made).toISOString();
    const meta = { actor: 'ada', correlation: correlation ?? 'none', causation: 'r' };
    const events = correlation === undefined ? [] : [{ type: 'Noted', v: 1, data: {} }];
    await store.append(commitOf(stream, number, { version: number, events, at, meta, command: `http/${made}` }));
  };
  /** Has a function take the commits from some number of the end on. */
  const deliver = async (by: number, stream: string, last: number) => {
    const batch = own(stream)
      .slice(-last)
      .filter(({ events }) => events.length > 0);
    const deliveries = batch.map((commit, i) => ({ id: String(i), delivered: { ...commit, types: typesOf(commit) } }));
    expect(await projectBatch(functions[by]!, deliveries)).toEqual([]);
  };
  const walk = async (over: Partial<PageRequest> & Readonly<{ by: string }>) => {
    const pages: (readonly string[])[] = [];
    for (let cursor: string | undefined; ; ) {
      const request = { limit: 100, direction: 'oldest-first', list: byCorrelation, ...over, ...(cursor && { cursor }) } as const;
      const answer = await queryList({ projection, reader: { ...table, ...view }, clock }, operator, request);
      pages.push((answer.items as LoggedCommit[]).map(({ stream, commit }) => `${stream}#${commit}`));
      cursor = answer.cursor;
      if (cursor === undefined) return pages;
    }
  };
  return { store, view, table, cold, own, append, deliver, walk };
};
type House = ReturnType<typeof house>;

/** The commits of a correlation in the order of the list: those that follow on each other in a stream stand together, where the first of them stands in time. */
const expected = ({ own }: House, correlation: string): readonly string[] =>
  streams
    .flatMap((stream) => {
      const all = own(stream);
      const isIn = (commit: Commit | undefined) =>
        commit !== undefined && commit.events.length > 0 && commit.meta.correlation === correlation;
      return all.flatMap((commit, i) => {
        if (!isIn(commit) || (isIn(all[i - 1]) && commit.commit % 64 !== 0)) return [];
        const end = all.findIndex((each, j) => j > i && (!isIn(each) || each.commit % 64 === 0));
        return [all.slice(i, end < 0 ? undefined : end)];
      });
    })
    .sort(([a], [b]) => (a!.at < b!.at ? -1 : 1))
    .flatMap((run) => run.map(({ stream, commit }) => `${stream}#${commit}`));

/** After everything has arrived: each stream is as its fold, and the list has every commit once, on pages of any size, from either end. */
const isRight = async (all: House, limit = 2) => {
  for (const stream of streams) {
    if (all.own(stream).length > 0) await all.deliver(2, stream, 1_000);
    expect(await compareStream(all.cold(), stream)).toEqual([]);
  }
  for (const by of correlations) {
    const wanted = expected(all, by);
    for (const direction of ['oldest-first', 'newest-first'] as const) {
      const ordered = direction === 'oldest-first' ? wanted : wanted.toReversed();
      expect((await all.walk({ by, direction })).flat()).toEqual(ordered);
      const pages = await all.walk({ by, direction, limit });
      expect(pages.flat()).toEqual(ordered);
      for (const page of pages.slice(0, -1)) expect(page.length).toBe(limit);
    }
  }
};

const stream = fc.constantFrom(...streams);
const number = fc.integer({ min: 1, max: 4 });
const by = fc.integer({ min: 0, max: 2 });
const correlation = fc.constantFrom('x', 'x', 'x', 'y', undefined);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), stream, correlation }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), stream, by, last: number }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('refold' as const), stream, by, correlation, at: fc.integer({ min: 1, max: 12 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ do: fc.constant('restore' as const), stream, by, lost: number, at: fc.integer({ min: 1, max: 12 }) },
      anew: fc.array(correlation, { maxLength: 6 }),
    }),
  },
);

/** Refolds a stream, while a function takes commits between two of its calls; a refold that was disturbed is repeated. */
const refoldBeside = async (all: House, of: string, at: number, beside: () => Promise<void>) => {
  let calls = 0;
  const between = Object.entries(all.view).map(([name, method]) => [
    name,
    async (...given: never[]) => {
      const answer = await (method as (...all: never[]) => unknown)(...given);
      if (++calls === at) await beside();
      return answer;
    },
  ]);
  await refold(all.cold(Object.fromEntries(between) as Partial<View>), of).catch(() => refold(all.cold(), of));
};

describe('a list with an entry for each run', () => {
  it('has every commit of any history once, beside functions that race, refolds and restores', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), number, async (steps, limit) => {
        const all = house();
        for (const each of steps) {
          if (each.do === 'append') await all.append(each.stream, each.correlation);
          else if (each.do === 'deliver') await all.deliver(each.by, each.stream, each.last);
          else if (each.do === 'refold')
            await refoldBeside(all, each.stream, each.at, async () => {
              await all.append(each.stream, each.correlation);
              await all.deliver(each.by, each.stream, 1);
            });
          else {
            const kept = Math.max(1, all.own(each.stream).length - each.lost);
            all.store.restore(all.store.stored().filter(({ stream: of, commit }) => of !== each.stream || commit <= kept));
            await refoldBeside(all, each.stream, each.at, async () => {
              for (const anew of each.anew) await all.append(each.stream, anew);
              await all.deliver(each.by, each.stream, 1);
            });
          }
        }
        await isRight(all, limit);
      }),
      { numRuns: 300 },
    );
  });

  it('begins a run for a function that was further on before a restore, and remembers what was then', async () => {
    const all = house();
    for (const each of ['x', 'x', 'x'] as const) await all.append('note-a', each);
    await all.deliver(0, 'note-a', 3);
    all.store.restore(all.own('note-a').slice(0, 1));
    await refold(all.cold(), 'note-a');
    for (const each of ['y', 'y'] as const) await all.append('note-a', each);
    await all.deliver(2, 'note-a', 2);
    await all.append('note-a', 'x');
    await all.deliver(0, 'note-a', 1);
    // Nobody delivers it again.
    expect(await all.view.head('note-a')).toMatchObject({ commit: 4 });
    await isRight(all);
  });

  it('has no run that is longer than a reader looks for its end', async () => {
    const all = house();
    for (let n = 1; n <= 150; n++) await all.append('note-a', 'x');
    await all.deliver(0, 'note-a', 150);
    expect(all.table.items().filter(({ lists }) => lists?.[byCorrelation])).toHaveLength(3);
    await isRight(all, 50);
  });

  it('reads a table of before, in which each row has an entry', async () => {
    const [all, before] = [house(), house()];
    for (const each of ['x', 'x', 'y', 'x', 'x', 'x'] as const) await all.append('note-a', each);
    await all.deliver(0, 'note-a', 6);
    for (const item of all.table.items()) {
      const { at, correlation: of } = item.row as LoggedCommit;
      const place = { in: JSON.stringify([of]), at: [at, item.key, item.sort.slice('row#'.length)].join('\u0001') };
      await before.table.putRow({ ...item, lists: { [byCorrelation]: place } }, undefined);
    }
    for (const limit of [1, 2, 100])
      expect((await before.walk({ by: 'x', limit })).flat()).toEqual((await all.walk({ by: 'x' })).flat());
  });

  it('shows none of a row that is gone from where the index has it, or has another correlation without an entry', async () => {
    const all = house();
    for (const each of ['x', 'x', 'x', 'y'] as const) await all.append('note-a', each);
    await all.deliver(0, 'note-a', 4);
    const [first, second, third] = all.table.items();
    const spoilt = { ...second!, row: { ...second!.row, correlation: 'y' } };
    await all.table.putRow(spoilt, { ...spoilt, writes: 7 });
    expect(await all.walk({ by: 'x' })).toEqual([['note-a#1']]);
    const place = { key: first!.key, sort: third!.sort, at: first!.lists![byCorrelation]!.at };
    const reader = { ...all.table, ...all.view, places: async () => ({ places: [place] }) };
    const request = { limit: 9, direction: 'oldest-first', list: byCorrelation, by: 'x' } as const;
    expect(await queryList({ projection, reader, clock: memoryClock() }, operator, request)).toEqual({ items: [] });
  });

  it('has what a reader awaits in its place, whatever the index has yet', async () => {
    const all = house();
    for (const each of ['x', 'x', 'y', 'x', 'x'] as const) await all.append('note-a', each);
    await all.append('note-b', 'x');
    await all.append('note-a', 'x');
    for (const each of streams) await all.deliver(0, each, 9);
    const reader: typeof all.table = {
      ...{ ...all.table, ...all.view },
      places: async (asked) => {
        const { places, ...more } = await all.table.places(asked);
        return { places: places.filter(({ sort }) => !sort.endsWith('4')), ...more };
      },
    };
    const awaited = [{ stream: 'note-a', commit: 6, types: ['Noted'] }];
    const request = { limit: 9, direction: 'oldest-first', list: byCorrelation, by: 'x' } as const;
    const asked = async (over: Partial<PageRequest>) => {
      const { items } = await queryList({ projection, reader, clock: memoryClock() }, operator, { ...request, ...over });
      return (items as LoggedCommit[]).map((row) => `${row.stream}#${row.commit}`);
    };
    expect(await asked({})).toEqual(['note-a#1', 'note-a#2', 'note-b#1']);
    expect(await asked({ awaited })).toEqual(['note-a#1', 'note-a#2', 'note-a#4', 'note-a#5', 'note-a#6', 'note-b#1']);
  });

  it('takes a token that names nothing for a place behind which the list goes on, and shows nothing by it', async () => {
    const all = house();
    for (const each of ['x', 'y', 'y'] as const) await all.append('note-a', each);
    await all.deliver(0, 'note-a', 3);
    const [, y] = all.table.items();
    const forged = `${y!.lists![byCorrelation]!.at}.000000000002`;
    const scope = 'event-log.r3/list/by-correlation/["x"]/oldest-first';
    const cursor = Buffer.from(JSON.stringify([scope, { at: forged }])).toString('base64url');
    const early = Buffer.from(JSON.stringify([scope, { at: '!' }])).toString('base64url');
    // A table refuses to look under no key.
    const keyless = Buffer.from(JSON.stringify([scope, { at: '!\u0001\u0001000000000001' }])).toString('base64url');
    const request = { limit: 9, direction: 'oldest-first', list: byCorrelation, by: 'x' } as const;
    const rowsOf: typeof all.view.rowsOf = async (key, asked) => {
      if (key === '') throw new Error('A key attribute cannot contain an empty text.');
      return all.view.rowsOf(key, asked);
    };
    const querying = { projection, reader: { ...all.table, ...all.view, rowsOf }, clock: memoryClock() };
    expect(await queryList(querying, operator, { ...request, cursor: early })).toMatchObject({ items: [{ commit: 1 }] });
    expect(await queryList(querying, operator, { ...request, cursor })).toEqual({ items: [] });
    expect(await queryList(querying, operator, { ...request, cursor: keyless })).toMatchObject({ items: [{ commit: 1 }] });
  });

  it('goes on over rows of one personal value, which is sealed anew in each', () => {
    const sealed = (ciphertext: string) => ({
      '~': `1.AAAA.fabcdefghijkl.${ciphertext}`,
      of: 'ada',
      at: ['note-a/1', 'Noted', '/email'] as const,
    });
    const list = {
      by: ({ email }: { email: ReturnType<typeof sealed> }) => email,
      find: true,
      runs: true,
    } as unknown as List<never>;
    const lists = { 'by-email': list };
    const row = (commit: number): ViewItem => ({
      ...{ key: 'a', stream: 'note-a', sort: sortOf(commit), commit },
      row: { email: sealed(`c${commit}`) },
    });
    const [first, second] = [placed({ lists }, row(1)), placed({ lists }, row(2))];
    const stored = [first, withoutRuns({ lists }, second, runsOf({ lists }, first))];
    expect(stored.map((item) => item.lists !== undefined)).toEqual([true, false]);
    expect(placedInRuns('by-email', list, stored).map((item) => item.lists?.['by-email']?.in)).toEqual(
      Array(2).fill('["fabcdefghijkl"]'),
    );
  });
});

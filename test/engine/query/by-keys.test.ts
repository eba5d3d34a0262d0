import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AnyProjection, List } from '../../../lib/core/projection.ts';
import { byKeys } from '../../../lib/engine/query/by-keys.ts';
import { queryList } from '../../../lib/engine/query/kinds.ts';
import type { PageRequest } from '../../../lib/engine/query/page.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { cards, deal, type Face, faceOf, keysOnly, stacks } from '../../support/examples/cards.ts';
import { ada, operator } from '../../support/examples/commanding.ts';
import { laggingView } from '../../support/examples/lagging.ts';

const clock = memoryClock();
const sharded = <P extends Readonly<{ lists?: object }>>(projection: P): P => ({
  ...projection,
  lists: { ...projection.lists, spread: { sort: (row: Face) => row.rank, within: 'owner', shards: 3 } satisfies List<Face> },
});

const dealt = fc.array(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 2, unit: fc.constantFrom('a', 'b', 'c', '1') }),
    face: fc.option(
      fc.record({
        owner: fc.constantFrom('ada', 'ada', 'bob'),
        rank: fc.constantFrom('1', '10', 'a', 'a b', 'é', '😀', '\uffee'),
        status: fc.constantFrom('open', 'open', 'closed', 'none'),
        colour: fc.constantFrom('red', 'red', 'red', 'blue'),
        until: fc.constantFrom(undefined, undefined, new Date(clock.now() - 60_000).toISOString()),
      }),
      { nil: undefined, freq: 8 },
    ),
  }),
  { maxLength: 40 },
);
type Question = readonly [typeof ada, Partial<PageRequest>];
const asked = fc.record({
  of: fc.constantFrom<Question[]>(
    [ada, {}],
    [operator, { owner: 'bob' }],
    [operator, {}],
    [ada, { list: 'by-status', by: 'open' }],
    [ada, { list: 'spread' }],
    [operator, { list: 'by-status', by: 'closed', owner: 'bob' }],
    [operator, { list: 'ranked' }],
    [operator, { list: 'plain', by: 'red' }],
  ),
  limit: fc.integer({ min: 1, max: 7 }),
  direction: fc.constantFrom('oldest-first' as const, 'newest-first' as const),
  equals: fc.option(fc.constantFrom({ colour: 'blue' }, { colour: 'red' }), { nil: undefined }),
});

/** The pages of a walk, each with the place that its token names. A walk by keys may only find at its end that nothing follows. */
const walk = async (
  projection: AnyProjection,
  reader: ReturnType<typeof memoryView>,
  actor: typeof ada,
  request: PageRequest,
): Promise<readonly (readonly object[])[]> => {
  const pages: (readonly object[])[] = [];
  for (let cursor: string | undefined; ; ) {
    const answer = await queryList({ projection, reader, clock }, actor, { ...request, ...(cursor && { cursor }) });
    if (answer.items.length > 0) pages.push(answer.items);
    cursor = answer.cursor;
    if (cursor === undefined) return pages;
    expect(answer.items.length, 'a page that goes on is full').toBe(request.limit);
  }
};

it.each([
  ['one row for each stream', sharded(cards) as unknown as AnyProjection],
  ['many rows for each stream', sharded(stacks) as unknown as AnyProjection],
])('a list by an index of keys has the pages of the same list by an index of rows: %s', async (_, projection) => {
  await fc.assert(
    fc.asyncProperty(dealt, asked, async (faces, { of: [actor, over], equals, ...paging }) => {
      fc.pre(
        (projection.kind === 'row-per-stream' || over.list !== undefined) &&
          (actor === ada || (over.owner ?? over.list) !== undefined || paging.direction === 'oldest-first'),
      );
      const reader = memoryView();
      for (const { id, face } of faces) await deal(reader, projection, id, face && faceOf(face));
      const request: PageRequest = { ...paging, ...over, ...(equals && { equals }) };
      expect(await walk(keysOnly(projection), reader, actor, request)).toEqual(await walk(projection, reader, actor, request));
    }),
    { numRuns: 200 },
  );
});

it('a token of a list by keys goes on in the same list by rows, and the other way round', async () => {
  const reader = memoryView();
  for (const [i, id] of ['a', 'b', 'c', 'd', 'e'].entries()) await deal(reader, cards as never, id, faceOf({ rank: String(i) }));
  const page = (projection: unknown, cursor?: string) =>
    queryList({ projection: projection as AnyProjection, reader, clock }, ada, {
      ...{ limit: 2, direction: 'newest-first', list: 'by-status', by: 'open' },
      ...(cursor && { cursor }),
    });
  const [byRows, byKey] = [await page(cards), await page(keysOnly(cards))];
  expect(byKey).toEqual(byRows);
  expect(await page(cards, byKey.cursor)).toEqual(await page(keysOnly(cards), byRows.cursor));
});

it('looks further where a filter leaves out much, and ends a page early after 20 looks', async () => {
  const reader = memoryView();
  const looks: number[] = [];
  const read: string[] = [];
  const counting = {
    ...reader,
    places: async (options: Readonly<{ limit: number; after?: object }>) => {
      looks.push(options.limit);
      const from = Number((options.after as { at?: string })?.at ?? 0);
      const places = Array.from({ length: options.limit }, (_, i) => ({
        key: `k${from + i + 1}`,
        sort: 'head',
        at: String(from + i + 1),
      }));
      return { places, next: { at: places.at(-1)!.at } };
    },
    itemsAt: async (places: readonly Readonly<{ key: string }>[]) => {
      read.push(...places.map(({ key }) => key));
      return [];
    },
  };
  const page = await byKeys(counting as never).list({ list: 'l', partition: 'p', limit: 3, direction: 'oldest-first' });
  expect(looks).toEqual([3, ...Array.from({ length: 19 }, () => 100)]);
  expect(read).toHaveLength(1_903);
  expect(page).toEqual({ items: [], next: { at: '1903' } });
});

it('shows a row at the place where the index has it, as it is now, and none that is gone, elsewhere or of another', async () => {
  const reader = laggingView();
  const projection = keysOnly(cards) as unknown as AnyProjection;
  const put = (ranks: Readonly<Record<string, Partial<Face> | undefined>>) =>
    Promise.all(Object.entries(ranks).map(([id, face]) => deal(reader, projection, id, face && faceOf(face))));
  await put({ a: { rank: '1' }, b: { rank: '2' }, c: { rank: '3' }, d: { rank: '4' }, e: { rank: '5' }, f: { rank: '6' } });
  await reader.catchUp();
  await put({ a: { rank: '9', colour: 'blue' }, b: { status: 'closed' }, d: undefined, e: { owner: 'bob', rank: '5' } });
  const shown = async (over: Partial<PageRequest>) => {
    const asked = { limit: 9, direction: 'oldest-first', ...over } as const;
    const { items } = await queryList({ projection, reader, clock }, ada, asked);
    return items.map((item) => `${(item as { id: string }).id}${(item as Face).rank}`);
  };
  const open = { list: 'by-status', by: 'open' } as const;
  expect(await shown(open)).toEqual(['a9', 'c3', 'f6']);
  // What is read for a token is laid between rows in the order of the index.
  await put({ g: { rank: '2' } });
  const awaited = [{ stream: 'card-g', commit: 1, types: ['Dealt'] }];
  expect(await shown({ ...open, awaited })).toEqual(['a9', 'g2', 'c3', 'f6']);
  expect(await shown({})).toEqual(['a9', 'b5', 'c3', 'f6']);
});

it('asks for a row once that an index has at two places while it moves', async () => {
  const reader = memoryView();
  for (const [id, rank] of ['1', '2', '3'].entries()) await deal(reader, cards as never, `${id}`, faceOf({ rank }));
  const moving = {
    ...reader,
    places: async (options: Parameters<typeof reader.places>[0]) => {
      const { places } = await reader.places(options);
      return { places: [...places, { ...places[0]!, at: '9' }] };
    },
    itemsAt: async (places: Parameters<typeof reader.itemsAt>[0]) => {
      // As BatchGetItem does.
      if (new Set(places.map(({ key }) => key)).size < places.length)
        throw new Error('The list of item keys contains duplicates.');
      return reader.itemsAt(places);
    },
  };
  const asked = { limit: 9, direction: 'oldest-first', list: 'by-status', by: 'open' } as const;
  const { items } = await queryList(
    { projection: keysOnly(cards) as unknown as AnyProjection, reader: moving, clock },
    ada,
    asked,
  );
  expect(items).toMatchObject([{ rank: '1' }, { rank: '2' }, { rank: '3' }]);
});

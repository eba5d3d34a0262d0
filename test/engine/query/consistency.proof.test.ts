import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import type { ViewItem } from '../../../lib/engine/ports.ts';
import type { Awaited } from '../../../lib/engine/query/consistency.ts';
import { queryById, queryList } from '../../../lib/engine/query/kinds.ts';
import type { PageRequest } from '../../../lib/engine/query/page.ts';
import type { Querying } from '../../../lib/engine/query/querying.ts';
import { compareText, matches } from '../../../lib/engine/view/lists.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';
import { cards, deal, type Face, keysOnly, stacks } from '../../support/examples/cards.ts';
import { ada, operator } from '../../support/examples/commanding.ts';
import { laggingView } from '../../support/examples/lagging.ts';
import { runs } from '../../support/runs.ts';

const clock = memoryClock();
const now = new Date(clock.now()).toISOString();
const instant = (minutes: number) => new Date(clock.now() + minutes * 60_000).toISOString();

const face: fc.Arbitrary<Face> = fc.record(
  {
    owner: fc.constantFrom('ada', 'bob'),
    status: fc.constantFrom('open', 'closed', 'none'),
    rank: fc.constantFrom('1', '2', '2b', '3', '日', '😀', '\uffee'),
    colour: fc.constantFrom('red', 'blue'),
    until: fc.constantFrom(instant(-1), instant(1)),
  },
  { requiredKeys: ['owner', 'status', 'rank', 'colour'] },
);
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const history = fc.array(fc.record({ id, face: fc.option(face, { nil: undefined, freq: 6 }) }), { minLength: 1, maxLength: 25 });

type Question = Readonly<{ actor: typeof ada; request: Omit<PageRequest, 'limit' | 'direction'> }>;
const owned: Question[] = [
  { actor: ada, request: {} },
  { actor: ada, request: { list: 'by-status', by: 'open' } },
  { actor: operator, request: { list: 'by-status', by: 'closed', owner: 'bob' } },
];
const everything: Question[] = [
  { actor: operator, request: { list: 'ranked' } },
  { actor: operator, request: { list: 'plain', by: 'red' } },
];
const question = fc.record({
  asked: fc.constantFrom(...owned, ...everything),
  equals: fc.option(fc.constantFrom({ colour: 'red' }), { nil: undefined }),
  limit: fc.integer({ min: 1, max: 4 }),
  direction: fc.constantFrom('oldest-first' as const, 'newest-first' as const),
});

/** The whole list, made from the items in the simplest way. */
const listOf = (items: readonly ViewItem[], { actor, request }: Question, equals: Record<string, string> | undefined) => {
  const { list, by } = request;
  const owner = actor === ada ? 'ada' : request.owner;
  const place = (item: ViewItem) => (list === undefined ? item.key : (item.lists?.[list]?.at ?? ''));
  const partition = JSON.stringify([...(owner === undefined ? [] : [owner]), ...(by === undefined ? [] : [by])]);
  return items
    .filter((item) => (list === undefined ? item.owner === owner : item.lists?.[list]?.in === partition))
    .filter((item) => matches(item, { now, ...(equals && { equals }) }))
    .sort((a, b) => compareText(place(a), place(b)))
    .map(({ key, row }) => ({ id: key, ...row }));
};

const walk = async (querying: Querying, actor: typeof ada, request: PageRequest) => {
  const items: object[] = [];
  for (let cursor: string | undefined, pages = 0; ; pages++) {
    const page = await queryList(querying, actor, { ...request, ...(cursor && { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(request.limit);
    expect(pages).toBeLessThan(200);
    items.push(...page.items);
    cursor = page.cursor;
    if (cursor === undefined) return items;
  }
};

/** What an index that holds keys only shows: where it has a row, the row as it is now, if it still belongs there. */
const fetched = (stale: readonly ViewItem[], truth: readonly ViewItem[], list: string | undefined): readonly ViewItem[] =>
  stale.flatMap((item) => {
    const now = truth.find(({ key, sort }) => key === item.key && sort === item.sort);
    if (list === undefined) return now && now.owner === item.owner ? [now] : [];
    const place = item.lists?.[list];
    return now && place && now.lists?.[list]?.in === place.in ? [{ ...now, lists: { [list]: place } }] : [];
  });

it.each([
  ['one row for each stream', cards],
  ['many rows for each stream', stacks],
  ['one row for each stream, and indexes of keys', keysOnly(cards)],
  ['many rows for each stream, and indexes of keys', keysOnly(stacks)],
])(
  'with a token, what was written is in a whole walk exactly once and in its place, however far the indexes are behind: %s',
  async (_, declared) => {
    const projection = declared as unknown as AnyProjection;
    let staleWithout = 0;
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.nat(25),
        fc.subarray(['a', 'b', 'c', 'd', 'e', 'f']),
        question,
        fc.infiniteStream(fc.integer({ min: 1, max: 3 })),
        async (written, known, awaitedIds, { asked, equals, limit, direction }, shorts) => {
          fc.pre(projection.kind === 'row-per-stream' || asked.request.list !== undefined);
          const view = laggingView((asked) => Math.max(1, asked - (shorts.next().value % asked)));
          const querying: Querying = { projection, reader: view, clock };
          const last = new Map<string, Awaited>();
          for (const { id, face } of written) {
            const { stream, commit } = await deal(view, projection, id, face);
            last.set(id, { stream, commit, types: ['Dealt', 'Discarded'] });
          }
          await view.catchUp(known);
          const awaited = awaitedIds.flatMap((id) => last.get(id) ?? []);
          const isAwaited = ({ key }: ViewItem) => awaitedIds.includes(key) && last.has(key);
          const truth = view.items();
          const isKeyed = Object.values(projection.lists ?? {}).some((each) => each.keysOnly);
          const stale = isKeyed ? fetched(view.indexes.items(), truth, asked.request.list) : view.indexes.items();
          const reads = (items: readonly ViewItem[]) => {
            const list = listOf(items, asked, equals);
            return direction === 'oldest-first' ? list : list.reverse();
          };
          const request: PageRequest = { ...asked.request, limit, direction, ...(equals && { equals }) };

          // A row that is awaited is as the table has it, every other as the index has it; all of them in order.
          const expected = reads([...stale.filter((item) => !isAwaited(item)), ...truth.filter(isAwaited)]);
          expect(await walk(querying, asked.actor, { ...request, awaited })).toEqual(expected);

          const without = await walk(querying, asked.actor, request);
          expect(without).toEqual(reads(stale));
          if (JSON.stringify(without) !== JSON.stringify(reads(truth))) staleWithout += 1;

          for (const one of awaited) {
            const key = one.stream.slice('card-'.length);
            const head = truth.find((item) => item.key === key && item.sort === 'head');
            const answer = queryById(querying, operator, key, { limit: 100, direction: 'oldest-first', awaited: [one] });
            if (projection.kind === 'row-per-stream') {
              if (matches(head!, { now })) expect((await answer).body).toEqual({ id: key, ...head?.row });
              else await expect(answer).rejects.toMatchObject({ problem: { status: 404 } });
            } else
              expect((await answer).body).toEqual({
                items: truth
                  .filter((item) => item.key === key && item.sort !== 'head' && matches(item, { now }))
                  .sort((a, b) => compareText(a.sort, b.sort))
                  .map(({ row }) => row),
              });
          }
        },
      ),
      { numRuns: runs(250) },
    );
    expect(staleWithout, 'the indexes were never behind').toBeGreaterThan(0);
  },
);

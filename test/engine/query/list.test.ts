import { beforeEach, describe, expect, it } from 'vitest';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { queryById, queryList } from '../../../lib/engine/query/kinds.ts';
import type { PageRequest } from '../../../lib/engine/query/page.ts';
import type { Querying } from '../../../lib/engine/query/querying.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';
import { type MemoryView, memoryView } from '../../../lib/testing/memory/view.ts';
import { cards, deal, type Face, faceOf, stacks } from '../../support/examples/cards.ts';
import { ada, bob, operator } from '../../support/examples/commanding.ts';

const page = (over: Partial<PageRequest> = {}): PageRequest => ({ limit: 2, direction: 'oldest-first', ...over });
const open = page({ list: 'by-status', by: 'open' });
const problem = (status: number, detail: string) => ({ problem: { status, detail: expect.stringContaining(detail) } });
const over = (projection: unknown): Querying => ({ projection: projection as AnyProjection, reader: view, clock: memoryClock() });

let view: MemoryView;
beforeEach(() => {
  view = memoryView();
});

const dealAll = async (faces: Readonly<Record<string, Partial<Face>>>, projection: unknown = cards) => {
  for (const [id, face] of Object.entries(faces)) await deal(view, projection as AnyProjection, id, faceOf(face));
};

const ids = async (request: PageRequest, actor = ada, querying = over(cards)) => {
  const found: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const answer = await queryList(querying, actor, { ...request, ...(cursor && { cursor }) });
    found.push(...answer.items.map((item) => (item as { id: string }).id));
    cursor = answer.cursor;
    if (cursor === undefined) return found;
  }
};

describe('a declared list', () => {
  it('has the rows under one value, in its own order, both ways', async () => {
    await dealAll({ a: { rank: '3' }, b: { rank: '1' }, c: { status: 'closed' }, d: { rank: '2' }, e: { rank: '2' } });
    expect(await ids(open)).toEqual(['b', 'd', 'e', 'a']);
    expect(await ids({ ...open, direction: 'newest-first' })).toEqual(['a', 'e', 'd', 'b']);
    expect(await ids(page({ list: 'by-status', by: 'closed' }))).toEqual(['c']);
    expect(await ids(page({ list: 'by-status', by: 'other' }))).toEqual([]);
  });

  it('is by the row as it is now, and forgets it when it is deleted or in no partition', async () => {
    await dealAll({ a: {}, b: {}, c: {} });
    await deal(view, cards as never, 'a', faceOf({ status: 'closed' }));
    await deal(view, cards as never, 'b', undefined);
    await deal(view, cards as never, 'c', faceOf({ status: 'none' }));
    expect(await ids(open)).toEqual([]);
    expect(view.items().map(({ key, lists }) => [key, Object.keys(lists ?? {})])).toEqual([
      ['a', ['by-status', 'ranked', 'plain']],
      ['b', []],
      ['c', ['ranked', 'plain']],
    ]);
  });

  it('has an order without ties, and texts before what they begin', async () => {
    await dealAll({ z: { rank: 'a' }, b: { rank: 'ab' }, a: { rank: 'a' }, c: { rank: 'a b' } });
    expect(await ids(page({ list: 'ranked', limit: 1 }), operator)).toEqual(['a', 'z', 'c', 'b']);
  });

  it('without a sort is by key, and of many rows for each stream has them all', async () => {
    const ranks = { b: { rank: '2' }, a: { rank: '9' } };
    await dealAll(ranks, stacks);
    await dealAll({ b: { rank: '1' } }, stacks);
    const answer = await queryList(over(stacks), operator, page({ list: 'plain', by: 'red', limit: 9 }));
    expect(answer.items).toMatchObject([
      { id: 'b', rank: '1' },
      { id: 'b', rank: '2' },
      { id: 'a', rank: '9' },
    ]);
  });

  it('gives cursors that survive what is inserted, changed and taken out between two pages', async () => {
    await dealAll({ a: { rank: '1' }, b: { rank: '2' }, c: { rank: '4' }, d: { rank: '5' } });
    const first = await queryList(over(cards), ada, open);
    await dealAll({ aa: { rank: '15' }, bb: { rank: '3' }, b: { status: 'closed' } });
    const second = await queryList(over(cards), ada, { ...open, limit: 9, cursor: first.cursor! });
    expect(second.items).toMatchObject([{ id: 'bb' }, { id: 'c' }, { id: 'd' }]);
  });

  it('is asked for by its own cursors only', async () => {
    await dealAll({ a: {}, b: {}, c: {} });
    const cursor = (await queryList(over(cards), ada, open)).cursor!;
    const foreign: [typeof ada, Partial<PageRequest>][] = [
      [ada, { by: 'closed' }],
      [ada, { direction: 'newest-first' }],
      [ada, { equals: { colour: 'red' } }],
      [bob, {}],
      [operator, { owner: 'bob' }],
      [operator, { list: 'ranked', by: undefined }],
    ];
    for (const [actor, over_] of foreign)
      await expect(queryList(over(cards), actor, { ...open, ...over_, cursor })).rejects.toMatchObject(problem(400, 'cursor'));
    await expect(queryList(over({ ...cards, revision: 2 }), ada, { ...open, cursor })).rejects.toMatchObject(
      problem(400, 'cursor'),
    );
    expect((await queryList(over(cards), operator, { ...open, owner: 'ada', cursor })).items).toHaveLength(1);
  });
});

describe('the callers who may read a list', () => {
  beforeEach(() => dealAll({ hers: {}, his: { owner: 'bob' }, both: { owner: 'ada","open' } }));

  it('customers: lists within their own, and of them their own', async () => {
    expect(await ids(open)).toEqual(['hers']);
    expect(await ids(open, bob)).toEqual(['his']);
    await expect(ids({ ...open, owner: 'bob' })).rejects.toMatchObject({ problem: { status: 403 } });
    await expect(ids(page({ list: 'ranked' }))).rejects.toMatchObject({ problem: { status: 403 } });
    // No value of `by` reaches another owner's list.
    for (const by of ['"],["bob","open', 'open","bob', '","open']) expect(await ids({ ...open, by })).toEqual([]);
  });

  it('operators: any, and whose where it is within an owner', async () => {
    expect(await ids({ ...open, owner: 'bob' }, operator)).toEqual(['his']);
    expect((await ids(page({ list: 'ranked' }), operator)).toSorted()).toEqual(['both', 'hers', 'his']);
    await expect(ids(open, operator)).rejects.toMatchObject(problem(400, 'owner: by-status'));
    await expect(ids(page({ list: 'ranked', owner: 'ada' }), operator)).rejects.toMatchObject(problem(400, 'owner: ranked'));
  });

  it.each<[string, Partial<PageRequest>, typeof ada, string]>([
    ['an unknown list', { list: 'nope' }, operator, 'list: one of by-status, ranked, plain'],
    ['an unknown list, of which a customer is told what is open to them', { list: 'nope' }, ada, 'list: one of by-status'],
    ['a name that every object has', { list: 'constructor' }, operator, 'list: one of'],
    ['no value', { list: 'by-status' }, ada, 'by: by-status'],
    ['a value that nothing is by', { list: 'ranked', by: 'x' }, operator, 'by: ranked'],
    ['a value without a list', { by: 'x' }, ada, 'by: is only for a list'],
    ['an unknown filter', { equals: { rank: '5' } }, ada, 'filter.rank: cards is filtered by colour'],
    ['an order of what has none', { direction: 'newest-first' }, operator, 'order: a list of all rows has no order'],
  ])('400 for %s', async (_, request, actor, detail) => {
    await expect(queryList(over(cards), actor, page(request))).rejects.toMatchObject(problem(400, detail));
  });

  it('takes a value that no index could hold for one that nothing is under', async () => {
    expect(await ids({ ...open, by: 'x'.repeat(3_000) })).toEqual([]);
  });
});

describe('filters', () => {
  it('leave the rows whose field equals the text, in every list', async () => {
    await dealAll({ a: { colour: 'red' }, b: { colour: 'blue' }, c: { colour: 'blue', status: 'closed' } });
    const blue = { equals: { colour: 'blue' } };
    expect(await ids(page(blue))).toEqual(['b', 'c']);
    expect(await ids({ ...open, ...blue })).toEqual(['b']);
    expect((await ids(page(blue), operator)).toSorted()).toEqual(['b', 'c']);
  });

  it('compare numbers and truths as JSON writes them', async () => {
    const projection = { ...cards, lists: {}, filters: ['n'], on: { Dealt: () => ({ owner: 'ada', n: 5 }) } };
    await dealAll({ a: {} }, projection);
    expect(await ids(page({ equals: { n: '5' } }), ada, over(projection))).toEqual(['a']);
    for (const n of ['05', '5.0', '', 'five']) expect(await ids(page({ equals: { n } }), ada, over(projection))).toEqual([]);
  });

  it('hold for the rows of one stream too', async () => {
    await dealAll({ a: { rank: '1' } }, stacks);
    await dealAll({ a: { rank: '2', colour: 'blue' } }, stacks);
    const { body } = await queryById(over(stacks), ada, 'a', page({ equals: { colour: 'blue' } }));
    expect(body).toMatchObject({ items: [{ rank: '2' }] });
  });
});

describe('expired rows', () => {
  const past = '2026-11-21T12:00:00+00:00';
  const later = '2026-11-21T13:00:01+01:00';

  it('counts as absent, by id and in every list, and its cursor lives on', async () => {
    await dealAll({ gone: { until: past }, there: { until: later }, always: {} });
    await expect(queryById(over(cards), ada, 'gone', page())).rejects.toMatchObject({ problem: { status: 404 } });
    expect((await queryById(over(cards), ada, 'there', page())).body).toMatchObject({ id: 'there' });
    expect(await ids(page())).toEqual(['always', 'there']);
    expect(await ids(open)).toEqual(['always', 'there']);
    expect((await ids(page(), operator)).toSorted()).toEqual(['always', 'there']);
    expect((await view.head('gone'))?.commit).toBe(1);
    await deal(view, cards as never, 'gone', faceOf());
    expect(await ids(open)).toEqual(['always', 'gone', 'there']);
  });

  it('counts as absent among the rows of one stream', async () => {
    await dealAll({ a: { rank: '1', until: past } }, stacks);
    await dealAll({ a: { rank: '2' } }, stacks);
    const { body } = await queryById(over(stacks), ada, 'a', page());
    expect(body).toMatchObject({ items: [{ rank: '2' }] });
  });
});

describe('values that no index takes', () => {
  const parked = async (projection: object) => {
    await deal(view, { ...cards, ...projection } as never, 'a', faceOf());
    return (await view.head('a'))?.parked?.reason;
  };
  it.each<[string, object, string]>([
    ['a sort that is no text', { lists: { x: { sort: () => 5 } } }, 'sorted by must be a text'],
    ['a sort that is too long', { lists: { x: { sort: () => 'é'.repeat(600) } } }, 'over 1024 bytes'],
    ['half of a surrogate pair', { lists: { x: { sort: () => '\ud800' } } }, 'must be a text'],
    ['a value that is too long', { lists: { x: { by: () => 'x'.repeat(2_050) } } }, 'over 2048 bytes'],
    ['an instant that is none', { lists: {}, expires: () => 'tomorrow' }, 'Invalid time value'],
  ])('parks the stream: %s', async (_, projection, reason) => expect(await parked(projection)).toContain(reason));
});

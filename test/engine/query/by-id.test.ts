import { beforeEach, describe, expect, it } from 'vitest';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { accountStatement } from '../../../domains/account/projections/statement.ts';
import { type AnyProjection, rowKey } from '../../../lib/core/projection.ts';
import { queryById, queryList } from '../../../lib/engine/query/kinds.ts';
import type { PageRequest } from '../../../lib/engine/query/page.ts';
import { decodeCursor, encodeCursor } from '../../../lib/engine/query/page-cursor.ts';
import type { Querying } from '../../../lib/engine/query/querying.ts';
import { withCursors } from '../../../lib/engine/view/kinds/index.ts';
import { refold } from '../../../lib/engine/view/refold.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryLog } from '../../../lib/testing/memory/system.ts';
import { type MemoryView, memoryView } from '../../../lib/testing/memory/view.ts';
import { ada, bob, operator, robot } from '../../support/examples/commanding.ts';
import { commitOf } from '../../support/store/commits.ts';

const status = (problem: number) => ({ problem: { status: problem } });
const page = (over: Partial<PageRequest> = {}): PageRequest => ({ limit: 2, direction: 'oldest-first', ...over });

let balances: Querying;
let rows: MemoryView;
let statements: Querying;
beforeEach(async () => {
  const view = memoryView();
  for (let i = 1; i <= 7; i++) {
    const owner = i % 2 ? 'ada' : 'bob';
    await view.putHead(
      { key: `a${i}`, sort: 'head', stream: `account-a${i}`, commit: i, owner, row: { owner, balance: i } },
      undefined,
    );
  }
  await view.putHead({ key: 'gone', sort: 'head', stream: 'account-gone', commit: 9 }, undefined);
  balances = { projection: accountBalance, reader: view, clock: memoryClock() };
  rows = memoryView();
  await rows.putHead({ key: 'a1', sort: 'head', stream: 'account-a1', commit: 5, owner: 'ada', memory: {} }, undefined);
  for (let i = 1; i <= 5; i++)
    await rows.putRow({ key: 'a1', sort: `row#${i}`, stream: 'account-a1', commit: i, row: { entry: i } }, undefined);
  statements = { projection: { ...accountStatement, kind: 'rows-per-stream' } as never, reader: rows, clock: memoryClock() };
});

/** All pages of a list. */
const walk = async (querying: Querying, actor: typeof ada, request: PageRequest) => {
  const ids: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const answer = await queryList(querying, actor, { ...request, ...(cursor && { cursor }) });
    expect(answer.items.length).toBeLessThanOrEqual(request.limit);
    ids.push(...answer.items.map((item) => (item as { id: string }).id));
    cursor = answer.cursor;
    if (cursor === undefined) return ids;
  }
};

describe('one row', () => {
  it('has another ETag after a refold, though its commit is the same', async () => {
    const view = memoryView();
    const head = { key: 'a1', sort: 'head', stream: 'account-a1', commit: 1, owner: 'ada', row: { owner: 'ada', balance: 1 } };
    await view.putHead(head, undefined);
    const before = await queryById({ ...balances, reader: view }, ada, 'a1', page());
    await view.putHead({ ...head, row: { owner: 'ada', balance: 2 } }, await view.head('a1'));
    const after = await queryById({ ...balances, reader: view }, ada, 'a1', page());
    expect([before.tag, after.tag]).toEqual(['r2-1.1', 'r2-1.2']);
  });

  it('comes with a tag that names its revision, its commit and how often it was written', async () => {
    expect(await queryById(balances, ada, 'a3', page())).toEqual({ body: { id: 'a3', owner: 'ada', balance: 3 }, tag: 'r2-3.1' });
    expect(await queryById(balances, operator, 'a2', page())).toMatchObject({ tag: 'r2-2.1' });
  });

  it.each([
    ['nobody ever had it', ada, 'a99', 404],
    ['it was deleted', operator, 'gone', 404],
    ["it is somebody else's", ada, 'a2', 403],
    ['a process asks, whom the view does not let in', robot, 'a1', 403],
  ])('does not come where %s', async (_, actor, id, expected) => {
    await expect(queryById(balances, actor, id, page())).rejects.toMatchObject(status(expected));
  });

  it('that has no owner is for no customer', async () => {
    const view = memoryView();
    await view.putHead({ key: 'a1', sort: 'head', stream: 'account-a1', commit: 1, row: { owner: 'ada' } }, undefined);
    await expect(
      queryById({ projection: accountBalance, reader: view, clock: memoryClock() }, ada, 'a1', page()),
    ).rejects.toMatchObject(status(403));
  });
});

describe('the rows of a stream', () => {
  it.each(['oldest-first', 'newest-first'] as const)('come page by page, %s', async (direction) => {
    const entries: number[] = [];
    for (let cursor: string | undefined; ; ) {
      const { body } = await queryById(statements, ada, 'a1', page({ direction, ...(cursor && { cursor }) }));
      const answer = body as { items: { entry: number }[]; cursor?: string };
      entries.push(...answer.items.map(({ entry }) => entry));
      cursor = answer.cursor;
      if (cursor === undefined) break;
    }
    expect(entries).toEqual(direction === 'oldest-first' ? [1, 2, 3, 4, 5] : [5, 4, 3, 2, 1]);
  });

  it('come page by page where an item has those of a commit, however many are asked for', async () => {
    const projection = accountStatement as unknown as AnyProjection;
    const reader = withCursors(projection, memoryView());
    const commits = [[1], [2, 3, 4], [5, 6], [], [7]];
    const all = commits.flat();
    for (const [i, added] of commits.entries()) {
      const sort = `row#${rowKey(i + 1)}`;
      const rows = added.map((entry) => ({ entry }));
      const item = { key: 'a1', sort, stream: 'account-a1', commit: i + 1, memory: { owner: 'ada', balance: i } };
      await reader.putRow({ ...item, ...(rows.length > 0 && { row: { rows } }) }, undefined);
    }
    const statements = { projection, reader, clock: memoryClock() };
    for (const direction of ['oldest-first', 'newest-first'] as const)
      for (let limit = 1; limit <= all.length + 1; limit++) {
        const entries: number[] = [];
        for (let cursor: string | undefined; ; ) {
          const { body } = await queryById(statements, ada, 'a1', page({ direction, limit, ...(cursor && { cursor }) }));
          const answer = body as { items: { entry: number }[]; cursor?: string };
          expect(answer.items.length).toBe(Math.min(limit, all.length - entries.length));
          entries.push(...answer.items.map(({ entry }) => entry));
          cursor = answer.cursor;
          if (cursor === undefined) break;
        }
        expect(entries).toEqual(direction === 'oldest-first' ? all : all.toReversed());
      }
    await expect(queryById(statements, bob, 'a1', page())).rejects.toMatchObject(status(403));
  });

  it('are not for others', async () => {
    await expect(queryById(statements, bob, 'a1', page())).rejects.toMatchObject(status(403));
  });

  it.each([
    ['of which the view knows nothing yet', 'a2'],
    ['whose first commit parked', 'parked'],
    ['in which processes were refused and nothing else happened, after it was folded anew', 'refused'],
  ])('are none of a stream %s, for everybody whom the view lets in', async (_, id) => {
    const parked = { commit: 1, reason: 'Error', at: '2026-11-21T12:00:00.000Z' };
    await rows.putHead({ key: 'parked', sort: 'head', stream: 'account-parked', commit: 0, memory: {}, parked }, undefined);
    const store = memoryStore();
    store.restore([commitOf('account-refused', 1, { events: [], version: 0 })]);
    const { projection, clock } = statements;
    await refold({ projection, store, clock, view: rows, log: memoryLog() }, 'account-refused');
    expect(await rows.head('refused')).toMatchObject({ commit: 1 });
    for (const actor of [ada, operator]) expect(await queryById(statements, actor, id, page())).toEqual({ body: { items: [] } });
    await expect(queryById(statements, robot, id, page())).rejects.toMatchObject(status(403));
  });

  it('are none, as before, when its first event has made none', async () => {
    await rows.putHead({ key: 'a3', sort: 'head', stream: 'account-a3', commit: 1, owner: 'ada', memory: {} }, undefined);
    expect(await queryById(statements, ada, 'a3', page())).toEqual({ body: { items: [] } });
    await expect(queryById(statements, bob, 'a3', page())).rejects.toMatchObject(status(403));
  });

  it('cannot be listed without an id', async () => {
    await expect(queryList(statements, operator, page())).rejects.toMatchObject(status(404));
  });
});

describe('a list', () => {
  it("is a customer's own rows, and everybody's or any one's for an operator", async () => {
    expect(await walk(balances, ada, page())).toEqual(['a1', 'a3', 'a5', 'a7']);
    expect(await walk(balances, bob, page({ owner: 'bob' }))).toEqual(['a2', 'a4', 'a6']);
    expect((await walk(balances, operator, page())).toSorted()).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7']);
    expect(await walk(balances, operator, page({ owner: 'bob' }))).toEqual(['a2', 'a4', 'a6']);
  });

  it("is not somebody else's, and not for a process", async () => {
    await expect(queryList(balances, ada, page({ owner: 'bob' }))).rejects.toMatchObject(status(403));
    await expect(queryList(balances, robot, page())).rejects.toMatchObject(status(403));
  });

  it('of a view without owners is for operators, and has no owner to be asked for', async () => {
    const { owner: _, ...rest } = accountBalance;
    const querying = { ...balances, projection: { ...rest, may: ['operator'] as const } };
    expect(await walk(querying as Querying, operator, page())).toHaveLength(7);
    await expect(queryList(querying as Querying, ada, page())).rejects.toMatchObject(status(403));
    await expect(queryList(querying as Querying, operator, page({ owner: 'ada' }))).rejects.toMatchObject(status(400));
  });
});

describe('a cursor', () => {
  it('carries a place as it is, in letters that a URL takes', () => {
    const place = { key: 'a/b?c=é', from: 5 };
    expect(encodeCursor(place, 'list')).toMatch(/^[\w-]+$/);
    expect(decodeCursor(encodeCursor(place, 'list'), 'list')).toEqual(place);
  });

  it.each([
    ['of another list', encodeCursor({ from: 1 }, 'other')],
    ['nonsense', '%%%'],
    ['other JSON', Buffer.from('{"a":1}').toString('base64url')],
    ['a place that is none', Buffer.from('["list",{"from":{}}]').toString('base64url')],
    ['nothing', ''],
  ])('is none: %s', (_, cursor) => {
    expect(decodeCursor(cursor, 'list')).toBeUndefined();
  });

  it("is refused on another's list, on another list, on another revision, and in the other direction", async () => {
    const { cursor } = await queryList(balances, ada, page());
    const ofRows = ((await queryById(statements, ada, 'a1', page())).body as { cursor?: string }).cursor;
    expect([typeof cursor, typeof ofRows]).toEqual(['string', 'string']);
    const newer = { ...balances, projection: { ...accountBalance, revision: 3 } };
    for (const use of [
      queryList(balances, bob, page({ cursor: cursor! })),
      queryList(balances, operator, page({ cursor: cursor! })),
      queryList(newer, ada, page({ cursor: cursor! })),
      queryList(balances, ada, page({ cursor: ofRows! })),
      queryById(statements, ada, 'a1', page({ cursor: cursor! })),
      queryById(statements, ada, 'a1', page({ cursor: ofRows!, direction: 'newest-first' })),
    ])
      await expect(use).rejects.toMatchObject(status(400));
  });
});

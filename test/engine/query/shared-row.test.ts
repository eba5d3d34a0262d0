import { describe, expect, it } from 'vitest';
import { accountTotals } from '../../../domains/account/projections/totals.ts';
import type { Actor } from '../../../lib/core/access.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { queryById, queryList } from '../../../lib/engine/query/kinds.ts';
import type { Querying } from '../../../lib/engine/query/querying.ts';
import { withCursors } from '../../../lib/engine/view/kinds/index.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { memoryClock, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { commitOf } from '../../support/store/commits.ts';

const projection = accountTotals as unknown as AnyProjection;
const customer = (id: string): Actor => ({ id, kind: 'user', roles: [] });
const operator: Actor = { id: 'op', kind: 'user', roles: ['operator'] };
const page = { limit: 20, direction: 'oldest-first' } as const;
const openedBy = (owner: string, id: string, over: Partial<Commit> = {}) =>
  commitOf(`account-${id}`, 1, { events: [{ type: 'AccountOpened', v: 1, data: { owner, currency: 'EUR' } }], ...over });

const setUp = async (commits: readonly Commit[]) => {
  const [view, store] = [withCursors(projection, memoryView()), memoryStore()];
  const project = async (more: readonly Commit[]) => {
    for (const commit of more) await store.append(commit);
    const deliveries = more.map((commit, i) => ({ id: String(i), delivered: { ...commit, types: ['AccountOpened'] } }));
    expect(await projectBatch({ projection, store, view, clock: memoryClock(), log: memoryLog() }, deliveries)).toEqual([]);
  };
  await project(commits);
  const querying: Querying = { projection, reader: view, clock: memoryClock() };
  return { view, project, querying };
};
const three = [openedBy('ada', '1'), openedBy('ada', '2'), openedBy('bob', '3')];
const refusal = (status: number) => expect.objectContaining({ problem: expect.objectContaining({ status }) });

describe('a shared row', () => {
  it('is shown as declared, and nothing else of it', async () => {
    const { querying } = await setUp(three);
    const { body } = await queryById(querying, customer('ada'), 'ada', page);
    expect(body).toEqual({ id: 'ada', open: 2, closed: 0, balances: {} });
  });

  it('is all of it where nothing is declared', async () => {
    const { querying } = await setUp(three);
    const plain: Querying = { ...querying, projection: { ...projection, show: undefined } as AnyProjection };
    const { body } = await queryById(plain, operator, 'bob', page);
    expect(body).toEqual({ id: 'bob', sums: {}, counts: { open: 1 }, members: {}, highest: {} });
  });

  it("is nobody else's, whether it is there or not", async () => {
    const { querying } = await setUp(three);
    for (const row of ['bob', 'nobody'])
      await expect(queryById(querying, customer('ada'), row, page)).rejects.toEqual(refusal(403));
    await expect(queryById(querying, operator, 'nobody', page)).rejects.toEqual(refusal(404));
    const closed: Querying = { ...querying, projection: { ...projection, owner: undefined } as AnyProjection };
    await expect(queryById(closed, customer('ada'), 'ada', page)).rejects.toEqual(refusal(403));
  });
});

describe('shared rows', () => {
  it('are listed to operators, page by page, and to customers as far as they are theirs', async () => {
    const { querying } = await setUp([...three, openedBy('carol', '4')]);
    const ids = (answer: { items: readonly object[] }) => answer.items.map((item) => (item as { id: string }).id);
    const first = await queryList(querying, operator, { ...page, limit: 2 });
    const second = await queryList(querying, operator, { ...page, limit: 2, cursor: first.cursor! });
    expect([...ids(first), ...ids(second)].toSorted()).toEqual(['ada', 'bob', 'carol']);
    expect(second.cursor).toBeUndefined();
    expect(ids(await queryList(querying, customer('ada'), page))).toEqual(['ada']);
    expect(ids(await queryList(querying, operator, { ...page, owner: 'bob' }))).toEqual(['bob']);
    await expect(queryList(querying, customer('ada'), { ...page, owner: 'bob' })).rejects.toEqual(refusal(403));
    for (const over of [{ list: 'by-status' }, { direction: 'newest-first' as const }, { equals: { open: '1' } }])
      await expect(queryList(querying, operator, { ...page, ...over })).rejects.toEqual(refusal(400));
  });

  it('have what a token asks for, although the index does not have it yet', async () => {
    const { querying, project, view } = await setUp([openedBy('ada', '1')]);
    await project([openedBy('bob', '2')]);
    const lagging: Querying = {
      ...querying,
      reader: {
        ...view,
        sharedRows: async (options) => {
          const { items, ...rest } = await view.sharedRows(options);
          return { ...rest, items: options.consistent ? items : items.filter(({ row }) => row !== 'bob') };
        },
      },
    };
    const awaited = [{ stream: 'account-2', commit: 1, types: ['AccountOpened'] }];
    for (const [actor, over] of [
      [customer('bob'), {}],
      [operator, {}],
      [operator, { owner: 'bob' }],
    ] as const) {
      const without = await queryList(lagging, actor, { ...page, ...over });
      expect(JSON.stringify(without)).not.toContain('bob');
      const { items } = await queryList(lagging, actor, { ...page, ...over, awaited });
      expect(items).toContainEqual({ id: 'bob', open: 1, closed: 0, balances: {} });
    }
    const missing = [{ stream: 'account-9', commit: 1, types: ['AccountOpened'] }];
    await expect(queryById(querying, operator, 'ada', { ...page, awaited: missing })).rejects.toEqual(refusal(503));
    await expect(queryList(querying, operator, { ...page, awaited: missing })).rejects.toEqual(refusal(503));
  });
});

import { expect, it } from 'vitest';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { queryById } from '../../../lib/engine/query/kinds.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import { memoryClock, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { bagOf, entries } from '../../support/examples/bag.ts';

const operator = { id: 'o', kind: 'user', roles: ['operator'] } as const;
const projection = entries as AnyProjection;

it('the rows of a commit are all there, or the reader who awaits them is asked to come again', async () => {
  const [first, second] = bagOf('a', [
    [1, 2],
    [3, 4, 5, 6],
  ]);
  const [store, view] = [memoryStore(), memoryView()];
  for (const commit of [first!, second!]) await store.append(commit);
  const awaited = [{ stream: 'bag-a', commit: 2, types: ['Added'] }];
  const read = () =>
    queryById({ projection, reader: view, clock: memoryClock(), patience: 100 }, operator, 'a', {
      limit: 100,
      direction: 'oldest-first',
      awaited,
    }).then(({ body }) => (body as { items: object[] }).items.length);
  const seen = { awaited: new Set<number>(), refused: 0 };
  const look = async () => {
    await read().then(
      (rows) => seen.awaited.add(rows),
      (cause) => {
        expect(cause).toMatchObject({ problem: { status: 503, kind: 'not-consistent-yet' } });
        seen.refused += 1;
      },
    );
  };
  const looking: Projecting['view'] = {
    ...view,
    putRow: async (...given) => {
      const put = await view.putRow(...given);
      await look();
      return put;
    },
    putHead: async (...given) => {
      await look();
      const put = await view.putHead(...given);
      await look();
      return put;
    },
  };
  const projecting = { projection, store, view: looking, clock: memoryClock(), log: memoryLog() };
  const deliver = (commit: typeof first) => [{ id: '1', delivered: { ...commit!, types: ['Added'] } }];
  await projectBatch({ ...projecting, store: { ...store, read: async () => ({ commits: [first!] }) } }, deliver(first));
  await projectBatch(projecting, deliver(second));
  expect([...seen.awaited]).toEqual([6]);
  expect(seen.refused).toBeGreaterThan(4);
});

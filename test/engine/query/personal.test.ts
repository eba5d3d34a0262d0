import { describe, expect, it } from 'vitest';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { cachedLookUp } from '../../../lib/engine/personal/cached.ts';
import { foundBy } from '../../../lib/engine/personal/find.ts';
import { opened } from '../../../lib/engine/personal/open.ts';
import { queryList } from '../../../lib/engine/query/kinds.ts';
import { apply } from '../../../lib/engine/view/apply.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { memoryBox, memorySubjectKeys, memoryView } from '../../../lib/testing/ports.ts';
import { customers } from '../../support/apps/customer/customers.ts';
import { customer } from '../../support/apps/customer/decider.ts';
import { asks, instanceOver, memoryTable } from '../../support/examples/commanding.ts';

const operator = { id: 'o', kind: 'user', roles: ['operator'] } as const;
const projection = customers as unknown as AnyProjection;

const registered = async () => {
  const table = memoryTable();
  const personal = { keys: memorySubjectKeys(), box: memoryBox() };
  const commanding = instanceOver(table, { decider: customer as never, personal });
  for (const id of ['c1', 'c2'])
    await handleCommand(
      commanding,
      asks('Register', { name: `N ${id}`, email: `${id}@example.com` }, { stream: `customer-${id}` }),
    );
  return { table, personal };
};

describe('a list by a personal value', () => {
  it('is asked for with the plain value, and finds the rows by its hash', async () => {
    const { table, personal } = await registered();
    const view = memoryView();
    const commits = table.store.stored().filter(({ stream }) => stream.startsWith('customer-'));
    await projectBatch(
      { projection, store: table.store, view, clock: table.clock, log: table.log },
      commits.map((commit) => ({ id: commit.stream, delivered: { ...commit, types: commit.events.map(({ type }) => type) } })),
    );
    const querying = { projection, reader: view, clock: table.clock, finding: personal };
    const asked = { limit: 10, direction: 'oldest-first', list: 'by-email', by: 'c2@example.com', inBody: true } as const;
    const { items } = await queryList(querying, operator, asked);
    expect(await opened(personal, items)).toEqual([{ id: 'c2', name: 'N c2', email: 'c2@example.com', moves: 0 }]);
    expect((await queryList(querying, operator, { ...asked, by: 'c3@example.com' })).items).toEqual([]);
    expect(JSON.stringify(view.items())).not.toMatch(/example/);
    await expect(queryList({ projection, reader: view, clock: table.clock }, operator, asked)).rejects.toThrow('given no key');
  });

  it('is asked for in a body alone', async () => {
    const { table, personal } = await registered();
    const querying = { projection, reader: memoryView(), clock: table.clock, finding: personal };
    const asked = { limit: 10, direction: 'oldest-first', list: 'by-email', by: 'c2@example.com' } as const;
    await expect(queryList(querying, operator, asked)).rejects.toMatchObject({
      problem: { kind: 'invalid-request', extra: { errors: [{ path: 'by' }] } },
    });
  });

  it('finds nothing as long as no value was sealed, and makes no secret', async () => {
    const { table, personal } = await registered();
    const asks: string[] = [];
    const keys = cachedLookUp({
      findSecret: async () => {
        asks.push('asked');
        return asks.length > 1 ? personal.keys.findSecret() : undefined;
      },
    });
    const found = () => foundBy({ keys, box: personal.box }, 'c2@example.com');
    const [before, after, again] = [await found(), await found(), await found()];
    expect([before, asks.length]).toEqual(['f', 2]);
    expect(after).toBe(again);
    expect(after).toMatch(/^f.{12}$/);
    expect(table.store.stored().length).toBeGreaterThan(0);
  });

  it('is declared as one, and is of a value that is found', async () => {
    const { table } = await registered();
    const [commit] = table.store.stored().filter(({ stream }) => stream === 'customer-c1');
    const reasonOf = (list: object) =>
      apply({ ...projection, lists: { some: list } } as AnyProjection, undefined, [commit!], '').head.parked?.reason;
    expect(reasonOf({ by: (row: { email: unknown }) => row.email })).toContain('declare `find: true` on the list');
    expect(reasonOf({ by: (row: { name: unknown }) => row.name, find: true })).toContain('personal(schema, { find: true })');
    expect(reasonOf({ by: () => 'plain', find: true })).toContain('is no personal value');
  });

  it('is no filter: a row with one stops its stream, and says what to declare', async () => {
    const { table } = await registered();
    const [commit] = table.store.stored().filter(({ stream }) => stream === 'customer-c1');
    const filtered = { ...projection, lists: {}, filters: ['email'] } as unknown as AnyProjection;
    expect(apply(filtered, undefined, [commit!], '').head.parked?.reason).toContain('The filter by email finds nothing');
  });
});

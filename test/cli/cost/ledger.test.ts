import { expect, it } from 'vitest';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { manifest } from '../../../domains/index.ts';
import { customerOrders } from '../../../domains/order/projections/orders.ts';
import { notedTables } from '../../../lib/cli/cost/tables.ts';
import { tallied } from '../../../lib/testing/costing/tally.ts';
import { commitOf } from '../../support/store/commits.ts';

const tables = (projection: unknown = customerOrders) => {
  const tally = tallied();
  const { tablesOf, written } = notedTables(manifest, tally, 'packed');
  return { tally, written, ...tablesOf('one'), view: tablesOf('one').view(projection as never) };
};
const head = (commit: number, status: string) => ({
  ...{ key: 'a', sort: 'head', stream: 'account-a', commit, owner: 'ada', row: { balance: commit } },
  lists: { 'by-status': { in: `["ada","${status}"]`, at: `${commit}` } },
});

it('notes a write in its table and in each index, where it is put and where it is taken out', async () => {
  const { view, written } = tables();
  const at = (suffix: string, key: string) =>
    expect.objectContaining({ part: 'one', at: `customer-orders.r1${suffix}`, key, units: 1 });
  await view.putHead(head(1, 'open'), undefined);
  expect(written()).toEqual([at('', 'a'), at('/by-owner', 'ada'), at('/list-by-status', '["ada","open"]')]);
  const there = await view.head('a');
  await view.putHead(head(2, 'closed'), there);
  expect(written().map(({ at: place, units }) => [place, units])).toEqual([
    ['customer-orders.r1', 1],
    ['customer-orders.r1/by-owner', 1],
    ['customer-orders.r1/list-by-status', 2],
  ]);
});

it('notes nothing in an index that holds keys only, unless one of them changes', async () => {
  const { view, written } = tables(accountBalance);
  const unitsAfter = async (commit: number, status: string, opened: number) => {
    const place = { in: `["ada","${status}"]`, at: `${opened}` };
    await view.putHead({ ...head(commit, status), lists: { 'by-status': place } }, await view.head('a'));
    return written().map(({ at: of, units }) => [of.replace('account-balance.r2', ''), units]);
  };
  expect(await unitsAfter(1, 'open', 1)).toEqual([
    ['', 1],
    ['/by-owner', 1],
    ['/list-by-status', 1],
  ]);
  expect(await unitsAfter(2, 'open', 1)).toEqual([['', 1]]);
  expect(await unitsAfter(3, 'closed', 1)).toEqual([
    ['', 1],
    ['/list-by-status', 2],
  ]);
});

it('notes nothing of a write that has lost its race, but the request', async () => {
  const { view, store, written, tally } = tables();
  await view.putHead(head(1, 'open'), undefined);
  await store.append(commitOf('account-a', 1));
  written();
  tally.take();
  await view.putHead(head(1, 'open'), undefined);
  expect(await store.append(commitOf('account-a', 1))).toMatchObject({ stored: false });
  expect(written()).toEqual([]);
  expect(tally.take().get('one')).toMatchObject({ requests: 2 });
});

it('counts two units for each item of a transaction, and names it', async () => {
  const { store, written } = tables();
  await store.appendTogether([commitOf('account-a', 1), commitOf('account-b', 1)], [{ stream: 'account-c', commit: 0 }]);
  expect(written().map(({ key, units, item }) => [key, units, item])).toEqual([
    ['account-a', 2, 'account-a 1'],
    ['account-b', 2, 'account-b 1'],
    ['account-c', 2, expect.stringContaining('account-c')],
  ]);
});

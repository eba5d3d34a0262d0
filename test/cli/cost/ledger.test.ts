import { expect, it } from 'vitest';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { manifest } from '../../../domains/index.ts';
import { notedTables } from '../../../lib/cli/cost/tables.ts';
import { tallied } from '../../../lib/testing/costing/tally.ts';
import { commitOf } from '../../support/store/commits.ts';

const tables = () => {
  const tally = tallied();
  const { tablesOf, written } = notedTables(manifest, tally);
  return { tally, written, ...tablesOf('one'), balance: tablesOf('one').view(accountBalance as never) };
};
const head = (commit: number, status: string) => ({
  ...{ key: 'a', sort: 'head', stream: 'account-a', commit, owner: 'ada', row: { balance: commit } },
  lists: { 'by-status': { in: `["ada","${status}"]`, at: `${commit}` } },
});

it('notes a write in its table and in each index, where it is put and where it is taken out', async () => {
  const { balance, written } = tables();
  const at = (suffix: string, key: string) =>
    expect.objectContaining({ part: 'one', at: `account-balance.r1${suffix}`, key, units: 1 });
  await balance.putHead(head(1, 'open'), undefined);
  expect(written()).toEqual([at('', 'a'), at('/by-owner', 'ada'), at('/list-by-status', '["ada","open"]')]);
  const there = await balance.head('a');
  await balance.putHead(head(2, 'closed'), there);
  expect(written().map(({ at: place, units }) => [place, units])).toEqual([
    ['account-balance.r1', 1],
    ['account-balance.r1/by-owner', 1],
    ['account-balance.r1/list-by-status', 2],
  ]);
});

it('notes nothing of a write that has lost its race, but the request', async () => {
  const { balance, store, written, tally } = tables();
  await balance.putHead(head(1, 'open'), undefined);
  await store.append(commitOf('account-a', 1));
  written();
  tally.take();
  await balance.putHead(head(1, 'open'), undefined);
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

import { expect, it } from 'vitest';
import * as z from 'zod';
import { type AnyDecider, command } from '../../../lib/core/decider.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { asks, instanceOver, memoryTable, opens, operator, robot } from '../../support/examples/commanding.ts';
import { teller } from '../../support/examples/teller.ts';

it("a process's command that is sent again finds the outcome of the first, refused or not, however much came after it", async () => {
  const table = memoryTable();
  // Warm, so that no commit is read again: only the recent ids are remembered.
  const instance = instanceOver(table);
  await handleCommand(instance, opens());
  const send = (id: string, amount: number) =>
    handleCommand(instance, asks('Withdraw', { amount, currency: 'EUR' }, { actor: robot, id }));
  const refused = await send('process/transfer-1/1', 5);
  expect(refused).toMatchObject({ outcome: 'committed', commit: { events: [], refused: { reason: 'insufficient-funds' } } });
  await handleCommand(instance, asks('Deposit', { amount: 50, currency: 'EUR' }));
  expect(await send('process/transfer-1/1', 5)).toEqual(refused);
  const taken = await send('process/transfer-1/2', 5);
  await handleCommand(instance, asks('Deposit', { amount: 1, currency: 'EUR' }));
  expect(await send('process/transfer-1/2', 5)).toEqual(taken);
  expect(table.store.stored()).toHaveLength(5);
});

const money = { amount: 1, currency: 'EUR' };
/** With commands that only operators may send, and that make more than a commit takes. */
const strict: AnyDecider = {
  ...teller,
  commands: { ...teller.commands, Audit: command(['operator'], z.unknown()), Split: command(['process'], z.unknown()) },
  decide: {
    ...teller.decide,
    Audit: () => [],
    Split: (_, { parts, note }: { parts: number; note: string }) =>
      Array.from({ length: parts }, () => ({ type: 'AccountClosed', data: { reason: note } })),
  },
};

it.each<[string, string, object, object, object | undefined]>([
  ['may not do', 'Audit', {}, {}, { reason: 'forbidden' }],
  ['comes too late for', 'Deposit', money, { expectedVersion: 9 }, { reason: 'stale-version', detail: { version: 1 } }],
  [
    'makes too many events of',
    'Split',
    { parts: 1_001, note: '' },
    {},
    { reason: 'too-large', detail: { size: 1_001, unit: 'events' } },
  ],
  ['makes too much of', 'Split', { parts: 9, note: 'x'.repeat(50_000) }, {}, { reason: 'too-large', detail: { unit: 'bytes' } }],
  ['changes nothing by', 'Glance', {}, {}, undefined],
])('what a process %s is left on the target, and told again', async (_, type, data, over, refused) => {
  const table = memoryTable();
  const instance = instanceOver(table, { decider: strict });
  await handleCommand(instance, opens());
  const request = asks(type, data, { actor: robot, id: 'process/transfer-1/1/1', ...over });
  const first = await handleCommand(instance, request);
  expect(first).toMatchObject({ outcome: 'committed', commit: { commit: 2, version: 1, events: [] } });
  if (first.outcome === 'committed' && refused) expect(first.commit.refused).toMatchObject(refused);
  else expect(first).not.toHaveProperty('commit.refused');
  expect(await handleCommand(instance, request)).toEqual(first);
  // A customer is only told.
  if (type !== 'Split')
    await handleCommand(instance, asks(type, data, { ...over, ...(type === 'Audit' && { actor: operator }) }));
  expect(table.store.stored()).toHaveLength(2);
});

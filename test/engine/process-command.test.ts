import { expect, it } from 'vitest';
import { handleCommand } from '../../lib/engine/handle-command.ts';
import { asks, instanceOver, memoryTable, opens, robot } from '../support/commanding.ts';

it("a process's command that is sent again finds the outcome of the first, refused or not, however much came after it", async () => {
  const table = memoryTable();
  // Warm, so that no commit is read again: what it remembers are the recent ids.
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

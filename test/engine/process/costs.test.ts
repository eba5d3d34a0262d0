import { expect, it } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { transfer } from '../../../domains/transfer/decider.ts';
import { transferProcess } from '../../../domains/transfer/process.ts';
import { processWorld } from '../../support/examples/attending.ts';
import { ada } from '../../support/examples/commanding.ts';

const writes = ['store.append', 'cursors.move', 'deadlines.put', 'deadlines.remove', 'scheduler.set', 'scheduler.cancel'];

/** The writes of one transfer, from its request to its end and with all deliveries of its own steps. */
const costOf = async (toIsClosed: boolean) => {
  const world = processWorld(transferProcess, [account, transfer]);
  const ask = (stream: string, type: string, data: object) => world.ask(stream, type, data, ada);
  for (const id of ['a1', 'a2']) await ask(`account-${id}`, 'Open', { currency: 'EUR' });
  await ask('account-a1', 'Deposit', { amount: 500, currency: 'EUR' });
  if (toIsClosed) await ask('account-a2', 'Close', { reason: 'moved' });
  await ask('transfer-t1', 'Request', { from: 'a1', to: 'a2', amount: 200, currency: 'EUR' });
  await world.settle();
  const { ended } = await world.stateOf('transferProcess-t1');
  const counts = Object.fromEntries(writes.map((name) => [name, world.calls.filter((call) => call === name).length]));
  return { ended, ...counts };
};

it('a transfer takes eight commits beside its request: four of its process, three on the accounts, one that says it is done', async () => {
  expect(await costOf(false)).toEqual({
    ended: 'completed',
    'store.append': 8,
    'cursors.move': 1,
    // Its deadline is set and cancelled on the way.
    'deadlines.put': 0,
    'deadlines.remove': 0,
    'scheduler.set': 0,
    'scheduler.cancel': 0,
  });
});

it('one that is undone takes nine: a refusal and a refund more, and one more step', async () => {
  expect(await costOf(true)).toMatchObject({ ended: 'undone', 'store.append': 9, 'cursors.move': 1 });
});

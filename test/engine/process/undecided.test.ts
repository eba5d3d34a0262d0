import { describe, expect, it } from 'vitest';
import { send } from '../../../lib/core/process/process.ts';
import { reactBatch } from '../../../lib/engine/process/batch.ts';
import { processWorld } from '../../support/examples/attending.ts';
import { transfer, wallet } from '../../support/examples/moving.ts';
import { requested, sending, variant } from '../../support/examples/transferring.ts';

describe('a decision that is impossible', () => {
  it.each<[string, object, string]>([
    [
      'a reaction that is not declared',
      { send: [send(wallet, 'a', 'Take', { amount: 1 }, { done: 'nothing' })] },
      "There is no 'nothing' in `onDone`",
    ],
    [
      'a target that is not declared',
      { send: [{ to: 'stock-1', command: { type: 'Take', data: {} } }] },
      'no aggregate of that category',
    ],
    [
      'data that does not fit',
      { send: [{ to: 'wallet-a', command: { type: 'Take', data: { amount: -1 } } }] },
      'does not fit its schema',
    ],
    ['a deadline of no name', { setDeadlines: { doom: '2030-01-01T00:00:00.000Z' } }, "There is no 'doom' in `onDeadline`"],
    ['a deadline in the past', { setDeadlines: { patience: '2020-01-01T00:00:00.000Z' } }, 'not later than its cause'],
    ['a deadline at no instant', { setDeadlines: { patience: 'tomorrow' } }, 'not an instant'],
    ['memory of another form', { memory: { id: 5 } }, 'does not fit its schema'],
    [
      'memory that no table takes',
      { memory: { id: '1', from: 'a', to: 'b', amount: 1, notes: ['\ud800'] } },
      'an unpaired surrogate',
    ],
    ['more than one commit takes', { memory: { id: 'x'.repeat(500_000), from: 'a', to: 'b', amount: 1, notes: [] } }, 'TooLarge'],
  ])('parks the instance: %s', async (_, reaction, says) => {
    const world = await requested(
      processWorld(
        sending(() => reaction as never),
        [wallet, transfer],
      ),
    );
    await world.settle();
    const { status, parked } = await world.stateOf('moving-1');
    expect(status).toBe('parked');
    expect(parked?.thrown).toContain(says);
  });

  it('is tried again where only a newer release can read it', async () => {
    const older = variant({
      from: [{ category: 'transfer', events: { ...transfer.events, Requested: { ...transfer.events.Requested, readable: 0 } } }],
    });
    const world = await requested(processWorld(older, [wallet, transfer]));
    expect(
      await reactBatch(world.instance(), [{ id: 'r', delivered: world.toDelivered(world.commitsOf('transfer-1')[0]!) }]),
    ).toEqual(['r']);
    expect([world.commitsOf('moving-1'), world.cursors.items.size]).toEqual([[], 0]);
  });
});

import { describe, expect, it } from 'vitest';
import { send } from '../../../lib/core/process/process.ts';
import { processWorld } from '../../support/examples/attending.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';
import { open, order, requested, sending, terms, typesIn, variant } from '../../support/examples/transferring.ts';

describe('events and outcomes while an instance is stuck or parked', () => {
  it('waits when a reaction threw, and is taken up in order', async () => {
    const standing = await requested(
      processWorld(variant({ onDone: { ...moving.onDone, added: () => undefined } }), [wallet, transfer]),
    );
    await standing.ask('transfer-1', 'Note', { notes: ['first', 'throw', 'second'] });
    await standing.ask('transfer-1', 'Note', { notes: ['third'] });
    await standing.settle();
    const parked = await standing.stateOf('moving-1');
    expect(parked).toMatchObject({ status: 'parked', parked: { thrown: 'Error: As asked.' }, memory: { notes: ['first'] } });
    expect(parked.deferred).toHaveLength(3);
    expect(standing.log.lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'An instance is parked.',
    ]);
    // Resumed as it is, it parks again at the same cause, and nothing is lost.
    await standing.tell({ resume: { ...order, correlation: 'too-early' } });
    expect(await standing.stateOf('moving-1')).toMatchObject({ status: 'parked', memory: { notes: ['first'] } });
    const mended = variant({
      onDone: { ...moving.onDone, added: () => undefined },
      on: {
        ...moving.on,
        Noted: (memory: { notes: string[] }, { data }: { data: { note: string } }) => ({
          memory: { ...memory, notes: [...memory.notes, data.note] },
        }),
      },
    });
    const again = processWorld(mended, [wallet, transfer]);
    again.store.restore(standing.store.stored());
    expect(await again.tell({ resume: order })).toEqual([]);
    expect(await again.tell({ resume: order })).toEqual([]);
    await again.settle();
    expect(await again.stateOf('moving-1')).toMatchObject({
      status: 'running',
      deferred: [],
      memory: { notes: ['first', 'throw', 'second', 'third'] },
    });
    expect(typesIn(again.commitsOf('moving-1')).filter((types) => types.includes('InstanceResumed'))).toHaveLength(2);
  });

  it('waits when a refusal has no reaction, until it is retried', async () => {
    const world = await open();
    await world.ask('wallet-b', 'Close');
    const giving = sending((_memory, event: never) => {
      const { data } = event as { data: typeof terms };
      return {
        memory: { id: '1', ...data, notes: [] },
        send: [
          send(wallet, data.to, 'Add', { amount: 1 }),
          send(wallet, data.to, 'Add', { amount: 2 }),
          send(wallet, data.from, 'Take', { amount: 3 }),
        ],
      };
    });
    const stuck = processWorld(giving, [wallet, transfer]);
    stuck.store.restore(world.store.stored());
    await stuck.ask('transfer-1', 'Request', terms);
    await stuck.settle();
    await stuck.ask('transfer-1', 'Note', { notes: ['waits'] });
    await stuck.settle();
    const state = await stuck.stateOf('moving-1');
    // The later one to the same target is not sent behind a refused one; other targets are not held up.
    expect(state).toMatchObject({
      status: 'stuck',
      stuck: [{ number: 1, reason: 'closed' }],
      sends: [{ number: 2 }],
      memory: { notes: [] },
    });
    expect(stuck.commitsOf('wallet-a').at(-1)?.command).toBe('process/moving-1/3/1');
    expect(stuck.log.lines.filter(({ message }) => message === 'An instance is stuck.')).toMatchObject([
      { fields: { to: 'wallet-b', command: 'Add', reason: 'closed' } },
    ]);
    // An order that is delivered twice is one attempt.
    const early = { retry: { ...order, correlation: 'too-early' } };
    for (let i = 0; i < 2; i++) await stuck.tell(early);
    expect(await stuck.stateOf('moving-1')).toMatchObject({ status: 'stuck', stuck: [{ number: 1, attempt: 2 }] });
    await stuck.ask('wallet-b', 'Open');
    await stuck.tell({ retry: order });
    await stuck.settle();
    expect(await stuck.stateOf('moving-1')).toMatchObject({
      status: 'running',
      stuck: [],
      sends: [],
      memory: { notes: ['waits'] },
    });
    expect(
      stuck
        .commitsOf('wallet-b')
        .map(({ command: id }) => id)
        .slice(-2),
    ).toEqual(['process/moving-1/1/3', 'process/moving-1/2/1']);
  });

  it('is dropped when an operator resolves it, with the reason on record', async () => {
    const world = await open();
    await world.ask('transfer-1', 'Request', terms);
    // Taken from a, then both are closed: neither the transfer nor the way back is possible.
    await world.deliver(world.instance({ appendingTo: 'wallet-a' }));
    for (const name of ['a', 'b']) await world.ask(`wallet-${name}`, 'Close');
    await world.settle();
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'stuck', stuck: [{ to: 'wallet-a', reason: 'closed' }] });
    await world.tell({ resolve: order });
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'resolved', deadlines: {} });
    expect(world.commitsOf('moving-1').at(-1)).toMatchObject({
      meta: { actor: 'olga' },
      events: [{ type: 'InstanceResolved', data: { why: 'Seen to.', by: 'olga' } }, { type: 'Ended' }, { type: 'StepEnded' }],
    });
    expect(world.deadlines.items()).toEqual([]);
  });

  it("is left alone when the instance is over, but for the outcomes of its commands; one that is refused then is somebody's business", async () => {
    const process = sending(() => ({
      send: [send(wallet, 'a', 'Take', { amount: 1_000 }, { refused: 'notTaken' })],
      end: 'given up',
    }));
    const world = await requested(processWorld(process, [wallet, transfer]));
    await world.settle();
    await world.ask('transfer-1', 'Note', { notes: ['too late'] });
    await world.settle();
    expect(await world.stateOf('moving-1')).toMatchObject({
      status: 'stuck',
      ended: 'given up',
      stuck: [{ reason: 'insufficient' }],
      memory: { notes: [] },
    });
    await world.tell({ resolve: order });
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'given up' });
  });
});

import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { command } from '../../../lib/core/decider.ts';
import { send } from '../../../lib/core/process/process.ts';
import { v1 } from '../../../lib/core/version.ts';
import { attend } from '../../../lib/engine/process/attend.ts';
import { reactBatch } from '../../../lib/engine/process/batch.ts';
import { processWorld } from '../../support/examples/attending.ts';
import { transfer, wallet } from '../../support/examples/moving.ts';
import { open, requested, sending, terms, typesIn, variant } from '../../support/examples/transferring.ts';

describe('sends', () => {
  it('to one target are sent one after the other in one go, also where they are many', async () => {
    const send100 = () => ({ send: Array.from({ length: 100 }, () => send(wallet, 'a', 'Add', { amount: 1 })) });
    const world = await requested(processWorld(sending(send100), [wallet, transfer]));
    await world.deliver();
    // Each record has 25 tries, with longer and longer pauses.
    expect([world.commitsOf('wallet-a').length, world.taken.has('transfer-1/1')]).toEqual([102, true]);
  });

  it('go to one target in the order decided, each after the outcome of the one before, and to others meanwhile', async () => {
    const seen: string[] = [];
    const world = await open(
      processWorld(
        sending(() => ({
          send: [
            send(wallet, 'a', 'Take', { amount: 1 }),
            send(wallet, 'b', 'Take', { amount: 2 }),
            send(wallet, 'a', 'Take', { amount: 3 }),
          ],
        })),
        [wallet, transfer],
      ),
    );
    await world.ask('transfer-1', 'Request', terms);
    const instance = world.instance();
    let fails = true;
    const target: typeof instance.target = (category) => {
      const commanding = instance.target(category)!;
      const append: typeof commanding.store.append = async (commit) => {
        seen.push(commit.command);
        if (commit.command === 'process/moving-1/1/1' && fails) throw new Error('throttled');
        return commanding.store.append(commit);
      };
      return { ...commanding, store: { ...commanding.store, append } };
    };
    await world.deliver({ ...instance, target });
    // The first to a did not get through: the later one to a waits for it, the one to b does not.
    expect(seen).toEqual(['process/moving-1/1/1', 'process/moving-1/2/1']);
    expect((await world.stateOf('moving-1')).sends.map(({ number }) => number)).toEqual([1, 3]);
    // Delivered, the decision is the one to come again.
    const [decision] = world.commitsOf('moving-1');
    expect(await reactBatch({ ...instance, target }, [{ id: 'own', delivered: world.toDelivered(decision!) }])).toEqual(['own']);
    fails = false;
    await world.settle();
    expect((await world.stateOf('moving-1')).sends).toEqual([]);
    expect(
      world
        .commitsOf('wallet-a')
        .map(({ command }) => command)
        .slice(2),
    ).toEqual(['process/moving-1/1/1', 'process/moving-1/3/1']);
  });

  it.each([
    ['what the target does not do at all', 'Nonsense', 'parked'],
    ['what is not for processes', 'Audit', 'forbidden'],
    ['what changes nothing', 'Touch', 'done'],
  ])('leave a commit behind for %s, or are parked before', async (_, type, outcome) => {
    const process = sending(() => ({ send: [{ to: 'wallet-a', command: { type, data: {} } }] }));
    const world = await requested(processWorld(process, [wallet, transfer]));
    await world.settle();
    const state = await world.stateOf('moving-1');
    if (outcome === 'parked') expect(state.parked?.thrown).toBe('Error: wallet has no command Nonsense.');
    if (outcome === 'forbidden') expect(state.stuck).toMatchObject([{ to: 'wallet-a', reason: 'forbidden' }]);
    if (outcome === 'done') expect(state).toMatchObject({ status: 'running', sends: [] });
    const [sent] = world.commitsOf('wallet-a').slice(2);
    expect(sent?.events).toEqual(outcome === 'parked' ? undefined : []);
    expect(sent?.refused).toEqual(outcome === 'forbidden' ? { reason: 'forbidden' } : undefined);
  });

  it('to a purged stream are refused there, for good', async () => {
    const process = sending(() => ({ send: [{ to: 'wallet-a', command: { type: 'Take', data: { amount: 1 } } }] }));
    const world = await requested(processWorld(process, [wallet, transfer]));
    const { store } = world.instance().own;
    const last = world.commitsOf('wallet-a').at(-1)!;
    const record = { ...last, commit: last.commit + 1, events: [], purged: last.commit + 1 };
    expect(await store.append(record)).toEqual({ stored: true });
    await world.settle();
    expect((await world.stateOf('moving-1')).stuck).toMatchObject([{ to: 'wallet-a', reason: 'stream-purged' }]);
    expect(world.commitsOf('wallet-a').at(-1)).toEqual(record);
  });

  it('of an older release are lifted before they are sent', async () => {
    const older = {
      ...wallet,
      commands: { ...wallet.commands, Take: command(['process'], v1(z.strictObject({ sum: z.int() }))) },
    };
    const process = variant({
      sends: [older],
      on: { Requested: () => ({ send: [{ to: 'wallet-a', command: { type: 'Take', data: { sum: 7 } } }] }) },
    });
    const world = await requested(processWorld(process, [older as never, transfer]));
    // Decided, and dead before it is sent.
    await world.deliver(world.instance({ appendingTo: 'moving-1' }));
    expect(typesIn(world.commitsOf('moving-1'))).toEqual(['Reacted StepEnded']);
    const lifted = v1(z.strictObject({ sum: z.int() })).next(z.strictObject({ amount: z.int() }), ({ sum }) => ({ amount: sum }));
    const newer = { ...wallet, commands: { ...wallet.commands, Take: command(['process'], lifted) } };
    const instance = world.instance();
    const own = instance.own;
    await attend(
      {
        ...instance,
        own,
        process: variant({ sends: [newer] }),
        target: (category) => ({ ...instance.target(category)!, decider: newer as never }),
      },
      'moving-1',
    );
    expect(world.commitsOf('wallet-a').at(-1)?.events).toMatchObject([{ type: 'Taken', data: { amount: 7 } }]);
  });
});

describe('looking back', () => {
  it('finds what a send did, however many commits came after it, and reads nothing where the times tell', async () => {
    const world = await open(
      processWorld(
        sending(() => ({ send: [send(wallet, 'a', 'Take', { amount: 5 })] })),
        [wallet, transfer],
        { idempotencyWindow: 2, snapshotBytes: 1_000 },
      ),
    );
    for (let i = 0; i < 40; i++) await world.ask('wallet-a', 'Add', { amount: 1 });
    world.clock.advance(1_000);
    await world.ask('transfer-1', 'Request', terms);
    const reads = () => world.calls.filter((call) => call === 'store.read').length;
    // Sent, but dead before the outcome is recorded; others are busy on the same wallet, at the same time by the clock.
    await world.deliver(world.instance({ appendingTo: 'wallet-a' }));
    expect((await world.stateOf('moving-1')).sends).toHaveLength(1);
    for (let i = 0; i < 60; i++) await world.ask('wallet-a', 'Add', { amount: 1 });
    await world.settle();
    expect(world.commitsOf('wallet-a').filter(({ command: id }) => id === 'process/moving-1/1/1')).toHaveLength(1);
    expect((await world.stateOf('moving-1')).sends).toHaveLength(0);
    // A later decision: the last commit is older than it, so that nothing need be looked for.
    world.clock.advance(1_000);
    await world.ask('transfer-2', 'Request', terms);
    const before = reads();
    await world.deliver();
    expect(reads() - before).toBe(1);
  });
});

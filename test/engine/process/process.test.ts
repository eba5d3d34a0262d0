import { describe, expect, it } from 'vitest';
import { reactBatch } from '../../../lib/engine/process/batch.ts';
import { open, requested, terms, typesIn } from '../../support/examples/transferring.ts';

describe('a transfer', () => {
  it('is completed in the invocation that its request came to, step by step, and leaves nothing open', async () => {
    const world = await requested();
    await world.deliver();
    expect(typesIn(world.commitsOf('moving-1'))).toEqual([
      'Reacted Remembered StepEnded',
      'CommandDone Reacted StepEnded',
      'CommandDone Reacted Ended StepEnded',
      'CommandDone StepEnded',
    ]);
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'completed', sends: [], deadlines: {} });
    expect([world.scheduler.shots.size, world.deadlines.items().length]).toEqual([0, 0]);
    await world.ask('transfer-1', 'Note', { notes: ['too late'] });
    const before = world.store.stored().length;
    // Its last commit says itself that there is nothing to do.
    const calls = world.calls.length;
    const quiet = { id: 'quiet', delivered: world.toDelivered(world.commitsOf('moving-1').at(-1)!) };
    expect([await reactBatch(world.instance(), [quiet]), world.calls.length]).toEqual([[], calls]);
    await world.settle();
    // Looked at again when the steps are delivered, and neither sent, scheduled nor written.
    const effects = ['store.append', 'scheduler.set', 'scheduler.cancel', 'deadlines.put', 'deadlines.remove'];
    expect(world.calls.slice(calls).filter((call) => effects.includes(call))).toEqual([]);
    expect(world.store.stored()).toHaveLength(before);
  });

  it('says on each commit what made it: who, as part of what, because of what, never before its cause', async () => {
    const world = await requested();
    const [cause] = world.commitsOf('transfer-1');
    await world.deliver();
    const [decision, answer] = world.commitsOf('moving-1');
    expect(decision).toMatchObject({
      command: 'process/moving/transfer-1/1',
      meta: { actor: 'moving', correlation: cause?.meta.correlation, causation: 'transfer-1/1' },
    });
    const taken = world.commitsOf('wallet-a').at(-1);
    expect(taken).toMatchObject({
      command: 'process/moving-1/1/1',
      meta: { actor: 'moving', correlation: cause?.meta.correlation, causation: 'moving-1/1' },
    });
    expect(answer?.meta).toMatchObject({ correlation: cause?.meta.correlation, causation: 'process/moving-1/1/1' });
  });

  it('that is refused at the end is given back', async () => {
    const world = await open();
    await world.ask('wallet-b', 'Close');
    await world.ask('transfer-1', 'Request', terms);
    await world.settle();
    expect(await world.stateOf('moving-1')).toMatchObject({ status: 'ended', ended: 'undone' });
    expect(typesIn(world.commitsOf('wallet-a'))).toEqual(['Opened', 'Added', 'Taken', 'Added']);
    expect(world.commitsOf('wallet-b').at(-1)).toMatchObject({ events: [], version: 3, refused: { reason: 'closed' } });
  });
});

import { describe, expect, it } from 'vitest';
import { toPointer } from '../../../lib/engine/delivery/delivered.ts';
import { withProof } from '../../../lib/engine/delivery/proof.ts';
import { toEntry } from '../../../lib/engine/delivery/publish.ts';
import type { QueueRecord } from '../../../lib/engine/delivery/received.ts';
import { routeToProcess } from '../../../lib/engine/process/route.ts';
import { memoryProofs } from '../../../lib/testing/memory/system.ts';
import { processWorld } from '../../support/examples/attending.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';

const recordsOf = (...bodies: readonly string[]) => bodies.map((body, i) => ({ id: `m${i}`, body }));

const proofs = memoryProofs();

const house = async () => {
  const world = processWorld(moving, [wallet, transfer]);
  for (const name of ['a', 'b']) {
    await world.ask(`wallet-${name}`, 'Open');
    await world.ask(`wallet-${name}`, 'Add', { amount: 100 });
  }
  await world.ask('transfer-1', 'Request', { from: 'a', to: 'b', amount: 30 });
  const [requested] = world.commitsOf('transfer-1');
  return {
    world,
    requested: requested!,
    react: (records: readonly QueueRecord[]) => routeToProcess({ reacting: world.instance(), proofs }, records),
  };
};
/** As EventBridge hands it to a queue. */
const busEvent = async (detail: string, by = proofs) =>
  `{"version":"0","source":"foldstream.commits","detail-type":"transfer.commit","detail":${await withProof(by, detail)}}`;

describe('the queue of a process', () => {
  it.each(['whole', 'pointer'])('takes a commit from the bus: %s', async (kind) => {
    const { world, requested, react } = await house();
    const detail = kind === 'whole' ? toEntry(requested).detail : JSON.stringify(toPointer(requested));
    expect(await react(recordsOf(await busEvent(detail)))).toEqual([]);
    expect(await world.stateOf('moving-1')).toMatchObject({ ended: 'completed' });
    const { correlation } = requested.meta;
    expect(world.log.lines.at(-1)).toMatchObject({
      message: 'Reacted.',
      fields: { messages: 1, failed: 0, correlations: [correlation] },
    });
  });

  it("takes the kernel's own messages, and an operator's order under the order's correlation", async () => {
    const { world, requested, react } = await house();
    await react(recordsOf(await busEvent(toEntry(requested).detail)));
    const before = world.commitsOf('moving-1').length;
    const due = { due: { instance: 'moving-1', name: 'patience', setBy: 1 } };
    const resolve = { resolve: { instance: 'moving-1', reason: 'x', by: 'olga', correlation: 'order-1' } };
    const messages = [due, { attend: { instance: 'moving-1' } }, resolve];
    const all = recordsOf(...(await Promise.all(messages.map((message) => withProof(proofs, JSON.stringify(message))))));
    expect(await react(all)).toEqual([]);
    expect(world.commitsOf('moving-1')).toHaveLength(before);
    expect(world.log.lines.at(-1)).toMatchObject({ fields: { messages: 3, correlations: ['order-1'] } });
  });

  it('gives back what failed and what it does not know, and nothing else', async () => {
    const { world, requested, react } = await house();
    const missing = { ...toPointer(requested), commit: 7 };
    const bodies = [
      await busEvent(toEntry(requested).detail),
      await busEvent(JSON.stringify({ ...missing, stream: 'transfer-2' })),
      '{"hello":1}',
      '{"due":{"instance":""}}',
      'not even JSON',
    ];
    expect(await react(recordsOf(...bodies))).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(await world.stateOf('moving-1')).toMatchObject({ ended: 'completed' });
    expect(world.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'A message has an unknown form.',
        fields: { messages: ['m2', 'm3', 'm4'] },
      }),
    );
  });

  it('does nothing about what has no proof, or that of something else: no money moves', async () => {
    const { world, requested, react } = await house();
    const forged = { ...requested, types: ['Requested'], stream: 'transfer-forged' };
    const [other] = world.commitsOf('wallet-a');
    const proved = JSON.parse(await withProof(proofs, toEntry(requested).detail)) as { proof: string };
    const due = { resolve: { instance: 'moving-1', reason: 'x', by: 'eve', correlation: 'order-1' } };
    const before = world.store.stored().length;
    const bodies = [
      `{"detail":${JSON.stringify(forged)}}`,
      JSON.stringify({ detail: { ...forged, proof: proved.proof } }),
      JSON.stringify({ detail: { ...forged, proof: 7 } }),
      await busEvent(JSON.stringify(forged), memoryProofs('somebody else')),
      JSON.stringify(due),
      // The proof is of the commit, which is no order; and an order beside a commit is none.
      JSON.stringify({ ...due, proof: proved.proof }),
      JSON.stringify({ ...due, detail: JSON.parse(await withProof(proofs, JSON.stringify({ of: other }))) }),
    ];
    expect(await react(recordsOf(...bodies))).toHaveLength(bodies.length);
    expect(world.store.stored()).toHaveLength(before);
    expect(world.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'A message has no valid proof that a function of this deployment sent it; it is not processed.',
        fields: { messages: ['m0', 'm1', 'm2', 'm3', 'm4', 'm5'] },
      }),
    );
  });
});

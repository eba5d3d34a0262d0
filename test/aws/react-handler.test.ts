import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { reactor } from '../../lib/aws/react-handler.ts';
import { toEntry, toPointer } from '../../lib/engine/publish.ts';
import { processWorld } from '../support/attending.ts';
import { moving, transfer, wallet } from '../support/moving.ts';

const recordsOf = (...bodies: readonly string[]) => bodies.map((body, i) => ({ messageId: `m${i}`, body }) as SQSRecord);

const house = async () => {
  const world = processWorld(moving, [wallet, transfer]);
  for (const name of ['a', 'b']) {
    await world.ask(`wallet-${name}`, 'Open');
    await world.ask(`wallet-${name}`, 'Add', { amount: 100 });
  }
  await world.ask('transfer-1', 'Request', { from: 'a', to: 'b', amount: 30 });
  const [requested] = world.commitsOf('transfer-1');
  return { world, requested: requested!, react: reactor(world.instance(), world.log) };
};
/** As EventBridge hands it to a queue. */
const busEvent = (detail: string) => `{"version":"0","source":"foldstream","detail-type":"transfer.commit","detail":${detail}}`;

describe('the function of a process', () => {
  it.each(['whole', 'pointer'])('takes a commit from the bus: %s', async (kind) => {
    const { world, requested, react } = await house();
    const detail = kind === 'whole' ? toEntry(requested).detail : JSON.stringify(toPointer(requested));
    expect(await react(recordsOf(busEvent(detail)))).toEqual([]);
    expect(await world.stateOf('moving-1')).toMatchObject({ ended: 'completed' });
    const { correlation } = requested.meta;
    expect(world.log.lines.at(-1)).toMatchObject({
      message: 'Reacted.',
      fields: { messages: 1, failed: 0, correlations: [correlation] },
    });
  });

  it("takes the kernel's own messages, and an operator's order under the order's correlation", async () => {
    const { world, requested, react } = await house();
    await react(recordsOf(busEvent(toEntry(requested).detail)));
    const before = world.commitsOf('moving-1').length;
    const due = { due: { instance: 'moving-1', name: 'patience', setBy: 1 } };
    const resolve = { resolve: { instance: 'moving-1', reason: 'x', by: 'olga', correlation: 'order-1' } };
    const all = recordsOf(...[due, { attend: { instance: 'moving-1' } }, resolve].map((message) => JSON.stringify(message)));
    expect(await react(all)).toEqual([]);
    expect(world.commitsOf('moving-1')).toHaveLength(before);
    expect(world.log.lines.at(-1)).toMatchObject({ fields: { messages: 3, correlations: ['order-1'] } });
  });

  it('gives back what failed and what it does not know, and nothing else', async () => {
    const { world, requested, react } = await house();
    const missing = { ...toPointer(requested), commit: 7 };
    const bodies = [
      busEvent(toEntry(requested).detail),
      busEvent(JSON.stringify({ ...missing, stream: 'transfer-2' })),
      '{"hello":1}',
      '{"due":{"instance":""}}',
      'not even JSON',
    ];
    expect(await react(recordsOf(...bodies))).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(await world.stateOf('moving-1')).toMatchObject({ ended: 'completed' });
    expect(world.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'A message is of no known form.',
        fields: { messages: ['m2', 'm3', 'm4'] },
      }),
    );
  });
});

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { systemProofs } from '../../../lib/aws/delivery/proofs.ts';
import { toProvedBody } from '../../../lib/engine/delivery/proof.ts';
import { sorted } from '../../../lib/engine/delivery/received.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';

const mock = mockClient(DynamoDBClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
beforeEach(() => mock.reset());

const key = (byte: number) => ({ B: new Uint8Array(32).fill(byte) });
const has = (secret: number, previous?: number) =>
  mock.on(GetItemCommand).resolves({ Item: { secret: key(secret), ...(previous && { previous: key(previous) }) } });
const proving = () => {
  const clock = memoryClock();
  return { clock, proofs: systemProofs(new DynamoDBClient({}), 'control', { clock }) };
};

describe('proofs under the secret in the control table', () => {
  it('hold for their text alone, and under their key alone', async () => {
    has(1);
    const { proofs } = proving();
    const proof = await proofs.make('a');
    expect(await Promise.all([proofs.holds('a', proof), proofs.holds('b', proof), proofs.holds('a', `${proof}0`)])).toEqual([
      true,
      false,
      false,
    ]);
    expect(mock.commandCalls(GetItemCommand)).toHaveLength(1);
    has(2);
    expect(await proving().proofs.holds('a', proof)).toBe(false);
  });

  it('of the key before hold while it is kept, and a new key is known within five minutes', async () => {
    has(1);
    const { clock, proofs } = proving();
    const old = await proofs.make('a');
    has(2, 1);
    const made = await proving().proofs.make('a');
    expect([await proofs.holds('a', made), made === old]).toEqual([false, false]);
    clock.advance(5 * 60_000);
    expect([await proofs.holds('a', made), await proofs.holds('a', old)]).toEqual([true, true]);
  });

  it('are missing on what no proof can be of: it is unproved, and the rest of its batch is read', async () => {
    has(1);
    const { proofs } = proving();
    const order = { resume: 'account-1' };
    const good = { id: 'good', body: await toProvedBody(proofs, order) };
    const head = '{"detail":{"stream":"account-b","commit":1,"meta":{"correlation":"c"}';
    const bad = [',"x":1e400,"proof":"y"}}', ',"x":"\\ud800","proof":"y"}}', `,"proof":"${'é'.repeat(64)}"}}`];
    for (const tail of bad)
      expect(await sorted(proofs, [{ id: 'bad', body: head + tail }, good], (said) => said)).toMatchObject({
        unproved: ['bad'],
        orders: [{ id: 'good', order }],
      });
  });

  it('fail while there is no key, and are asked for again', async () => {
    mock.on(GetItemCommand).resolves({});
    const { proofs } = proving();
    await expect(proofs.make('a')).rejects.toThrow("no item 'secret/proofs'");
    has(1);
    expect(await proofs.holds('a', await proofs.make('a'))).toBe(true);
  });
});

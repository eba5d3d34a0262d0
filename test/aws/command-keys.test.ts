import { type AttributeValue, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { systemKeys } from '../../lib/aws/system.ts';
import { user } from '../../lib/core/access.ts';
import { handleCommand } from '../../lib/engine/command/handle.ts';
import { identity } from '../../lib/http/command.ts';
import { memoryBox, memorySubjectKeys } from '../../lib/testing/memory/personal.ts';
import { memoryClock } from '../../lib/testing/memory/system.ts';
import { customer } from '../support/apps/customer/decider.ts';
import { ada, asks, instanceOver, memoryTable } from '../support/examples/commanding.ts';

const mock = mockClient(DynamoDBClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
let there = 0;
beforeEach(() => {
  mock.reset();
  mock.on(GetItemCommand).callsFake(() => ({ Item: steps[there] }));
});

const key = (byte: number): AttributeValue => ({ B: new Uint8Array(32).fill(byte) });
/** The item in the steps of a change: before the first one, the next key beside it, changed, and changed once more. */
const steps: readonly Readonly<Record<string, AttributeValue>>[] = [
  { secret: key(1) },
  { secret: key(1), commandsNext: key(2) },
  { secret: key(1), commands: key(2), commandsBefore: key(1) },
  { secret: key(1), commands: key(2), commandsBefore: key(1), commandsNext: key(3) },
  { secret: key(1), commands: key(3), commandsBefore: key(2) },
];
const clock = memoryClock();
/** The keys of a function that has read the secret in a step. */
const keysIn = async (step: number) => {
  there = step;
  const keys = systemKeys(new DynamoDBClient({}), 'control', { clock });
  await keys.digest('read');
  return keys;
};

describe('the keys by which repeated commands are known', () => {
  it('are changed without a pause: whoever is a step behind or ahead, and the key before, knows a repeat', async () => {
    for (const [made, read] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 2],
      [2, 1],
      [0, 2],
      [2, 3],
      [3, 2],
      [3, 4],
      [4, 3],
      [2, 4],
    ] as const) {
      const [digest] = await (await keysIn(made)).digests('a');
      const known = await (await keysIn(read)).digests('a');
      expect(known, `made in step ${made}, read in step ${read}`).toContain(digest);
      expect(await (await keysIn(read)).digests('b')).not.toContain(digest);
    }
    // The key of two changes ago is forgotten.
    expect(await (await keysIn(4)).digests('a')).not.toContain((await (await keysIn(0)).digests('a'))[0]);
    expect(new Set(await Promise.all(steps.map(async (_, step) => (await keysIn(step)).digest('a')))).size).toBe(1);
  });

  it('are read again within five minutes', async () => {
    const keys = await keysIn(0);
    const [old] = await keys.digests('a');
    there = 2;
    expect(await keys.digests('a')).toEqual([old]);
    clock.advance(5 * 60_000);
    const [fresh, ...others] = await keys.digests('a');
    expect([fresh === old, others]).toEqual([false, [old]]);
  });

  it('leave a repeat right over the change one command, another command under its key another, and a unique value taken', async () => {
    const table = memoryTable();
    const personal = { keys: memorySubjectKeys(), box: memoryBox() };
    const send = async (step: number, id: string, email: string, named = 'k1') => {
      const keys = await keysIn(step);
      const commanding = instanceOver(table, { decider: customer as never, personal, keys });
      const data = { name: 'Ada', email };
      const request = { headers: { 'idempotency-key': named }, actor: user(ada.id) } as never;
      const known = await identity(keys, request, 'Register', data);
      return handleCommand(commanding, asks('Register', data, { stream: `customer-${id}`, ...known }));
    };
    const first = await send(1, 'c1', 'ada@example.com');
    expect(first).toMatchObject({ outcome: 'committed', commit: { commit: 1 } });
    for (const step of [0, 1, 2, 3]) expect(await send(step, 'c1', 'ada@example.com')).toEqual(first);
    expect(await send(2, 'c1', 'eve@example.com')).toEqual({ outcome: 'id-reused' });
    // Of two changes ago: it is refused, and does not take effect again.
    expect(await send(4, 'c1', 'ada@example.com')).toEqual({ outcome: 'id-reused' });
    expect(await send(4, 'c2', 'ada@example.com', 'k2')).toMatchObject({ refusal: { refused: 'email-taken' } });
    expect(table.store.stored().filter(({ stream }) => stream.startsWith('customer-'))).toHaveLength(1);
  });
});

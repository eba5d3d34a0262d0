import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { toItem } from '../../../lib/aws/attributes.ts';
import { openingKeys } from '../../../lib/aws/personal/subject-keys.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

test('values that are opened at the same time take one request to KMS for each key, and a later one asks again', async () => {
  const bytes = Buffer.from('x');
  const pairs = { 1: { publicKey: bytes, wrapped: bytes }, 2: { publicKey: bytes, wrapped: bytes } };
  const item = toItem({ id: 'pairs/ada', current: 2, hashSecret: bytes, pairs });
  const client = {
    send: async ({ input }: Readonly<{ input: { Key: { id: { S: string } } } }>) =>
      input.Key.id.S === 'pairs/ada' ? { Item: item } : {},
  };
  const unwrapped: number[] = [];
  const keyPairs = {
    make: () => Promise.reject(new Error('not here')),
    unwrap: async (_: Uint8Array, { version }: Readonly<{ version: number }>) => {
      unwrapped.push(version);
      return privateKey;
    },
  };
  const keys = openingKeys({ client: client as never, table: 'keys', deployment: 'shop', keyPairs });
  await Promise.all([1, 1, 2, 1].map((version) => keys.privateHalf('ada', version)));
  expect(unwrapped.toSorted()).toEqual([1, 2]);
  await keys.privateHalf('ada', 1);
  expect(unwrapped).toHaveLength(3);
});

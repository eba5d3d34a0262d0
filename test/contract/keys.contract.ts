import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { systemKeys } from '../../lib/aws/system.ts';

/** What the deployment's secret promises on an engine. */
export const keysContract = (name: string, make: () => Promise<Readonly<{ client: DynamoDBClient; table: string }>>) =>
  describe(`keys: ${name}`, () => {
    it('agrees on one secret among processes that need it first at the same time', async () => {
      const { client, table } = await make();
      const digests = await Promise.all(
        Array.from({ length: 8 }, () => systemKeys(client, table)).flatMap((keys) => [keys.digest('a'), keys.digest('a')]),
      );
      expect(new Set(digests).size).toBe(1);
      expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
      expect(await systemKeys(client, table).digest('a')).toBe(digests[0]);
      expect(await systemKeys(client, table).digest('b')).not.toBe(digests[0]);
    });

    it('has another secret in another deployment', async () => {
      const [one, two] = [await make(), await make()];
      expect(await systemKeys(one.client, one.table).digest('a')).not.toBe(await systemKeys(two.client, two.table).digest('a'));
    });
  });

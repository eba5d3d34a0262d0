import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeSecrets } from '../../lib/aws/secrets.ts';
import { systemKeys } from '../../lib/aws/system.ts';

/** The promises of the port of the deployment's secrets. */
export const keysContract = (name: string, make: () => Promise<Readonly<{ client: DynamoDBClient; table: string }>>) =>
  describe(`keys: ${name}`, () => {
    it('are made once: deployments that make them at the same time, and later ones, leave what is there', async () => {
      const { client, table } = await make();
      await Promise.all(Array.from({ length: 8 }, () => makeSecrets(client, table)));
      const digest = await systemKeys(client, table).digest('a');
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      await makeSecrets(client, table);
      expect(await systemKeys(client, table).digest('a')).toBe(digest);
      expect(await systemKeys(client, table).digest('b')).not.toBe(digest);
    });

    it('are others in another deployment', async () => {
      const [one, two] = [await make(), await make()];
      await Promise.all([one, two].map(({ client, table }) => makeSecrets(client, table)));
      expect(await systemKeys(one.client, one.table).digest('a')).not.toBe(await systemKeys(two.client, two.table).digest('a'));
    });
  });

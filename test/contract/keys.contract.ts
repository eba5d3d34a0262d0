import { readFileSync } from 'node:fs';
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeSecrets } from '../../lib/aws/secrets.ts';
import { systemKeys } from '../../lib/aws/system.ts';

/** The two steps of a change, as the guide for operators has them. */
const expressions = (): readonly string[] => {
  const guide = readFileSync(new URL('../../docs/guides/operating-views.md', import.meta.url), 'utf8');
  return [...guide.matchAll(/--update-expression '([^']*commandsNext[^']*)'/g)].map(([, expression]) => expression!);
};

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

    it('of digests of commands are changed as the guide has it, and what is found by the secret is found as before', async () => {
      const { client, table } = await make();
      await makeSecrets(client, table);
      const update = (more: object) =>
        client.send(new UpdateItemCommand({ TableName: table, Key: { id: { S: 'secret' } }, ...more }));
      const read = async () => {
        const keys = systemKeys(client, table);
        return { name: await keys.digest('a'), digests: await keys.digests('a') };
      };
      const [before, next] = [await read(), { ':new': { B: new Uint8Array(32).fill(9) } }];
      const [first, second] = expressions();
      expect(before.digests).toEqual([before.name]);
      await update({ UpdateExpression: first, ExpressionAttributeValues: next });
      const begun = await read();
      expect([begun.digests[0], begun.digests.length]).toEqual([before.name, 2]);
      await update({ UpdateExpression: second });
      expect(await read()).toEqual({ name: before.name, digests: [begun.digests[1], before.name] });
    });

    it('are others in another deployment', async () => {
      const [one, two] = [await make(), await make()];
      await Promise.all([one, two].map(({ client, table }) => makeSecrets(client, table)));
      expect(await systemKeys(one.client, one.table).digest('a')).not.toBe(await systemKeys(two.client, two.table).digest('a'));
    });
  });

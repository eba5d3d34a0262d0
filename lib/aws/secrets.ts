import { randomBytes } from 'node:crypto';
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type SecretName, secretIds } from '../core/deployed-names.ts';
import { asRead, didHold } from './condition.ts';

/**
 * A secret, and the one before while it is changed. That of digests also has the keys by which repeated commands are known, the one in use first: they can be
 * changed, and the secret cannot, since reservations are found by it.
 */
export type Secret = Readonly<{ secret: Uint8Array; previous?: Uint8Array; commands: readonly [Uint8Array, ...Uint8Array[]] }>;

/** Reads a secret of the deployment, with the previous one. Throws with advice if there is none. */
export const readSecret =
  (client: DynamoDBClient, controlTable: string) =>
  async (name: SecretName): Promise<Secret> => {
    const id = secretIds[name];
    const { Item } = await client.send(
      new GetItemCommand({ TableName: controlTable, Key: { id: { S: id } }, ConsistentRead: true }),
    );
    if (!Item?.secret?.B)
      throw new Error(
        `The control table ${controlTable} has no item '${id}', the deployment's secret for ${name}. A deployment makes it: wait until the deployment has finished. If the item was there before, restore it from a backup: a new secret does not match the data that was made with the old one.`,
      );
    const { secret, previous, commands, commandsBefore, commandsNext } = Item;
    const others = [commandsBefore?.B, commandsNext?.B].filter((key) => key !== undefined);
    return {
      secret: secret.B,
      ...(previous?.B && { previous: previous.B }),
      // Until they are first changed, the secret itself is the key.
      commands: [commands?.B ?? secret.B, ...others],
    };
  };

/** Makes each missing secret. Only the deployment's function has the right to. */
export const makeSecrets = async (client: DynamoDBClient, TableName: string): Promise<void> => {
  for (const id of Object.values(secretIds)) {
    const Item = { id: { S: id }, secret: { B: randomBytes(32) } };
    await didHold(client.send(new PutItemCommand({ TableName, Item, ...asRead('id') })));
  }
};

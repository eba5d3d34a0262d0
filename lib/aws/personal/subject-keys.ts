import { randomBytes } from 'node:crypto';
import { type DynamoDBClient, GetItemCommand, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { LookUpKey, OpeningKeys, OperatedKeys, PublicHalf, SealingKeys, Tombstone } from '../../engine/personal/ports.ts';
import { fromItem, toItem } from '../attributes.ts';
import { asRead, didHold } from '../condition.ts';
import { persistently, type Waiting } from '../transaction.ts';
import type { KeyPairs, WrappedPair } from './kms.ts';

/** The ids of the items of one subject. They are apart so that the functions of commands may write the one and not the other. */
const subjectItems = { pairs: 'pairs/', erased: 'erased/' } as const;

/** The item of the secret by which values of all subjects are found. */
const findItem = 'find';

/** Stored format of 2026-11: all versions of a subject's key pair. */
type Pairs = Readonly<{ current: number; hashSecret: Uint8Array; pairs: Readonly<Record<string, WrappedPair>> }>;

type Of = Readonly<{ client: DynamoDBClient; table: string; deployment: string; keyPairs: KeyPairs } & Waiting>;

const secretBytes = 32;

/** Finds a subject again and again where another one changes it at the same time: each loss means that somebody else has won. */
const mostLosses = 8;

const keyTable = ({ client, table: TableName, ...waiting }: Pick<Of, 'client' | 'table'> & Waiting) => {
  const persist = persistently(waiting);
  const read = async <T>(id: string): Promise<T | undefined> => {
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: toItem({ id }), ConsistentRead: true }));
    return Item && (fromItem(Item) as T);
  };
  const readPairs = (subject: string) => read<Pairs>(`${subjectItems.pairs}${subject}`);
  const readErased = (subject: string) => read<Tombstone>(`${subjectItems.erased}${subject}`);
  return {
    /** The tombstone counts, whatever else is there. The one that is missing is looked for last: an erasure takes the pairs away and puts it at one time. */
    find: async (subject: string): Promise<Pairs | 'erased' | undefined> => {
      const [pairs, erased] = await Promise.all([readPairs(subject), readErased(subject)]);
      if (erased) return 'erased';
      if (pairs) return pairs;
      return (await readErased(subject)) ? 'erased' : undefined;
    },
    readErased,
    readFind: () => read<Readonly<{ secret: Uint8Array }>>(findItem),
    putFind: (secret: Uint8Array) =>
      didHold(client.send(new PutItemCommand({ TableName, Item: toItem({ id: findItem, secret }), ...asRead('id') }))),
    /** Puts pairs where nobody has changed them since, and nobody has erased the subject. */
    putPairs: (subject: string, pairs: Pairs, current?: number): Promise<boolean> => {
      const [id, erased] = [`${subjectItems.pairs}${subject}`, `${subjectItems.erased}${subject}`];
      const before = asRead('current', current === undefined ? undefined : { N: String(current) });
      const TransactItems = [
        { ConditionCheck: { TableName, Key: toItem({ id: erased }), ...asRead('id') } },
        { Put: { TableName, Item: toItem({ id, ...pairs }), ...before } },
      ];
      return didHold(persist(() => client.send(new TransactWriteItemsCommand({ TransactItems }))));
    },
    /** Takes all pairs of a subject away and puts the tombstone, both or neither. */
    bury: (subject: string, tombstone: Tombstone): Promise<boolean> => {
      const TransactItems = [
        { Put: { TableName, Item: toItem({ id: `${subjectItems.erased}${subject}`, ...tombstone }), ...asRead('id') } },
        { Delete: { TableName, Key: toItem({ id: `${subjectItems.pairs}${subject}` }) } },
      ];
      return didHold(persist(() => client.send(new TransactWriteItemsCommand({ TransactItems }))));
    },
  };
};

const halfOf = (subject: string, { current, hashSecret, pairs }: Pairs): PublicHalf => {
  const pair = pairs[current];
  if (!pair) throw new Error(`The item of the keys of ${subject} lacks its newest version, ${current}: it was altered.`);
  return { subject, version: current, publicKey: pair.publicKey, hashSecret };
};

/** The sealing side: of the functions that take commands. */
export const sealingKeys = ({ deployment, keyPairs, ...of }: Of): SealingKeys => {
  const table = keyTable(of);
  const made = async (subject: string): Promise<boolean> => {
    const pair = await keyPairs.make({ deployment, subject, version: 1 });
    return table.putPairs(subject, { current: 1, hashSecret: randomBytes(secretBytes), pairs: { 1: pair } });
  };
  const existing = async (subject: string) => {
    const found = await table.find(subject);
    return found && found !== 'erased' ? halfOf(subject, found) : found;
  };
  return {
    existing,
    publicHalf: async (subject) => {
      for (let tries = 0; tries < mostLosses; tries += 1) {
        const found = await existing(subject);
        if (found) return found;
        // Whoever loses here finds the pair of the winner, or the tombstone.
        await made(subject);
      }
      throw new Error(`No key pair for ${subject} was there after ${mostLosses} writes of one: read its item in the keys table.`);
    },
    findSecret: async () => {
      const found = await table.readFind();
      if (found) return found.secret;
      await table.putFind(randomBytes(secretBytes));
      const { secret } = (await table.readFind()) ?? {};
      if (!secret) throw new Error(`The keys table has no item '${findItem}' after it was written.`);
      return secret;
    },
  };
};

/** The looking side: of the function that answers from views. It makes no secret. */
export const lookUpKey = (of: Pick<Of, 'client' | 'table'>): LookUpKey => {
  const table = keyTable(of);
  return { findSecret: async () => (await table.readFind())?.secret };
};

/** The opening side: of the functions that answer. */
export const openingKeys = ({ deployment, keyPairs, ...of }: Of): OpeningKeys => {
  const table = keyTable(of);
  const read: OpeningKeys['privateHalf'] = async (subject, version) => {
    const found = await table.find(subject);
    if (!found || found === 'erased') return found;
    const pair = found.pairs[version];
    return pair && { subject, version, key: await keyPairs.unwrap(pair.wrapped, { deployment, subject, version }) };
  };
  // The values of one answer are opened at the same time, and a person's have one key.
  const reading = new Map<string, ReturnType<typeof read>>();
  return {
    privateHalf: (subject, version) => {
      const name = JSON.stringify([subject, version]);
      const asked = reading.get(name) ?? read(subject, version).finally(() => reading.delete(name));
      reading.set(name, asked);
      return asked;
    },
  };
};

/** A tombstone without the key of its item. */
const told = ({ at, by, why, correlation }: Tombstone): Tombstone => ({ at, by, why, correlation });

/** What operators do with keys. */
export const operatedKeys = ({ deployment, keyPairs, ...of }: Of): OperatedKeys => {
  const table = keyTable(of);
  return {
    erase: async (subject, tombstone) => {
      await table.bury(subject, tombstone);
      const there = await table.readErased(subject);
      if (!there) throw new Error(`${subject} has no tombstone after it was written: read the keys table.`);
      return told(there);
    },
    tombstone: async (subject) => {
      const there = await table.readErased(subject);
      return there && told(there);
    },
    rotate: async (subject) => {
      for (let tries = 0; tries < mostLosses; tries += 1) {
        const found = await table.find(subject);
        if (!found || found === 'erased') return found;
        const version = found.current + 1;
        const pair = await keyPairs.make({ deployment, subject, version });
        const { current, hashSecret, pairs } = found;
        const next = { current: version, hashSecret, pairs: { ...pairs, [version]: pair } };
        if (await table.putPairs(subject, next, current)) return version;
      }
      throw new Error(`The keys of ${subject} were changed by others ${mostLosses} times: try again.`);
    },
  };
};

import { gunzipSync, gzipSync } from 'node:zlib';
import { type AttributeValue, type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clock, Snapshot, Snapshots } from '../../engine/ports.ts';
import { idEntryBytes } from '../../engine/store/known.ts';
import { itemSize } from '../../engine/store/size.ts';
import { fromItem, type Item, toItem } from '../attributes.ts';
import { didHold } from '../condition.ts';
import { systemClock } from '../system.ts';

/** A larger snapshot is not kept (bytes, as stored): it would cost more to write than the tail costs to read. */
const largestSnapshot = 350 * 1024;
/** State above this many characters is compressed. */
const compressAbove = 1024;
/** A snapshot that nobody renewed for this long goes away by itself. */
export const daysKept = 90;

/** When an item of the table that is written now goes away by itself, in seconds. */
export const expiresFrom = (now: number): number => Math.floor(now / 1000) + daysKept * 86_400;

/** Stored format of 2026-11: a snapshot's fields, `state` as JSON or as gzipped JSON, `recent` and `sent` as bytes, `expires` (TTL). */
const stored = (snapshot: Snapshot, now: number) => {
  const state = JSON.stringify(snapshot.state);
  return {
    ...snapshot,
    state: state.length > compressAbove ? gzipSync(state) : state,
    recent: Buffer.from(snapshot.recent, 'hex'),
    sent: Buffer.from(snapshot.sent, 'hex'),
    expires: expiresFrom(now),
  };
};

const isIds = (value: unknown): value is Uint8Array => value instanceof Uint8Array && value.byteLength % idEntryBytes === 0;

/** Parses a snapshot from an item. Undefined for an invalid one: reading without a snapshot is always correct. */
const parse = (item: Item): Snapshot | undefined => {
  try {
    const { state, recent, sent, expires: _, ...fields } = fromItem(item);
    const texts = [fields.stream, fields.code, fields.at, fields.hash].every((value) => typeof value === 'string');
    const numbers = [fields.commit, fields.version, fields.bytes, fields.sentFrom].every(Number.isSafeInteger);
    if (!texts || !numbers || !isIds(recent) || !isIds(sent)) return undefined;
    return {
      ...(fields as Omit<Snapshot, 'state' | 'recent' | 'sent'>),
      state: JSON.parse(state instanceof Uint8Array ? gunzipSync(state).toString() : (state as string)),
      recent: Buffer.from(recent).toString('hex'),
      sent: Buffer.from(sent).toString('hex'),
    };
  } catch {
    return undefined;
  }
};

/** Identifies the item that a save may replace although it is not older. */
type Mark = Readonly<{ commit?: AttributeValue; hash?: AttributeValue }>;

const replaceable = (commit: number, mark: Mark | undefined) => {
  const clauses = (['commit', 'hash'] as const).map((name) =>
    mark?.[name] ? `#${name} = :impossible_${name}` : `attribute_not_exists(#${name})`,
  );
  return {
    ConditionExpression: `attribute_not_exists(#stream) OR #commit < :commit${mark ? ` OR (${clauses.join(' AND ')})` : ''}`,
    ExpressionAttributeNames: { '#stream': 'stream', '#commit': 'commit', ...(mark && { '#hash': 'hash' }) },
    ExpressionAttributeValues: {
      ...toItem({ ':commit': commit }),
      ...(mark?.commit && { ':impossible_commit': mark.commit }),
      ...(mark?.hash && { ':impossible_hash': mark.hash }),
    },
  };
};

/** The snapshots in DynamoDB. An unreadable one counts as missing, and is remembered so that the next save replaces it. */
export const snapshotStore = (
  client: DynamoDBClient,
  table: string,
  { clock = systemClock }: Readonly<{ clock?: Pick<Clock, 'now'> }> = {},
): Snapshots => {
  const malformed = new Map<string, Mark>();
  const place = ({ stream, code }: Pick<Snapshot, 'stream' | 'code'>) => `${stream} ${code}`;
  return {
    load: async (stream, code) => {
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: toItem({ stream, code }) }));
      const snapshot = Item && parse(Item);
      if (Item && !snapshot) malformed.set(place({ stream, code }), Item);
      return snapshot;
    },
    save: async (snapshot, impossible) => {
      const item = stored(snapshot, clock.now());
      if (itemSize(item) > largestSnapshot) return;
      const mark: Mark | undefined = impossible
        ? toItem({ commit: impossible.commit, hash: impossible.hash })
        : malformed.get(place(snapshot));
      await didHold(
        client.send(new PutItemCommand({ TableName: table, Item: toItem(item), ...replaceable(snapshot.commit, mark) })),
      );
      malformed.delete(place(snapshot));
    },
  };
};

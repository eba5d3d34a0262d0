import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Item, toItem } from '../../../lib/aws/attributes.ts';
import { systemHash } from '../../../lib/aws/system.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import { atOnce } from '../../../lib/engine/at-once.ts';
import { commitHash } from '../../../lib/engine/store/known.ts';
import { entriesOf, records } from './ledger.ts';

/** Commits of a ledger with one event each, as the product would have made them: dense, and chained by their hashes. */
export function* ledgerHistory(stream: string, events: number, bytes: number): Generator<Commit, void, void> {
  const [data] = entriesOf(1, bytes);
  let prev: string | undefined;
  for (let number = 1; number <= events; number++) {
    const { id, digest, actor, meta } = records(stream, []);
    const commit: Commit = {
      stream,
      commit: number,
      version: number,
      events: [{ type: 'EntryRecorded', v: 1, data }],
      command: id,
      ...(digest !== undefined && { digest }),
      at: new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString(),
      meta: { ...meta, actor: actor.id },
      ...(prev !== undefined && { prev }),
    };
    yield commit;
    prev = commitHash({ hash: systemHash }, commit);
  }
}

const putBatch = async (client: DynamoDBClient, table: string, items: readonly Item[]): Promise<void> => {
  const requests = { [table]: items.map((Item) => ({ PutRequest: { Item } })) };
  const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: requests }));
  const left = UnprocessedItems?.[table]?.flatMap(({ PutRequest }) => (PutRequest?.Item ? [PutRequest.Item] : [])) ?? [];
  if (left.length > 0) await putBatch(client, table, left);
};

/** 25 items each, as many as a request takes, made only when they are asked for. */
function* batchesOf(items: Iterable<object>): Iterable<readonly Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(toItem(item));
    if (batch.length < 25) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Writes items past all conditions, 25 to a request and some requests at a time: for tables that nobody else uses. */
export const putAll = async (client: DynamoDBClient, table: string, items: Iterable<object>): Promise<void> => {
  await atOnce(4, batchesOf(items), (batch) => putBatch(client, table, batch));
};

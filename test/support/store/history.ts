import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Item, toItem } from '../../../lib/aws/attributes.ts';
import { commitItem } from '../../../lib/aws/store/commit-item.ts';
import { systemHash } from '../../../lib/aws/system.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { CommitForm } from '../../../lib/core/settings/fields.ts';
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
function* batchesOf<T>(values: Iterable<T>, made: (value: T) => Item): Iterable<readonly Item[]> {
  let batch: Item[] = [];
  for (const value of values) {
    batch.push(made(value));
    if (batch.length < 25) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const putEach = async <T>(
  client: DynamoDBClient,
  table: string,
  values: Iterable<T>,
  made: (value: T) => Item,
): Promise<void> => {
  await atOnce(4, batchesOf(values, made), (batch) => putBatch(client, table, batch));
};

/** Writes items past all conditions, 25 to a request and some requests at a time: for tables that nobody else uses. */
export const putAll = (client: DynamoDBClient, table: string, items: Iterable<object>): Promise<void> =>
  putEach(client, table, items, toItem);

/** Writes commits in the same way. */
export const putCommits = (client: DynamoDBClient, table: string, commits: Iterable<Commit>, form: CommitForm): Promise<void> =>
  putEach(client, table, commits, (commit) => commitItem(commit, form));

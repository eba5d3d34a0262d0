import {
  type ConditionCheck,
  type DynamoDBClient,
  GetItemCommand,
  type Put,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { Commit } from '../../core/commit.ts';
import type { CommitForm } from '../../core/settings/fields.ts';
import type { Range, Store, Unmoved } from '../../engine/ports.ts';
import { checkTogether, nextOf } from '../../engine/store/transaction.ts';
import { type Item, toItem } from '../attributes.ts';
import { asRead, refusedBy } from '../condition.ts';
import { persistently, type Waiting } from '../transaction.ts';
import { readPage } from '../view/paging.ts';
import { commitItem, commitOf } from './commit-item.ts';

const keyOf = ({ stream, commit }: Unmoved) => toItem({ stream, commit });

/** The optimistic lock: a number is taken once, and a later writer gets the commit that took it. */
const put = (table: string, commit: Commit, form: CommitForm) =>
  ({
    TableName: table,
    Item: commitItem(commit, form),
    ...asRead('stream'),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }) satisfies Put;

/** The check that a stream has no next commit; otherwise that commit is handed back. */
const check = (table: string, unmoved: Unmoved) =>
  ({
    TableName: table,
    Key: keyOf(nextOf(unmoved)),
    ...asRead('stream'),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }) satisfies ConditionCheck;

const winner = (item: Item | undefined): Commit => {
  if (!item) throw new Error('This DynamoDB does not support ReturnValuesOnConditionCheckFailure: it returned no item.');
  return commitOf(item);
};

/** A range from the first commit on is the whole stream: each cold load asks for it, without a condition on the number. */
const keyCondition = (stream: string, { from, to }: Range) => {
  const whole = from <= 1 && to === undefined;
  return {
    KeyConditionExpression: `#stream = :stream${whole ? '' : ` AND #commit ${to === undefined ? '>= :from' : 'BETWEEN :from AND :to'}`}`,
    ExpressionAttributeNames: { '#stream': 'stream', ...(!whole && { '#commit': 'commit' }) },
    ExpressionAttributeValues: toItem({ ':stream': stream, ...(!whole && { ':from': from, ':to': to }) }),
  };
};

const queryOf = (table: string, stream: string, range: Range) => ({
  TableName: table,
  ConsistentRead: true,
  ...keyCondition(stream, range),
  ScanIndexForward: range.newestFirst !== true,
  Limit: range.limit,
});

/**
 * The commits in DynamoDB. A lost response needs no care: the SDK retries, the condition fails, and the winner is our own commit, which the caller
 * recognises by its command id. That holds for transactions too: the client adds a ClientRequestToken to each, so that its retries usually succeed,
 * but nothing relies on it (it lasts ten minutes). Commits are read in both forms, and written in the one that is said.
 */
export const commitStore = (
  client: DynamoDBClient,
  table: string,
  { form = 'plain', ...waiting }: Waiting & Readonly<{ form?: CommitForm }> = {},
): Store => {
  const persist = persistently(waiting);
  return {
    append: async (commit) => {
      const refused = await refusedBy(persist(() => client.send(new PutItemCommand(put(table, commit, form)))));
      return refused.size === 0 ? { stored: true } : { stored: false, winner: winner(refused.get(0)) };
    },
    appendTogether: async (commits, unmoved) => {
      checkTogether(commits, unmoved);
      const TransactItems = [
        ...commits.map((commit) => ({ Put: put(table, commit, form) })),
        ...unmoved.map((each) => ({ ConditionCheck: check(table, each) })),
      ];
      const refused = await refusedBy(persist(() => client.send(new TransactWriteItemsCommand({ TransactItems }))));
      return refused.size === 0 ? { stored: true } : { stored: false, winners: [...refused.values()].map(winner) };
    },
    read: async (stream, range) => {
      // DynamoDB rejects such a range; to a reader it is empty.
      if (range.to !== undefined && range.to < range.from) return { commits: [] };
      const { items, last } = await readPage(client, { query: queryOf(table, stream, range) });
      const ended = Number(last?.commit?.N);
      const next = range.newestFirst ? ended - 1 : ended + 1;
      const more = last && next >= range.from && next <= (range.to ?? next);
      return { commits: items.map(commitOf), ...(more && { next }) };
    },
    find: async (stream, commit) => {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: keyOf({ stream, commit }), ConsistentRead: true }),
      );
      return Item && commitOf(Item);
    },
  };
};

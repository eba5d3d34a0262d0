import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { dirtyPlace, shardOfNote } from '../../engine/view/dirty.ts';
import type { Dirty, DirtyNotes } from '../../engine/view/ports.ts';
import { fromItem, toItem } from '../attributes.ts';
import { didHold } from '../condition.ts';
import { readPage } from './paging.ts';

/**
 * Notes of streams whose commits arrived with a gap, in the revision's own table. Stored format of 2026-11: `key` is `!dirty/<shard>`, `sort` the
 * stream, and `noted` the newest commit that was noted. They are in no index or list.
 */
export const dirtyNotes = (client: DynamoDBClient, TableName: string): DirtyNotes => {
  const keyOf = (stream: string) => ({ key: dirtyPlace(shardOfNote(stream)), sort: stream });
  const noted = (ConditionExpression: string, commit: number) => ({
    ConditionExpression,
    ExpressionAttributeNames: { '#noted': 'noted' },
    ExpressionAttributeValues: toItem({ ':noted': commit }),
  });
  return {
    note: async ({ stream, commit }) => {
      const Item = toItem({ ...keyOf(stream), noted: commit });
      const newer = noted('attribute_not_exists(#noted) OR #noted < :noted', commit);
      await didHold(client.send(new PutItemCommand({ TableName, Item, ...newer })));
    },
    list: async (shard, { limit, after }) => {
      const query = {
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: '#key = :key',
        ExpressionAttributeNames: { '#key': 'key' },
        ExpressionAttributeValues: toItem({ ':key': dirtyPlace(shard) }),
        Limit: limit,
      };
      const start = after === undefined ? undefined : toItem({ key: dirtyPlace(shard), sort: after });
      const { items, last } = await readPage(client, { query }, start);
      const notes = items.map((item): Dirty => {
        const { sort, noted: commit } = fromItem(item);
        return { stream: String(sort), commit: Number(commit) };
      });
      return { notes, ...(last?.sort?.S !== undefined && { next: last.sort.S }) };
    },
    clear: async ({ stream, commit }) => {
      const Key = toItem(keyOf(stream));
      await didHold(client.send(new DeleteItemCommand({ TableName, Key, ...noted('#noted <= :noted', commit) })));
    },
  };
};

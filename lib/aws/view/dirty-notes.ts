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
  return {
    note: async ({ stream, commit }) => {
      await didHold(
        client.send(
          new PutItemCommand({
            TableName,
            Item: toItem({ key: dirtyPlace(shardOfNote(stream)), sort: stream, noted: commit }),
            ConditionExpression: 'attribute_not_exists(#noted) OR #noted < :noted',
            ExpressionAttributeNames: { '#noted': 'noted' },
            ExpressionAttributeValues: toItem({ ':noted': commit }),
          }),
        ),
      );
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
        const { sort, noted } = fromItem(item);
        return { stream: String(sort), commit: Number(noted) };
      });
      return { notes, ...(last?.sort?.S !== undefined && { next: last.sort.S }) };
    },
    clear: async ({ stream, commit }) => {
      await didHold(
        client.send(
          new DeleteItemCommand({
            TableName,
            Key: toItem({ key: dirtyPlace(shardOfNote(stream)), sort: stream }),
            ConditionExpression: '#noted <= :noted',
            ExpressionAttributeNames: { '#noted': 'noted' },
            ExpressionAttributeValues: toItem({ ':noted': commit }),
          }),
        ),
      );
    },
  };
};

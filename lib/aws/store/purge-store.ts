import { type DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { CommitForm } from '../../core/settings/fields.ts';
import type { Blanking, ClosingSnapshots } from '../../engine/operate/ports.ts';
import { fromItem, toItem } from '../attributes.ts';
import { readEach } from '../view/paging.ts';
import { commitItem } from './commit-item.ts';
import { expiresFrom } from './snapshot-store.ts';

/** Blanks commits by an update, which the table denies to everybody else. Whatever an item holds beside the blank is removed. */
export const blankingStore = (client: DynamoDBClient, TableName: string, form: CommitForm): Blanking => ({
  blank: async (blank) => {
    const { stream, commit } = blank;
    const Key = toItem({ stream, commit });
    const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    if (!Item) throw new Error(`${stream} has no commit ${commit}.`);
    const kept = Object.entries(commitItem(blank, form)).filter(([name]) => !(name in Key));
    const names = [...new Set([...kept.map(([name]) => name), ...Object.keys(Item)])].filter((name) => !(name in Key));
    const place = (name: string) => `#a${names.indexOf(name)}`;
    const gone = names.filter((name) => !kept.some(([own]) => own === name));
    const set = kept.map(([name], i) => `${place(name)} = :v${i}`).join(', ');
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: `SET ${set}${gone.length > 0 ? ` REMOVE ${gone.map(place).join(', ')}` : ''}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [place(name), name])),
        ExpressionAttributeValues: Object.fromEntries(kept.map(([, value], i) => [`:v${i}`, value])),
      }),
    );
  },
});

/** An item without a state in the place of each snapshot: a snapshot of an earlier commit is never put over it, and it goes by itself. */
export const closingSnapshots = (client: DynamoDBClient, TableName: string, now: () => number): ClosingSnapshots => ({
  close: async (stream, codes, commit) => {
    const query = {
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: '#stream = :stream',
      ProjectionExpression: '#code',
      ExpressionAttributeNames: { '#stream': 'stream', '#code': 'code' },
      ExpressionAttributeValues: toItem({ ':stream': stream }),
    };
    const all = new Set(codes);
    for await (const item of readEach(client, { query })) all.add((fromItem(item) as { code: string }).code);
    for (const code of all)
      await client.send(new PutItemCommand({ TableName, Item: toItem({ stream, code, commit, expires: expiresFrom(now()) }) }));
  },
});

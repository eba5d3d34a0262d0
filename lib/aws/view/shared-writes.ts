import { type DynamoDBClient, PutItemCommand, type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { plus } from '../../core/amount.ts';
import type { Moved, RowChange, View, ViewItem } from '../../engine/ports.ts';
import { NotStorable } from '../../engine/store/storable.ts';
import { partSort, rowPlace, shareSort } from '../../engine/view/shares.ts';
import { written } from '../../engine/view/view-item.ts';
import { type Item, toAttribute, toItem } from '../attributes.ts';
import { asRead, codesOf, conditionFailed, didHold, handedBack } from '../condition.ts';
import { persistently } from '../transaction.ts';
import { asItWasRead } from './head-condition.ts';

/** Adds to a part of a row. What is not there yet is below or above nothing: `NOT` holds for it. */
const addition = (TableName: string, { row, shard, listed, add, raise }: RowChange): TransactWriteItem => {
  const [amounts, highest] = [Object.entries(add), Object.entries(raise)];
  const conditions = highest.map(
    ([_, value], i) => `NOT #h${i} >= :h${i}${typeof value === 'number' ? ` AND NOT attribute_type(#h${i}, :S)` : ''}`,
  );
  return {
    Update: {
      TableName,
      Key: toItem({ key: rowPlace(row), sort: partSort(shard) }),
      UpdateExpression: [
        `SET ${['#listed = :listed', ...highest.map((_, i) => `#h${i} = :h${i}`)].join(', ')}`,
        `ADD ${amounts.map((_, i) => `#a${i} :a${i}`).join(', ')}`,
      ].join(' '),
      ...(conditions.length > 0 && { ConditionExpression: conditions.join(' AND ') }),
      ExpressionAttributeNames: {
        '#listed': 'listed',
        ...Object.fromEntries(amounts.map(([name], i) => [`#a${i}`, name])),
        ...Object.fromEntries(highest.map(([name], i) => [`#h${i}`, name])),
      },
      ExpressionAttributeValues: toItem({
        ':listed': listed,
        ...Object.fromEntries(amounts.map(([_, amount], i) => [`:a${i}`, amount])),
        ...Object.fromEntries(highest.map(([_, value], i) => [`:h${i}`, value])),
        ...(highest.some(([_, value]) => typeof value === 'number') && { ':S': 'S' }),
      }),
    },
  };
};

const contribution = (TableName: string, { row, stream, commit, share }: RowChange): TransactWriteItem => {
  const place = { key: rowPlace(row), sort: shareSort(stream) };
  // Deleted instead of left as a tombstone: the head, in the same transaction, rejects older writes.
  return share
    ? { Put: { TableName, Item: toItem({ ...place, stream, commit, share }) } }
    : { Delete: { TableName, Key: toItem(place) } };
};

type SharedWrites = Pick<View, 'putShares' | 'putPart'>;

/** A head in its stored form, and as a failed condition hands it back. */
type Heads = Readonly<{ toStored: (item: ViewItem) => Item; movedTo: (item: Item | undefined) => Moved }>;

/**
 * Writes shared rows into a view's table. Stored format of 2026-11: under `@<row key>`, `part#<shard>` with `listed` and the amounts of
 * engine/shares.ts, and `share#<stream>` with the stream's contribution.
 */
export const sharedWrites = (client: DynamoDBClient, TableName: string, { toStored, movedTo }: Heads): SharedWrites => {
  const persist = persistently();
  return {
    putShares: async (head, before, changes) => {
      const put = { TableName, Item: toStored(written(head, before)), ...asItWasRead(before) };
      try {
        if (changes.length === 0) await client.send(new PutItemCommand(put));
        else {
          const rows = changes.flatMap((change) => [addition(TableName, change), contribution(TableName, change)]);
          const TransactItems = [{ Put: put }, ...rows];
          await persist(() => client.send(new TransactWriteItemsCommand({ TransactItems })));
        }
        return 'written';
      } catch (error) {
        const codes = codesOf(error);
        if (codes[0] === conditionFailed) return movedTo(handedBack(error));
        if (codes.includes('ValidationError'))
          throw new NotStorable(`A row cannot hold the new sum: ${(error as Error).message}`, { cause: error });
        if (codes.includes(conditionFailed)) return 'refused';
        throw error;
      }
    },
    putPart: ({ row, shard, amounts, highest }, listed, changes) => {
      const Item = { key: rowPlace(row), sort: partSort(shard), listed, ...amounts, ...highest, changes: plus(changes ?? 0, 1) };
      const unchanged = asRead('changes', changes === undefined ? undefined : toAttribute(changes));
      return didHold(client.send(new PutItemCommand({ TableName, Item: toItem(Item), ...unchanged })));
    },
  };
};

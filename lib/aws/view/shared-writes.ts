import { type DynamoDBClient, PutItemCommand, type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { plus } from '../../core/amount.ts';
import { atOnce } from '../../engine/at-once.ts';
import type { HeadMove, RowChange, View, ViewItem } from '../../engine/ports.ts';
import { NotStorable } from '../../engine/store/storable.ts';
import { noteSort, partSort, rowPlace } from '../../engine/view/shares.ts';
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

const notesAtOnce = 25;

/** Notes that a stream has entered a row: outside of the transaction, where an item costs double. */
const note = (client: DynamoDBClient, TableName: string, notes: readonly Readonly<{ row: string; stream: string }>[]) =>
  atOnce(notesAtOnce, notes, ({ row, stream }) => {
    const Item = toItem({ key: rowPlace(row), sort: noteSort(stream), stream });
    return client.send(new PutItemCommand({ TableName, Item }));
  });

type SharedWrites = Pick<View, 'putShares' | 'putPart' | 'putNotes'>;

/** A head in its stored form, and as a failed condition hands it back. */
type Heads = Readonly<{ toStored: (item: ViewItem) => Item; fromStored: (item: Item | undefined) => ViewItem | undefined }>;

/**
 * Writes shared rows into a view's table. Stored format of 2026-11: under `@<row key>`, `part#<shard>` with `listed` and the amounts of
 * engine/shares.ts, and a note `share#<stream>` for each stream that has entered the row.
 */
export const sharedWrites = (client: DynamoDBClient, TableName: string, { toStored, fromStored }: Heads): SharedWrites => {
  const persist = persistently();
  const putOf = ({ head, before }: HeadMove) => ({ TableName, Item: toStored(written(head, before)), ...asItWasRead(before) });
  return {
    putNotes: async (stream, rows) => {
      await note(
        client,
        TableName,
        rows.map((row) => ({ row, stream })),
      );
    },
    putShares: async (moves, changes) => {
      await note(
        client,
        TableName,
        changes.flatMap(({ row, entering }) => entering.map((stream) => ({ row, stream }))),
      );
      const puts = moves.map(putOf);
      try {
        if (changes.length === 0 && puts.length === 1) await client.send(new PutItemCommand(puts[0]!));
        else {
          const TransactItems = [...puts.map((Put) => ({ Put })), ...changes.map((change) => addition(TableName, change))];
          await persist(() => client.send(new TransactWriteItemsCommand({ TransactItems })));
        }
        return 'written';
      } catch (error) {
        const codes = codesOf(error);
        const moved = moves.flatMap(({ head }, i) =>
          codes[i] === conditionFailed ? [[head.key, fromStored(handedBack(error, i))] as const] : [],
        );
        if (moved.length > 0) return { moved: new Map(moved) };
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

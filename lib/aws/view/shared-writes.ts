import {
  type DynamoDBClient,
  type Put,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { plus } from '../../core/amount.ts';
import { atOnce } from '../../engine/at-once.ts';
import type { HeadMove, PutShares, View, ViewItem } from '../../engine/ports.ts';
import { NotStorable } from '../../engine/store/storable.ts';
import { homesName, isPointer, mostHomes, movesInto, pointerTo, stays } from '../../engine/view/kinds/homes.ts';
import { homeShard, noteSort, partSort, rowPlace } from '../../engine/view/shares.ts';
import { written } from '../../engine/view/view-item.ts';
import { type Item, toAttribute, toItem } from '../attributes.ts';
import { asRead, codesOf, conditionFailed, didHold, handedBack } from '../condition.ts';
import { persistently } from '../transaction.ts';
import { asItWasRead } from './head-condition.ts';
import { changesIn, type ItemChange, updateOf } from './row-item.ts';
import { homeIn } from './shared-reads.ts';

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

/** Condition: the pointer to a head still leads to this row. */
const leadsTo = (row: string) => ({
  ...asRead('home', toAttribute(row)),
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
});

/** The one request of a change of heads and rows, with the place of each in it. */
type Writes = Readonly<{ puts: readonly Readonly<{ move: HeadMove; Put: Put }>[]; changes: readonly ItemChange[] }>;

const isOf = (row: string) => (change: ItemChange) => change.row === row && change.shard === homeShard;

/** Which heads have moved, by the conditions that failed, as far as these hand them back; or why else nothing was written. */
const outcomeOf = (
  error: unknown,
  moves: readonly HeadMove[],
  { puts, changes }: Writes,
  fromStored: Heads['fromStored'],
): Exclude<PutShares, 'written'> | 'taken' | undefined => {
  const codes = codesOf(error);
  const failed = (position: number) => codes[position] === conditionFailed;
  const homesOf = (row: string | undefined): Item | undefined => {
    const position = row === undefined ? -1 : puts.length + changes.findIndex(isOf(row));
    return failed(position) ? (handedBack(error, position) ?? {}) : undefined;
  };
  const moved = new Map<string, ViewItem | undefined>();
  let [isFull, isTaken] = [false, false];
  for (const move of moves) {
    const { head, before } = move;
    const row = before?.home ?? head.home;
    const homes = homesOf(row);
    const embedded = homes && row !== undefined ? homeIn(homes, row, head) : undefined;
    const position = puts.findIndex((put) => put.move === move);
    const there = failed(position) ? fromStored(handedBack(error, position)) : undefined;
    if (failed(position) || (before?.home !== undefined && homes && embedded?.writes !== before.writes))
      moved.set(head.key, there && !isPointer(there) ? there : there === undefined || there.home === row ? embedded : undefined);
    else if (before?.home === undefined && homes) {
      isTaken ||= embedded !== undefined;
      isFull ||= Number(homes[homesName]?.N ?? 0) > mostHomes - moves.filter((each) => movesInto(each) === row).length;
    }
  }
  if (moved.size > 0) return { moved };
  if (isFull) return 'full';
  if (isTaken) return 'taken';
  return codes.includes(conditionFailed) ? 'refused' : undefined;
};

const isTooLarge = (error: unknown): error is Error =>
  codesOf(error).includes('ValidationError') ||
  (error instanceof Error && error.name === 'ValidationException' && error.message.includes('size'));

/**
 * Writes shared rows into a view's table. Stored format of 2026-11: under `@<row key>`, `part#<shard>` with `listed` and the amounts of
 * engine/shares.ts, and a note `share#<stream>` for each stream that has entered the row. In `part#100` there are also heads: `home/<stream>`, and in `homes` how
 * many have ever come; each stream's `head` then has the row as its `home`, and nothing else of the head.
 */
export const sharedWrites = (client: DynamoDBClient, TableName: string, { toStored, fromStored }: Heads): SharedWrites => {
  const persist = persistently();
  const putOf = (move: HeadMove): Put => {
    const { head, before } = move;
    const stored = written(head, before);
    const Item = toStored(head.home === undefined ? stored : pointerTo(stored));
    return { TableName, Item, ...(before?.home === undefined ? asItWasRead(before) : leadsTo(before.home)) };
  };
  const send = async ({ puts, changes }: Writes, over: boolean): Promise<void> => {
    const updates = changes.map((change) => updateOf(TableName, change, over));
    const [put, update] = [puts[0]?.Put, updates[0]];
    if (puts.length + updates.length === 1)
      await (put ? client.send(new PutItemCommand(put)) : persist(() => client.send(new UpdateItemCommand(update!))));
    else {
      const TransactItems = [...puts.map(({ Put }) => ({ Put })), ...updates.map((Update) => ({ Update }))];
      await persist(() => client.send(new TransactWriteItemsCommand({ TransactItems })));
    }
  };
  const putAll = async (moves: readonly HeadMove[], writes: Writes, over = false): Promise<PutShares> => {
    try {
      await send(writes, over);
      return 'written';
    } catch (error) {
      const outcome = outcomeOf(error, moves, writes, fromStored);
      // The head's own place says where it is: what a row has of one that is elsewhere is left over from a place that was spoilt.
      if (outcome === 'taken' && !over) return putAll(moves, writes, true);
      if (typeof outcome === 'object' || outcome === 'full') return outcome;
      if (isTooLarge(error))
        throw new NotStorable(`A row cannot hold the new sum: ${(error as Error).message}`, { cause: error });
      if (outcome !== undefined) return 'refused';
      throw error;
    }
  };
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
      const puts = moves.flatMap((move) => (stays(move) ? [] : [{ move, Put: putOf(move) }]));
      return putAll(moves, { puts, changes: changesIn(moves, changes) });
    },
    putPart: ({ row, shard, amounts, highest }, listed, changes) => {
      const values = { listed, ...amounts, ...highest, changes: plus(changes ?? 0, 1) };
      const unchanged = asRead('changes', changes === undefined ? undefined : toAttribute(changes));
      const Key = { key: rowPlace(row), sort: partSort(shard) };
      if (shard !== homeShard)
        return didHold(client.send(new PutItemCommand({ TableName, Item: toItem({ ...Key, ...values }), ...unchanged })));
      // The heads that are at home in it stay.
      const all = Object.entries(values);
      const update = {
        ...{ TableName, Key: toItem(Key), ConditionExpression: unchanged.ConditionExpression },
        UpdateExpression: `SET ${all.map((_, i) => `#v${i} = :v${i}`).join(', ')}`,
        ExpressionAttributeNames: {
          ...unchanged.ExpressionAttributeNames,
          ...Object.fromEntries(all.map(([name], i) => [`#v${i}`, name])),
        },
        ExpressionAttributeValues: {
          ...unchanged.ExpressionAttributeValues,
          ...toItem(Object.fromEntries(all.map(([_, value], i) => [`:v${i}`, value]))),
        },
      };
      return didHold(client.send(new UpdateItemCommand(update)));
    },
  };
};

import type { HeadMove, RowChange } from '../../engine/ports.ts';
import { homeName, homesName, mostHomes, movesInto, toHome } from '../../engine/view/kinds/homes.ts';
import { homeShard, partSort, rowPlace } from '../../engine/view/shares.ts';
import { written } from '../../engine/view/view-item.ts';
import { toItem } from '../attributes.ts';

/** A change of one item of a row: what is added, and which heads stay in it, come into it, or leave it. */
export type ItemChange = Readonly<{ row: string; shard: number; change?: RowChange; moves: readonly HeadMove[] }>;

/** The changes of items: one for each part, and one for each row that a head is in, or was. */
export const changesIn = (moves: readonly HeadMove[], changes: readonly RowChange[]): readonly ItemChange[] => {
  const all = new Map<string, ItemChange>();
  const placeOf = (row: string, shard: number) => `${row}/${shard}`;
  for (const change of changes) all.set(placeOf(change.row, change.shard), { ...change, change, moves: [] });
  for (const move of moves)
    for (const row of new Set([move.before?.home, move.head.home])) {
      if (row === undefined) continue;
      const there = all.get(placeOf(row, homeShard)) ?? { row, shard: homeShard, moves: [] };
      all.set(placeOf(row, homeShard), { ...there, moves: [...there.moves, move] });
    }
  return [...all.values()];
};

/** The heads in an item of a row: put under the name of each, if the one there is as it was read. `over`: whatever is there of one that comes in. */
const headsIn = ({ row, moves }: ItemChange, over: boolean) => {
  const into = moves.filter((move) => movesInto(move) === row).length;
  const all = moves.map(({ head, before }, i) => {
    const wasHere = before?.home === row;
    const asRead = before?.writes === undefined ? `attribute_not_exists(#s${i}.#writes)` : `#s${i}.#writes = :w${i}`;
    return {
      set: head.home === row ? [`#s${i} = :s${i}`] : [],
      remove: head.home === row ? [] : [`#s${i}`],
      condition: wasHere ? [`attribute_exists(#s${i}) AND ${asRead}`] : over ? [] : [`attribute_not_exists(#s${i})`],
      counts: wasHere,
      values: {
        ...(head.home === row && { [`:s${i}`]: toHome(written(head, before)) }),
        ...(wasHere && before.writes !== undefined && { [`:w${i}`]: before.writes }),
      },
    };
  });
  return {
    sets: all.flatMap(({ set }) => set),
    removes: all.flatMap(({ remove }) => remove),
    adds: into > 0 ? ['#homes :homes'] : [],
    conditions: [
      ...all.flatMap(({ condition }) => condition),
      ...(into > 0 ? ['(attribute_not_exists(#homes) OR #homes <= :room)'] : []),
    ],
    names: {
      ...Object.fromEntries(moves.map(({ head }, i) => [`#s${i}`, homeName(head.stream)])),
      ...(all.some(({ counts }) => counts) && { '#writes': 'writes' }),
      ...(into > 0 && { '#homes': homesName }),
    },
    values: {
      ...Object.assign({}, ...all.map(({ values }) => values)),
      ...(into > 0 && { ':homes': into, ':room': mostHomes - into }),
    },
  };
};

const clause = (word: string, parts: readonly string[], between = ', ') =>
  parts.length > 0 ? [`${word}${parts.join(between)}`] : [];

/** Changes an item of a row. What is not there yet is below or above nothing: `NOT` holds for it. */
export const updateOf = (TableName: string, changed: ItemChange, over: boolean) => {
  const { row, shard, change } = changed;
  const [amounts, highest] = [Object.entries(change?.add ?? {}), Object.entries(change?.raise ?? {})];
  const heads = headsIn(changed, over);
  const conditions = highest.map(
    ([_, value], i) => `NOT #h${i} >= :h${i}${typeof value === 'number' ? ` AND NOT attribute_type(#h${i}, :S)` : ''}`,
  );
  const listed = change ? ['#listed = :listed'] : [];
  const adds = [...amounts.map((_, i) => `#a${i} :a${i}`), ...heads.adds];
  const values = {
    ...(change && { ':listed': change.listed }),
    ...Object.fromEntries(amounts.map(([_, amount], i) => [`:a${i}`, amount])),
    ...Object.fromEntries(highest.map(([_, value], i) => [`:h${i}`, value])),
    ...(highest.some(([_, value]) => typeof value === 'number') && { ':S': 'S' }),
    ...heads.values,
  };
  return {
    TableName,
    Key: toItem({ key: rowPlace(row), sort: partSort(shard) }),
    UpdateExpression: [
      ...clause('SET ', [...listed, ...highest.map((_, i) => `#h${i} = :h${i}`), ...heads.sets]),
      ...clause('ADD ', adds),
      ...clause('REMOVE ', heads.removes),
    ].join(' '),
    ...(conditions.length + heads.conditions.length > 0 && {
      ConditionExpression: [...conditions, ...heads.conditions].join(' AND '),
    }),
    ExpressionAttributeNames: {
      ...(change && { '#listed': 'listed' }),
      ...Object.fromEntries(amounts.map(([name], i) => [`#a${i}`, name])),
      ...Object.fromEntries(highest.map(([name], i) => [`#h${i}`, name])),
      ...heads.names,
    },
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: toItem(values) }),
    ...(changed.moves.length > 0 && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
  };
};

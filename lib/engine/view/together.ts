import { atOnce } from '../at-once.ts';
import { dynamoDb } from '../limits.ts';
import type { Clock, PutShares, RowChange, View } from '../ports.ts';
import { NotStorable } from '../store/storable.ts';
import type { SharesWrite, Together } from './projecting.ts';
import { homeShard, mergedChange } from './shares.ts';
import { putFitted } from './write-shares.ts';

type Waiting = SharesWrite &
  Readonly<{ resolve: (outcome: Awaited<ReturnType<Together['put']>>) => void; reject: (cause: unknown) => void }>;
type Writing = Readonly<{ view: View; clock: Clock }>;

/** Heads have at most 350 KB each, and a transaction takes 4 MB. */
const headsPerTransaction = 10;
const groupsAtOnce = 10;

/** Something for each place where changes meet: what heads are at home in is apart from the row's other items. */
const places = <T>() => {
  const [others, homes] = [new Map<string, T>(), new Map<string, T>()];
  const of = ({ shard }: RowChange) => (shard === homeShard ? homes : others);
  return {
    get: (change: RowChange): T | undefined => of(change).get(change.row),
    set: (change: RowChange, value: T) => of(change).set(change.row, value),
    values: (): readonly T[] => [...others.values(), ...homes.values()],
    size: () => others.size + homes.size,
  };
};

/** Puts writes that have a row in common into one group, also where they have it over others. */
const overlapping = (writes: readonly Waiting[]): Iterable<readonly Waiting[]> => {
  const groups = new Set<Waiting[]>();
  const groupOf = places<Waiting[]>();
  for (const write of writes) {
    let group: Waiting[] | undefined;
    for (const change of write.changes) {
      const met = groupOf.get(change);
      if (!met || met === group) continue;
      if (group) {
        for (const each of group) for (const own of each.changes) groupOf.set(own, met);
        groups.delete(group);
        met.push(...group);
      }
      group = met;
    }
    group ??= [];
    group.push(write);
    groups.add(group);
    for (const change of write.changes) groupOf.set(change, group);
  }
  return groups;
};

/** The changes of several streams, by their rows. */
const byRow = (writes: readonly SharesWrite[]): readonly (readonly RowChange[])[] => {
  const rows = places<RowChange[]>();
  for (const { changes } of writes)
    for (const change of changes) {
      const there = rows.get(change);
      if (there) there.push(change);
      else rows.set(change, [change]);
    }
  return rows.values();
};

/** Splits a group into transactions, each of whole streams. */
const transactions = (group: readonly Waiting[]): readonly (readonly Waiting[])[] => {
  const all: Waiting[][] = [];
  let rows = places<true>();
  for (const write of group) {
    const last = all.at(-1);
    // Beside its own place a head may leave a row that is in no change.
    let items = 2 * ((last?.length ?? 0) + 1) + rows.size();
    for (const change of write.changes) if (!rows.get(change)) items += 1;
    if (last && last.length < headsPerTransaction && items <= dynamoDb.transactionItems) last.push(write);
    else {
      all.push([write]);
      rows = places();
    }
    for (const change of write.changes) rows.set(change, true);
  }
  return all;
};

const putOne = async (writing: Writing, { move, changes, resolve, reject }: Waiting): Promise<void> => {
  try {
    const outcome = await putFitted(writing, [move], changes);
    resolve(outcome === 'written' || outcome === 'full' ? outcome : 'moved');
  } catch (cause) {
    reject(cause);
  }
};

const putEach = async (writing: Writing, writes: readonly Waiting[]): Promise<void> => {
  for (const write of writes) await putOne(writing, write);
};

/** Writes of several streams as one; `apart` where they do not go together: one of them may be what a row cannot take. */
const putAsOne = async (writing: Writing, writes: readonly Waiting[]): Promise<PutShares | 'apart'> => {
  const merged: RowChange[] = [];
  for (const changes of byRow(writes)) {
    const change = mergedChange(changes);
    if (!change) return 'apart';
    merged.push(change);
  }
  try {
    const moves = writes.map(({ move }) => move);
    return await putFitted(writing, moves, merged);
  } catch (cause) {
    if (cause instanceof NotStorable) return 'apart';
    throw cause;
  }
};

/** Writes a transaction. Nothing of it is written when one head has moved: the others then go on without that one. */
const putTransaction = async (writing: Writing, writes: readonly Waiting[]): Promise<void> => {
  if (writes.length === 1) return putOne(writing, writes[0]!);
  const outcome = await putAsOne(writing, writes);
  if (outcome === 'apart' || outcome === 'refused' || outcome === 'full') return putEach(writing, writes);
  if (outcome === 'written') {
    for (const { resolve } of writes) resolve('written');
    return;
  }
  const [lost, left]: Waiting[][] = [[], []];
  for (const write of writes) (outcome.moved.has(write.move.head.key) ? lost : left)!.push(write);
  for (const { resolve } of lost!) resolve('moved');
  if (left!.length > 0) await putTransaction(writing, left!);
};

const putGroup = async (writing: Writing, group: readonly Waiting[]): Promise<void> => {
  // One after the other: they would meet on their row.
  for (const writes of transactions(group))
    try {
      await putTransaction(writing, writes);
    } catch (cause) {
      for (const { reject } of writes) reject(cause);
    }
};

/**
 * Lets the streams of a batch write shared rows together: one transaction with their heads and one change of each row, where each alone would take a
 * transaction that changes the same row. A stream waits for the others of the batch before it writes.
 */
export const together = (writing: Writing): Together => {
  let running = 0;
  let waiting: Waiting[] = [];
  const writeWhatWaits = () => {
    if (waiting.length === 0 || waiting.length < running) return;
    const all = waiting;
    waiting = [];
    void atOnce(groupsAtOnce, overlapping(all), (group) => putGroup(writing, group));
  };
  return {
    put: ({ move, changes }) =>
      new Promise((resolve, reject) => {
        waiting.push({ move, changes, resolve, reject });
        writeWhatWaits();
      }),
    during: async (run) => {
      running += 1;
      try {
        return await run();
      } finally {
        running -= 1;
        writeWhatWaits();
      }
    },
  };
};

import { atOnce } from '../at-once.ts';
import { dynamoDb } from '../limits.ts';
import type { Clock, PutShares, RowChange, View } from '../ports.ts';
import { NotStorable } from '../store/storable.ts';
import type { SharesWrite, Together } from './projecting.ts';
import { mergedChange } from './shares.ts';
import { putFitted } from './write-shares.ts';

type Waiting = SharesWrite & Readonly<{ resolve: (isWritten: boolean) => void; reject: (cause: unknown) => void }>;
type Writing = Readonly<{ view: View; clock: Clock }>;

/** Heads have at most 350 KB each, and a transaction takes 4 MB. */
const headsPerTransaction = 10;
const groupsAtOnce = 10;

/** Puts writes that have a row in common into one group, also where they have it over others. */
const overlapping = (writes: readonly Waiting[]): Iterable<readonly Waiting[]> => {
  const groups = new Set<Waiting[]>();
  const groupOf = new Map<string, Waiting[]>();
  for (const write of writes) {
    let group: Waiting[] = [];
    for (const { row } of write.changes) {
      const met = groupOf.get(row);
      if (!met || met === group) continue;
      for (const each of group) for (const change of each.changes) groupOf.set(change.row, met);
      groups.delete(group);
      met.push(...group);
      group = met;
    }
    group.push(write);
    groups.add(group);
    for (const { row } of write.changes) groupOf.set(row, group);
  }
  return groups;
};

/** The changes of several streams, by their rows. */
const byRow = (writes: readonly SharesWrite[]): Map<string, RowChange[]> => {
  const rows = new Map<string, RowChange[]>();
  for (const { changes } of writes)
    for (const change of changes) {
      const there = rows.get(change.row);
      if (there) there.push(change);
      else rows.set(change.row, [change]);
    }
  return rows;
};

/** Splits a group into transactions, each of whole streams. */
const transactions = (group: readonly Waiting[]): readonly (readonly Waiting[])[] => {
  const all: Waiting[][] = [];
  let rows = new Set<string>();
  for (const write of group) {
    const last = all.at(-1);
    let items = (last?.length ?? 0) + 1 + rows.size;
    for (const { row } of write.changes) if (!rows.has(row)) items += 1;
    if (last && last.length < headsPerTransaction && items <= dynamoDb.transactionItems) last.push(write);
    else {
      all.push([write]);
      rows = new Set();
    }
    for (const { row } of write.changes) rows.add(row);
  }
  return all;
};

const putOne = async (writing: Writing, { move, changes, resolve, reject }: Waiting): Promise<void> => {
  try {
    resolve((await putFitted(writing, [move], changes)) === 'written');
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
  for (const changes of byRow(writes).values()) {
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
  if (outcome === 'apart' || outcome === 'refused') return putEach(writing, writes);
  if (outcome === 'written') {
    for (const { resolve } of writes) resolve(true);
    return;
  }
  const [lost, left]: Waiting[][] = [[], []];
  for (const write of writes) (outcome.moved.has(write.move.head.key) ? lost : left)!.push(write);
  for (const { resolve } of lost!) resolve(false);
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

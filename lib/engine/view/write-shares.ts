import type { AnyProjection, AnySharedRows } from '../../core/projection.ts';
import { tryWhileLost } from '../again.ts';
import { nowOf } from '../instant.ts';
import type { Clock, HeadMove, PutShares, RowChange, View, ViewItem } from '../ports.ts';
import { shardOf } from '../shard.ts';
import { NotStorable } from '../store/storable.ts';
import { homeFor } from './kinds/homes.ts';
import { headBefore } from './kinds/kind.ts';
import type { Together } from './projecting.ts';
import { contributed, homeShard, isHigher, raises, rowChanges } from './shares.ts';
import { written } from './view-item.ts';

/** A transaction takes 100 items: the heads, and a part of each row. */
export const rowsPerTransaction = 40;
const tries = 8;

type Writing = Readonly<{ view: View; clock: Clock; together?: Together }>;

/** The change as the row now takes it: without what would raise nothing. */
const fitted = async (view: View, change: RowChange): Promise<RowChange> => {
  const part = await view.part(change.row, change.shard);
  const raise = Object.entries(change.raise).filter(([name, value]) => isHigher(value, part?.highest[name]));
  return { ...change, raise: Object.fromEntries(raise) };
};

/** Rows that others change at the same time are read again; rows that only add up need no reading at all. */
export const putFitted = async (
  { view, clock }: Pick<Writing, 'view' | 'clock'>,
  moves: readonly HeadMove[],
  changes: readonly RowChange[],
): Promise<PutShares> => {
  const outcome = await tryWhileLost(async (race) => {
    // Spread by name: those who met once are not to meet again.
    if (race > 0) await clock.wait(shardOf(`${moves[0]?.head.stream}/${race}`, race * 40));
    const fit = changes.some(raises)
      ? await Promise.all(changes.map((change) => (raises(change) ? fitted(view, change) : change)))
      : changes;
    const put = await view.putShares(moves, fit);
    return put === 'refused' ? 'again' : put;
  }, tries);
  return outcome === 'again' ? 'refused' : outcome;
};

type Sharing = AnyProjection & AnySharedRows;

/** A head in its own place. */
const outside = (head: ViewItem): ViewItem => {
  if (head.home === undefined) return head;
  const { home: _, ...rest } = head;
  return rest;
};

/** A change in the part of its row that heads are at home in. */
const atHome = (change: RowChange): RowChange => (change.shard === homeShard ? change : { ...change, shard: homeShard });

const put = (writing: Writing, move: HeadMove, changes: readonly RowChange[]): Promise<PutShares | 'moved'> =>
  writing.together ? writing.together.put({ move, changes }) : putFitted(writing, [move], changes);

/** Parks a stream at its cursor, unless another writer has written its head meanwhile: that head may be storable. */
const park = async (writing: Writing, at: ViewItem, there: ViewItem | undefined, cause: NotStorable) => {
  const reason = `${cause.name}: ${cause.message}`.slice(0, 1_000);
  const head: ViewItem = { ...outside(at), parked: { commit: at.commit + 1, reason, at: nowOf(writing.clock) } };
  return (await writing.view.putHead(head, there)) === 'written' ? written(head, there) : undefined;
};

/** Writes what a stream contributes from now on, with its head; or parks it where a row cannot take that. Answers the head, or undefined
 * if others were faster. A change of many rows takes several transactions, each of which leaves in the head how far it got. */
export const writeShares = async (
  projection: Sharing,
  writing: Writing,
  start: ViewItem | undefined,
  target: ViewItem,
  /** The changes that lead there, where they are known already. */
  known?: readonly RowChange[],
): Promise<ViewItem | undefined> => {
  const empty = () => headBefore(target, { memory: projection.initial });
  let there = start;
  try {
    const changes =
      known ??
      rowChanges(
        projection,
        { stream: target.stream, home: start?.home },
        contributed(projection, start),
        contributed(projection, target),
      );
    for (let done = start?.begun?.done ?? 0; ; done += rowsPerTransaction) {
      const some = changes.slice(done, done + rowsPerTransaction);
      const last = done + some.length >= changes.length;
      const { commit, memory } = target;
      const head = last ? target : { ...(start ?? empty()), begun: { commit, memory, done: done + some.length } };
      const before = there;
      const home = homeFor(projection, before, head, some);
      let placed = home === undefined ? outside(head) : { ...head, home };
      let outcome = await put(writing, { head: placed, before }, home === undefined ? some : some.map(atHome));
      if (outcome === 'full') {
        placed = outside(head);
        outcome = await put(writing, { head: placed, before }, some);
      }
      if (outcome !== 'written') return undefined;
      there = written(placed, before);
      if (last) return there;
    }
  } catch (cause) {
    if (!(cause instanceof NotStorable)) throw cause;
    return park(writing, there ?? empty(), there, cause);
  }
};

/** Ends what another instance began and did not live to end: the same rows, from where it stopped. */
export const endBegun = (
  projection: Sharing,
  writing: Writing,
  head: ViewItem & Required<Pick<ViewItem, 'begun'>>,
): Promise<ViewItem | undefined> => {
  const { begun, parked: _, ...rest } = head;
  return writeShares(projection, writing, head, { ...rest, commit: begun.commit, memory: begun.memory });
};

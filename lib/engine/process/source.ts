import type { Commit } from '../../core/commit.ts';
import { sourceOf } from '../../core/projection.ts';
import { parseStream } from '../../core/stream.ts';
import { TryAgain, untilWon } from '../again.ts';
import { isFresh } from '../bounded-cache.ts';
import { NotNew } from '../command/tracked.ts';
import type { Delivered } from '../delivery/delivered.ts';
import type { Store } from '../ports.ts';
import { StreamPurged } from '../store/purged.ts';
import { following, type StreamBatch, streamBatch, withGapsFilled } from '../store/read-all.ts';
import { attend } from './attend.ts';
import type { Cursors } from './ports.ts';
import { causesIn, concerns, decideOn, instancesOf, type Reacting } from './react.ts';

/** The number of the last commit before a process's time, found by halving: times never fall in a stream. */
const lastBefore = async (store: Pick<Store, 'find'>, stream: string, since: string, last: number): Promise<number> => {
  let [before, after] = [0, last + 1];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    const commit = await store.find(stream, middle);
    if (!commit) throw new TryAgain(`${stream}: commit ${middle} cannot be read yet.`);
    if (commit.at < since) before = middle;
    else after = middle;
  }
  return before;
};

/** Moves the cursor, never back. After a lost race the faster function has handled the commits that it passed. */
const moveTo = async (cursors: Cursors, stream: string, to: number, read: number | undefined): Promise<number> => {
  let from = read;
  return untilWon(`${stream} is being taken by others at the same time.`, async () => {
    if (from !== undefined && from >= to) return from;
    if (await cursors.move(stream, to, from)) return to;
    from = await cursors.load(stream);
    return 'again';
  });
};

/** What came of a delivery from a source: the decisions, and the delivered commits that were decided on before. */
type Taken = Readonly<{ decided: Commit[]; again: Delivered[] }>;

/**
 * Moves a kept cursor over commits that concern no instance, without reading it. The condition of the move says that all up to it was handled; nothing is
 * decided here, so that it is not too late to learn otherwise.
 */
const passUnconcerned = async (reacting: Reacting, stream: string, deliveries: readonly Delivered[]): Promise<boolean> => {
  const { kept, cursors, own } = reacting;
  const cursor = kept?.take(stream);
  if (!kept || cursor === undefined) return false;
  const batch = streamBatch(deliveries);
  const follows = following(batch, cursor);
  const isAll = follows.at(-1)?.commit === batch.last && deliveries.every(({ commit }) => commit > cursor);
  if (!isAll || follows.some((commit) => instancesOf(reacting, commit).length > 0)) return false;
  const movedAt = own.clock.now();
  if (!(await cursors.move(stream, batch.last, cursor))) return false;
  kept.keep(stream, batch.last, movedAt);
  return true;
};

/**
 * The first commit of a stream, if the one instance that it concerns has the stream's own id, and so begins with it. An old one comes again, or late: the cursor
 * may have passed it with nothing decided, by a release that did nothing about it, and then nothing is.
 */
const beginningIn = ({ process, own }: Reacting, { whole, last }: StreamBatch): Commit | undefined => {
  const first = last === 1 ? whole.get(1) : undefined;
  if (!first || process.from.length > 1 || !concerns(process, first) || !sourceOf(process, first.stream)) return undefined;
  const ids = [...causesIn(process, first).keys()];
  const begins = ids.length === 1 && ids[0] === parseStream(first.stream)?.id;
  return begins && isFresh(own, { readAt: Date.parse(first.at) }) ? first : undefined;
};

/**
 * Decides on the first commit of a stream for an instance that is taken for new, and reads neither the cursor nor the instance: the append of the first step
 * tells that nothing was decided for it before. False where it is not new.
 */
const decideAnew = async (reacting: Reacting, commit: Commit, decided: Commit[]): Promise<boolean> => {
  try {
    await decideOn(reacting, commit, (step) => decided.push(step), true);
    return true;
  } catch (cause) {
    if (cause instanceof NotNew || cause instanceof StreamPurged) return false;
    throw cause;
  }
};

/** Handles a source stream's commits in order up to the last that was delivered. What it has taken so far is known where it fails. */
const reactToStream = async (
  reacting: Reacting,
  stream: string,
  deliveries: readonly Delivered[],
  { decided, again }: Taken,
): Promise<void> => {
  const { process, cursors, settings, own, kept } = reacting;
  if (await passUnconcerned(reacting, stream, deliveries)) return;
  const batch = streamBatch(deliveries);
  const { last } = batch;
  const move = async (to: number, from: number | undefined) => {
    const movedAt = own.clock.now();
    const moved = await moveTo(cursors, stream, to, from);
    kept?.keep(stream, moved, movedAt);
    return moved;
  };
  const first = beginningIn(reacting, batch);
  if (first && (await decideAnew(reacting, first, decided))) {
    await move(1, undefined);
    return;
  }
  let cursor = await cursors.load(stream);
  const passed = cursor ?? 0;
  again.push(...deliveries.filter(({ commit }) => commit <= passed));
  if (passed >= last) return;
  const isShort = last <= settings.commitsAtOnce;
  const start = cursor ?? (isShort ? 0 : await lastBefore(own.store, stream, process.since, last));
  for await (const page of withGapsFilled(own.store, stream, batch, start))
    for (let i = 0; i < page.commits.length; i += settings.commitsAtOnce) {
      const commits = page.commits.slice(i, i + settings.commitsAtOnce);
      for (const commit of commits) await decideOn(reacting, commit, (step) => decided.push(step));
      // Only now: what the cursor has passed is decided on never again.
      cursor = await move(commits.at(-1)!.commit, cursor);
    }
};

/** The instances of commits that come again: whoever took them may have failed between the decision and what follows from it. */
const instancesAgain = async (reacting: Reacting, deliveries: readonly Delivered[]): Promise<ReadonlySet<string>> => {
  const commits = await Promise.all(
    deliveries.map((each) => ('pointer' in each ? reacting.own.store.find(each.stream, each.commit) : each)),
  );
  return new Set(commits.flatMap((commit) => (commit ? instancesOf(reacting, commit) : [])));
};

/**
 * Reacts to a source stream, and carries the decisions out at once. The records are done with when both are: a commit that comes again is not decided on
 * again, but what its instances have open is seen to.
 */
export const reactTo = async (reacting: Reacting, stream: string, deliveries: readonly Delivered[]): Promise<void> => {
  const taken: Taken = { decided: [], again: [] };
  const failed: unknown[] = [];
  const noting = (cause: unknown) => void failed.push(cause);
  await reactToStream(reacting, stream, deliveries, taken).catch(noting);
  const news = Map.groupBy(taken.decided, (commit) => commit.stream);
  const again = await instancesAgain(reacting, taken.again).catch(noting);
  await Promise.all(
    [...new Set([...news.keys(), ...(again ?? [])])].map(async (instance) => {
      try {
        // What comes again failed before: it is seen to as a whole, whatever was decided besides.
        await attend(reacting, instance, again?.has(instance) ? undefined : news.get(instance));
      } catch (cause) {
        // Nothing is open in a stream that was purged.
        if (!(cause instanceof StreamPurged)) noting(cause);
      }
    }),
  );
  if (failed.length > 0) throw failed[0];
};

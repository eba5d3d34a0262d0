import type { Commit } from '../../core/commit.ts';
import { streamKey } from '../../core/projection.ts';
import { tryWhileLost } from '../again.ts';
import { atOnce, slots } from '../at-once.ts';
import { nowOf } from '../instant.ts';
import type { View, ViewItem } from '../ports.ts';
import { apply } from '../view/apply.ts';
import { applyAll, finished, logParked } from '../view/project.ts';
import { refold } from '../view/refold.ts';
import type { Rebuild, Work } from './ports.ts';
import { begunIn, handledBy, scanned, streamsOf } from './scan.ts';
import { defaultWorkSettings } from './settings.ts';
import type { TakePage, Working } from './slice.ts';

/** The cursor of a stream: the head in the table, and a head folded further over events that the view does not handle. */
type Progress = Readonly<{ stored: ViewItem | undefined; head: ViewItem | undefined }>;

/** The result of a page for a stream: its cursor, and whether some of its commits did not follow. */
type Taken = Readonly<{ known?: Progress; dirty: boolean }>;

/** A view that writes at most so many rows at the same time. */
const withFewPuts = <V extends View>(view: V, most: number): V => {
  const slot = slots(most);
  return { ...view, putRow: (...given) => slot(() => view.putRow(...given)) };
};

/**
 * Applies the commits of a page that concern the view, as far as they follow on the cursor, and notes other streams as dirty. A stream that
 * begins in the page is assumed to be new; if it is not, its write fails on its condition, and the cursor is read.
 */
const filling = (working: Working) => {
  const { view, projection, clock } = working;
  const handled = handledBy(working);
  let likelyNew = true;

  const known = async (stream: string, commits: readonly Commit[], race: number): Promise<Progress | undefined> => {
    if (race === 0 && likelyNew && commits[0]?.commit === 1) return { stored: undefined, head: undefined };
    // Without handled events there is nothing to write, and no need to read the head.
    if (!commits.some(handled)) return undefined;
    const head = await view.head(streamKey(projection, stream));
    likelyNew = head === undefined;
    return { stored: head, head };
  };

  return async (stream: string, commits: readonly Commit[], remembered: Progress | undefined): Promise<Taken> => {
    const taken = await tryWhileLost<Taken>(async (race) => {
      const start = (race === 0 && remembered) || (await known(stream, commits, race));
      if (!start) return { dirty: false };
      let { stored, head } = start;
      // A stream that was parked before is retried when it is drained; one that this worker parked is known to throw.
      if (stored?.parked) return { known: start, dirty: start !== remembered };
      if (stored?.begun) {
        stored = await finished(working, { ...stored, begun: stored.begun });
        head = stored;
        if (!stored) return 'again';
        if (stored.parked) return { known: { stored, head }, dirty: false };
      }
      const cursor = head?.commit ?? 0;
      const first = commits.findIndex(({ commit }) => commit > cursor);
      if (first < 0) return { known: { stored, head }, dirty: false };
      const from = commits[first]!.commit === cursor + 1 ? first : commits.length;
      const end = commits.findIndex((each, i) => i >= from && each.commit !== cursor + 1 + i - from);
      const run = commits.slice(from, end < 0 ? commits.length : end);
      const rest = run.length > 0 ? commits.slice(from + run.length) : commits.slice(first);
      const dirty = rest.some(handled);
      if (!run.some(handled))
        return { known: { stored, head: run.length > 0 ? apply(projection, head, run, nowOf(clock)).head : head }, dirty };
      const after = await applyAll(working, stored, [{ commits: run }], head);
      logParked(working, after);
      if (after) return { known: { stored: after, head: after }, dirty: dirty && !after.parked };
      likelyNew = false;
      return 'again';
    });
    // Lost every race: the drain brings the stream to its head.
    return taken === 'again' ? { dirty: true } : taken;
  };
};

/**
 * The pages of one segment, for a revision that is being built. The scan may be eventually consistent: a commit that it misses was appended
 * moments ago, is delivered live, and is checked by the scan that verifies.
 */
const fillPages = (working: Working, work: Work): TakePage => {
  const { dirty, settings = defaultWorkSettings } = working;
  const take = filling({ ...working, view: withFewPuts(working.view, settings.callsAtOnce) });
  let remembered = new Map<string, Progress>();
  return scanned(working, work, async (page) => {
    const now = new Map<string, Progress>();
    let [noted, begun] = [0, 0];
    await atOnce(settings.streamsAtOnce, streamsOf(working, page), async ([stream, commits]) => {
      const taken = await take(stream, commits, remembered.get(stream));
      if (taken.known) now.set(stream, taken.known);
      if (commits[0]?.commit === 1) begun += 1;
      if (!taken.dirty) return;
      noted += 1;
      await dirty.note({ stream, commit: commits.at(-1)!.commit });
    });
    remembered = now;
    return { streams: begun, dirty: noted };
  });
};

/** The pages of one segment, for a category that is folded anew where it is: each stream when the scan comes to its first commit. */
const replayPages = (working: Working, work: Work, category: string | undefined): TakePage =>
  scanned(working, work, async (commits) => {
    const { settings = defaultWorkSettings } = working;
    const streams = begunIn(working, commits, category);
    await atOnce(settings.streamsAtOnce, streams.keys(), (stream) => refold(working, stream));
    return { streams: streams.size };
  });

export const fillPage =
  (working: Working, work: Work) =>
  ({ kind, category }: Rebuild): TakePage =>
    kind === 'replay' ? replayPages(working, work, category) : fillPages(working, work);

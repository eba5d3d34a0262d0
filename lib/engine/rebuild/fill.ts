import type { Commit } from '../../core/commit.ts';
import { sourceOf, streamKey } from '../../core/projection.ts';
import { tryWhileLost } from '../again.ts';
import { atOnce, slots } from '../at-once.ts';
import { nowOf } from '../instant.ts';
import type { ScanPlace, View, ViewItem } from '../ports.ts';
import { apply } from '../view/apply.ts';
import { applyAll, finished, logParked } from '../view/project.ts';
import type { Projecting } from '../view/projecting.ts';
import { refold } from '../view/refold.ts';
import type { Rebuild, Work } from './ports.ts';
import { defaultWorkSettings } from './settings.ts';
import type { TakePage, Working } from './slice.ts';

/** The cursor of a stream: the head in the table, and a head folded further over events that the view does not handle. */
type Progress = Readonly<{ stored: ViewItem | undefined; head: ViewItem | undefined }>;

/** The result of a page for a stream: its cursor, and whether some of its commits did not follow. */
type Taken = Readonly<{ known?: Progress; dirty: boolean }>;

export const handledBy = ({ projection }: Pick<Projecting, 'projection'>) => {
  const { on } = projection;
  return ({ events }: Commit) => events.some(({ type }) => on[type] !== undefined);
};

/** The streams of a page that concern the view, each with its commits by number. */
export const streamsOf = (
  { projection }: Pick<Projecting, 'projection'>,
  commits: readonly Commit[],
  category?: string,
): ReadonlyMap<string, Commit[]> => {
  const streams = new Map<string, Commit[]>();
  for (const commit of commits) {
    const there = streams.get(commit.stream);
    if (there) there.push(commit);
    else if (sourceOf(projection, commit.stream)) streams.set(commit.stream, [commit]);
  }
  for (const [stream, all] of streams)
    if (category !== undefined && sourceOf(projection, stream)?.category !== category) streams.delete(stream);
    else if (all.some(({ commit }, i) => i > 0 && commit < all[i - 1]!.commit)) all.sort((a, b) => a.commit - b.commit);
  return streams;
};

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
  const { scanner, dirty, settings = defaultWorkSettings } = working;
  const take = filling({ ...working, view: withFewPuts(working.view, settings.callsAtOnce) });
  let remembered = new Map<string, Progress>();
  return async (after) => {
    const page = await scanner.scan(
      { segment: work.number, of: work.of },
      { limit: settings.pageCommits, ...(after && { after: after as ScanPlace }) },
    );
    const streams = streamsOf(working, page.commits);
    const now = new Map<string, Progress>();
    let [noted, begun] = [0, 0];
    await atOnce(settings.streamsAtOnce, streams, async ([stream, commits]) => {
      const taken = await take(stream, commits, remembered.get(stream));
      if (taken.known) now.set(stream, taken.known);
      if (commits[0]?.commit === 1) begun += 1;
      if (!taken.dirty) return;
      noted += 1;
      await dirty.note({ stream, commit: commits.at(-1)!.commit });
    });
    remembered = now;
    return {
      ...(page.next && { next: page.next }),
      commits: page.commits.length,
      streams: begun,
      dirty: noted,
      scanUnits: page.units,
    };
  };
};

/** The pages of one segment, for a category that is refolded in place: each stream when the scan reaches its first commit. */
const replayPages = (working: Working, work: Work, category: string | undefined): TakePage => {
  const { scanner, settings = defaultWorkSettings } = working;
  return async (after) => {
    const page = await scanner.scan(
      { segment: work.number, of: work.of },
      { limit: settings.pageCommits, ...(after && { after: after as ScanPlace }) },
    );
    const begun = page.commits.filter(({ commit }) => commit === 1);
    const streams = streamsOf(working, begun, category);
    await atOnce(settings.streamsAtOnce, streams.keys(), async (stream) => void (await refold(working, stream)));
    return { ...(page.next && { next: page.next }), commits: page.commits.length, streams: streams.size, scanUnits: page.units };
  };
};

export const fillPage =
  (working: Working, work: Work) =>
  ({ kind, category }: Rebuild): TakePage =>
    kind === 'replay' ? replayPages(working, work, category) : fillPages(working, work);

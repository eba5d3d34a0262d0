import { hash } from 'node:crypto';
import type { Parked, ParkedList, SweepPlace, SweepPlaces } from '../../engine/operate/ports.ts';
import type { Scanner, ScanPlace } from '../../engine/ports.ts';
import { itemSize, readUnits } from '../../engine/store/size.ts';
import { firstPage } from './page-bytes.ts';
import type { MemoryStore } from './store.ts';
import type { MemoryView } from './view.ts';

const sha256 = (text: string) => hash('sha256', text);
const segmentOf = (stream: string, of: number) => Number.parseInt(sha256(stream).slice(0, 8), 16) % of;
/** A scan has no order that means anything; only each stream is in one piece, and begun nowhere in particular. */
const placeOf = ({ stream, commit }: ScanPlace) => `${sha256(stream)}${sha256(`${stream}/${commit}`)}`;

/** Looks at the commits of a store in memory, by segments, like a parallel scan. */
export const memoryScanner = (store: Pick<MemoryStore, 'stored'>): Scanner => ({
  scan: async ({ segment, of }, { after, limit = 1_000, consistent = false }) => {
    const all = store
      .stored()
      .filter(({ stream }) => segmentOf(stream, of) === segment)
      .map((commit) => ({ commit, place: placeOf(commit) }))
      .toSorted((a, b) => (a.place < b.place ? -1 : 1));
    const behind = after && placeOf(after);
    const rest = behind === undefined ? all : all.filter(({ place }) => place > behind);
    const commits = firstPage(rest, limit, undefined, ({ commit }) => itemSize(commit)).map(({ commit }) => commit);
    const last = commits.at(-1);
    const bytes = commits.reduce((sum, commit) => sum + itemSize(commit), 0);
    return {
      commits,
      ...(last && rest.length > commits.length && { next: { stream: last.stream, commit: last.commit } }),
      units: readUnits(bytes) * (consistent ? 1 : 0.5),
    };
  },
});

/** The sweep's place in memory. */
export const memorySweepPlaces = (): SweepPlaces => {
  let kept: SweepPlace | undefined;
  return {
    load: async () => structuredClone(kept),
    save: async (place, loadedRun) => {
      if (kept?.run !== loadedRun) return false;
      kept = structuredClone(place);
      return true;
    },
  };
};

/** The parked streams of a table in memory. */
export const memoryParkedList = (view: Pick<MemoryView, 'items'>): ParkedList => ({
  parked: async (limit) => {
    const all = view
      .items()
      .flatMap(({ sort, stream, parked }): Parked[] =>
        sort === 'head' && parked ? [{ stream, commit: parked.commit, reason: parked.reason, since: parked.at }] : [],
      )
      .toSorted((a, b) => a.since.localeCompare(b.since));
    return { items: all.slice(0, limit), more: all.length > limit };
  },
});

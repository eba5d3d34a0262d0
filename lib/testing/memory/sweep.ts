import { createHash } from 'node:crypto';
import type { Parked, ParkedList, SweepPlace, SweepPlaces } from '../../engine/operate/ports.ts';
import type { Scanner, ScanPlace } from '../../engine/ports.ts';
import { itemSize, readUnits } from '../../engine/store/size.ts';
import { firstPage } from './page-bytes.ts';
import type { MemoryStore } from './store.ts';
import type { MemoryView } from './view.ts';

const hash = (text: string) => createHash('sha256').update(text).digest();
const segmentOf = (stream: string, of: number) => hash(stream).readUInt32BE() % of;
/** A scan has no order that means anything; only each stream is in one piece, and begun nowhere in particular. */
const place = ({ stream, commit }: ScanPlace) => `${hash(stream).toString('hex')}${hash(`${stream}/${commit}`).toString('hex')}`;

/** Looks at the commits of a store in memory, by segments, like a parallel scan. */
export const memoryScanner = (store: Pick<MemoryStore, 'stored'>): Scanner => ({
  scan: async ({ segment, of }, { after, limit = 1_000, consistent = false }) => {
    const all = store
      .stored()
      .filter(({ stream }) => segmentOf(stream, of) === segment)
      .toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
    const rest = after ? all.filter((commit) => place(commit) > place(after)) : all;
    const commits = firstPage(rest, limit);
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

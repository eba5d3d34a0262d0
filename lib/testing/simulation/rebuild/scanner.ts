import { hash } from 'node:crypto';
import type { Scanner, ScanPlace } from '../../../engine/ports.ts';
import { compareText } from '../../../engine/view/lists.ts';
import type { SimulatedTable } from '../world/table.ts';
import type { World } from '../world/world.ts';
import type { ScanOrder } from './plan.ts';

/** An eventually consistent scan may miss writes that are younger than this. */
export const staleFor = 500;

const sha256 = (text: string) => hash('sha256', text);
const spread = new Map<string, number>();
const segmentOf = (stream: string, of: number): number => {
  const there = spread.get(stream) ?? Number.parseInt(sha256(stream).slice(0, 8), 16);
  spread.set(stream, there);
  return there % of;
};

const orders: Readonly<Record<ScanOrder, (place: ScanPlace) => string>> = {
  numbers: ({ stream, commit }) => `${stream} ${String(commit).padStart(6, '0')}`,
  texts: ({ stream, commit }) => `${stream} ${commit}`,
  any: ({ stream, commit }) => sha256(`${stream} ${commit}`),
};

/** The table as workers of a rebuild scan it: in no guaranteed order, with or without concurrent writes. */
export const rebuildScanner = (
  world: World,
  table: SimulatedTable,
  order: ScanOrder,
  storedAt: (place: ScanPlace) => number,
): Scanner => {
  const dice = world.dice('rebuild scan');
  const placeOf = orders[order];
  return {
    scan: async ({ segment, of }, { after, limit = 1_000, consistent }) => {
      const behind = after && placeOf(after);
      const all = table
        .streams()
        .filter((stream) => segmentOf(stream, of) === segment)
        .flatMap((stream) => table.commitsOf(stream))
        .map((commit) => ({ commit, place: placeOf(commit) }))
        .filter(({ place }) => behind === undefined || compareText(place, behind) > 0)
        .toSorted((a, b) => compareText(a.place, b.place));
      const page = all.slice(0, limit).map(({ commit }) => commit);
      const last = page.at(-1);
      const isStale = !consistent && world.happens('stale', dice);
      const seen = isStale ? page.filter((commit) => storedAt(commit) <= world.time.now() - staleFor) : page;
      return {
        commits: seen,
        units: Math.max(1, page.length),
        ...(all.length > limit && last && { next: { stream: last.stream, commit: last.commit } }),
      };
    },
  };
};

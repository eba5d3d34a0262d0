import type { Commit } from '../../../core/commit.ts';
import { type AnyProjection, sourceOf, streamKey } from '../../../core/projection.ts';
import type { ViewItem } from '../../../engine/ports.ts';
import type { MemoryView } from '../../memory/view.ts';
import { kindOf } from '../kinds/index.ts';
import { staleFor } from '../rebuild/scanner.ts';
import type { SimulatedTable } from '../world/table.ts';
import type { World } from '../world/world.ts';
import { foldOf, itemsFault, totalsFault } from './views.ts';

type CheckedView = Readonly<{ projection: AnyProjection; view: MemoryView }>;
type Looking = Readonly<{
  target: CheckedView;
  table: SimulatedTable;
  storedAt: (place: Readonly<{ stream: string; commit: number }>) => number;
  /** True if somebody has changed its table behind the engine's back. */
  isSpoilt: () => boolean;
}>;

/** Checks that run during a rebuild. */
export type Completeness = Readonly<{
  verifyBegins: (rebuild: string) => void;
  atSwitch: (revision: number) => Promise<void>;
  /** True if any rebuild has finished draining. */
  drained: () => boolean;
}>;

/** The faults of a stream's items, at the position of its own cursor. */
const faultAtCursor = (projection: AnyProjection, stream: string, commits: readonly Commit[], items: readonly ViewItem[]) => {
  const head = kindOf(projection).headIn(items);
  if (!head || head.parked || head.begun) return undefined;
  const { rows, memory } = foldOf(projection, commits.slice(0, head.commit));
  // Rows are written before the cursor.
  const ahead = new Set(items.filter(({ commit }) => commit > head.commit).map(({ sort }) => sort));
  return itemsFault(
    `${stream} at commit ${head.commit}`,
    head,
    { rows: new Map([...rows].filter(([sort]) => !ahead.has(sort))), memory },
    items.filter(({ sort }) => !ahead.has(sort)),
  );
};

/** Looks, at the moment of a switch, whether the revision is complete then: with all that was in the table when verify began. */
export const completeness = (
  world: World,
  { target: { projection, view }, table, storedAt, isSpoilt }: Looking,
): Completeness => {
  let known = new Map<string, number>();
  let drained = false;
  return {
    drained: () => drained,
    verifyBegins: () => {
      drained = true;
      // An eventually consistent scan may miss recent writes; these are delivered live.
      const before = world.time.now() - staleFor;
      known = new Map(
        table.streams().map((stream) => [stream, table.commitsOf(stream).filter((commit) => storedAt(commit) <= before).length]),
      );
    },
    atSwitch: async (revision) => {
      if (revision !== projection.revision) return;
      const items = Map.groupBy(view.items(), ({ key }) => key);
      const heads = new Map<string, ViewItem>();
      const broken = (what: string) => world.broken(`${projection.name} is switched to revision ${revision}, and ${what}`);
      for (const [stream, count] of known) {
        if (!sourceOf(projection, stream)) continue;
        const commits = table.commitsOf(stream);
        const own = items.get(streamKey(projection, stream)) ?? [];
        const head = kindOf(projection).headIn(own);
        if (head) heads.set(stream, head);
        const { handled } = foldOf(projection, commits.slice(0, count));
        if ((head?.commit ?? 0) < handled) broken(`${stream} is at commit ${head?.commit ?? 0} of ${handled}`);
        const fault = isSpoilt() ? undefined : faultAtCursor(projection, stream, commits, own);
        if (fault !== undefined) broken(fault);
      }
      if (isSpoilt() || [...heads.values()].some(({ begun }) => begun)) return;
      const applied = new Map(
        view
          .items()
          .flatMap(({ sort, stream, commit }) =>
            sort === 'head' ? [[stream, table.commitsOf(stream).slice(0, commit)] as const] : [],
          ),
      );
      const fault = await totalsFault(projection, applied, view);
      if (fault !== undefined) broken(fault);
    },
  };
};

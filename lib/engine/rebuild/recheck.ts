import { sourceOf } from '../../core/projection.ts';
import { atOnce } from '../at-once.ts';
import { compareStream } from './compare.ts';
import { kindOf } from './kinds.ts';
import type { Difference, Rebuild } from './ports.ts';
import { handledBy } from './scan.ts';
import { defaultWorkSettings } from './settings.ts';
import type { TakePage, Working } from './slice.ts';
import { cursorDifferences } from './verify.ts';

const betweenLooks = 2_000;
const commitsPerPage = 100;

/** The last commit of a stream that the view handles: its cursor must be there. */
const lastHandled = async ({ store, projection }: Working, stream: string): Promise<number> => {
  if (!sourceOf(projection, stream)) return 0;
  for (let to: number | undefined, more = true; more; more = to !== undefined) {
    const range = { from: 1, limit: commitsPerPage, newestFirst: true, ...(to !== undefined && { to }) };
    const { commits, next } = await store.read(stream, range);
    const found = commits.find(handledBy({ projection }));
    if (found) return found.commit;
    to = next;
  }
  return 0;
};

/** Checks one requested repair. */
const again = async (working: Working, { stream, row }: Difference): Promise<readonly Difference[]> => {
  const kind = kindOf(working.projection);
  const [own, share, total] = await Promise.all([
    stream === undefined ? [] : compareStream(working, stream),
    stream === undefined || row === undefined ? undefined : kind.compareShare(working, stream, row),
    row === undefined ? undefined : kind.compareTotal(working, row),
  ]);
  return [...own, ...(share ? [share] : []), ...(total ? [total] : [])];
};

/**
 * Checks the requested repairs until they are done, or until that takes too long: checks are counted, since the start may have been written
 * by a clock that was ahead. Cursors are checked last: a resumed stream is behind for a moment, before it parks again.
 */
export const recheckPage =
  (working: Working) =>
  ({ differences: listed = [] }: Rebuild): TakePage =>
  async (after) => {
    const { clock, settings = defaultWorkSettings } = working;
    const left: Difference[] = [];
    await atOnce(settings.streamsAtOnce, listed, async (difference) => void left.push(...(await again(working, difference))));
    const last = new Map<string, number>();
    await atOnce(settings.streamsAtOnce, new Set(listed.flatMap(({ stream }) => stream ?? [])), async (stream) => {
      last.set(stream, await lastHandled(working, stream));
    });
    left.push(...(await cursorDifferences(working, last)));
    const looks = Number(after?.looks ?? 0) + 1;
    if (left.length === 0 || looks * betweenLooks >= settings.mendMilliseconds)
      return { commits: 0, streams: listed.length, differences: left };
    await clock.wait(betweenLooks);
    return { next: { looks }, commits: 0, streams: 0 };
  };

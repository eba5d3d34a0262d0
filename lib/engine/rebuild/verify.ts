import { streamKey } from '../../core/projection.ts';
import { atOnce } from '../at-once.ts';
import { compareStream, isSampled } from './compare.ts';
import type { Difference, Rebuild, Work } from './ports.ts';
import { handledBy, scanned, streamsOf } from './scan.ts';
import { defaultWorkSettings } from './settings.ts';
import type { TakePage, Working } from './slice.ts';

const betweenLooks = 1_000;

/** The difference of a stream's cursor from the last commit that it must have. */
const cursorDifference = async (
  { view, projection }: Pick<Working, 'view' | 'projection'>,
  stream: string,
  last: number,
): Promise<Difference | undefined> => {
  const head = await view.head(streamKey(projection, stream));
  const { commit = 0, parked } = head ?? {};
  if (parked) {
    const detail = `at commit ${parked.commit}: resume it when its cause is mended, or mend the projection`;
    return { stream, what: 'parked', detail };
  }
  if (commit >= last) return undefined;
  return { stream, what: 'behind', detail: `its cursor is at commit ${commit}, and commit ${last} is in its history` };
};

/** The cursors that are still wrong after the time in which live delivery brings any other one up to date. */
export const cursorDifferences = async (working: Working, last: ReadonlyMap<string, number>): Promise<readonly Difference[]> => {
  const { clock, settings = defaultWorkSettings } = working;
  const until = clock.now() + settings.behindMilliseconds;
  let left = [...last];
  for (;;) {
    const found = new Map<string, Difference>();
    await atOnce(settings.callsAtOnce, left, async ([stream, commit]) => {
      const difference = await cursorDifference(working, stream, commit);
      if (difference) found.set(stream, difference);
    });
    left = left.filter(([stream]) => found.has(stream));
    // Parked streams stay parked; only streams that are behind may catch up.
    if (clock.now() >= until || ![...found.values()].some(({ what }) => what === 'behind')) return [...found.values()];
    await clock.wait(betweenLooks);
  }
};

/**
 * The pages of one segment of the commits: all cursors are checked, and some or all streams are folded and compared. A stream is compared
 * once, when the scan reaches its first commit.
 */
export const verifyPage =
  (working: Working, work: Work) =>
  ({ category, settings: { compareOneOf } }: Rebuild): TakePage =>
    scanned(working, work, async (commits) => {
      const { settings = defaultWorkSettings } = working;
      const streams = streamsOf(working, commits, category);
      const handled = handledBy(working);
      const last = [...streams].flatMap(([stream, own]) => {
        const commit = own.findLast(handled);
        return commit ? [[stream, commit.commit] as const] : [];
      });
      const begun = [...streams].filter(([, [first]]) => first?.commit === 1).map(([stream]) => stream);
      const differences = [...(await cursorDifferences(working, new Map(last)))];
      const sampled = begun.filter((stream) => isSampled(stream, compareOneOf));
      await atOnce(settings.streamsAtOnce, sampled, async (stream) => {
        differences.push(...(await compareStream(working, stream)));
      });
      return { streams: begun.length, differences };
    });

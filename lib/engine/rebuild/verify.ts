import { streamKey } from '../../core/projection.ts';
import { atOnce } from '../at-once.ts';
import type { ScanPlace } from '../ports.ts';
import { compareStream, isSampled } from './compare.ts';
import { streamsOf } from './fill.ts';
import type { Difference, Rebuild, Work } from './ports.ts';
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
  if (head?.parked)
    return {
      stream,
      what: 'parked',
      detail: `at commit ${head.parked.commit}: fix its cause, or the view's code, and resume it`,
    };
  if ((head?.commit ?? 0) >= last) return undefined;
  return { stream, what: 'behind', detail: `its cursor is at commit ${head?.commit ?? 0}, and its history has commit ${last}` };
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
  async (after) => {
    const { scanner, projection, settings = defaultWorkSettings } = working;
    const page = await scanner.scan(
      { segment: work.number, of: work.of },
      { limit: settings.pageCommits, ...(after && { after: after as ScanPlace }) },
    );
    const streams = streamsOf(working, page.commits, category);
    const last = new Map<string, number>();
    for (const [stream, commits] of streams) {
      const handled = commits.findLast(({ events }) => events.some(({ type }) => projection.on[type] !== undefined));
      if (handled) last.set(stream, handled.commit);
    }
    const begun = [...streams].filter(([, [first]]) => first?.commit === 1).map(([stream]) => stream);
    const differences = [...(await cursorDifferences(working, last))];
    const sampled = begun.filter((stream) => isSampled(stream, compareOneOf));
    await atOnce(settings.streamsAtOnce, sampled, async (stream) => {
      differences.push(...(await compareStream(working, stream)));
    });
    return {
      ...(page.next && { next: page.next }),
      commits: page.commits.length,
      streams: begun.length,
      scanUnits: page.units,
      differences,
    };
  };

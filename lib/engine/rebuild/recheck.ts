import { compareStream } from './compare.ts';
import type { Difference, Rebuild } from './ports.ts';
import { rowDifference, shareDifference } from './rows.ts';
import { defaultWorkSettings } from './settings.ts';
import { atOnce, type Page, type Working } from './slice.ts';
import { cursorDifference } from './verify.ts';

const betweenLooks = 2_000;

/** Looks again at one thing that was ordered to be mended. */
const again = async (working: Working, { stream, row }: Difference): Promise<readonly Difference[]> => {
  const [cursor, own, share, total] = await Promise.all([
    stream === undefined ? undefined : cursorDifference(working, stream, 0),
    stream === undefined ? [] : compareStream(working, stream),
    stream === undefined || row === undefined ? undefined : shareDifference(working, stream, row),
    row === undefined ? undefined : rowDifference(working, row),
  ]);
  return [...(cursor ? [cursor] : []), ...own, ...(share ? [share] : []), ...(total ? [total] : [])];
};

/** Looks at what was ordered to be mended until it is, or until that takes too long. */
export const recheckPage =
  (working: Working) =>
  ({ differences: listed = [], since }: Rebuild): Page =>
  async () => {
    const { clock, settings = defaultWorkSettings } = working;
    const left: Difference[] = [];
    await atOnce(settings.streamsAtOnce, listed, async (difference) => void left.push(...(await again(working, difference))));
    if (left.length === 0 || clock.now() - Date.parse(since) >= settings.mendMilliseconds)
      return { commits: 0, streams: listed.length, differences: left };
    await clock.wait(betweenLooks);
    return { next: { look: clock.now() }, commits: 0, streams: 0 };
  };

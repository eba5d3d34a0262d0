import { difference } from '../../core/difference.ts';
import { streamKey } from '../../core/projection.ts';
import { TryAgain } from '../again.ts';
import type { ViewItem } from '../ports.ts';
import { shardOf } from '../shard.ts';
import { foldAfresh } from '../view/fold-afresh.ts';
import type { Projecting } from '../view/projecting.ts';
import { compared, type Wanted, wantedOf } from './compare-rows.ts';
import { kindOf } from './kinds.ts';
import type { Difference } from './ports.ts';

/** The differences, and true for `moved` if they may come from writes to the stream meanwhile. */
type Look = Readonly<{ differences: readonly Difference[]; moved: boolean }>;

const nothing: Look = { differences: [], moved: false };
const looks = 5;
const betweenLooks = 200;
const pathsNamed = 5;

/** True for one of so many streams: the same ones every time, spread by name. */
export const isSampled = (stream: string, oneOf: number): boolean => oneOf <= 1 || shardOf(stream, oneOf) === 0;

/** The paths of the fields in which a stored item differs, without their values. */
const pathsOf = (stored: ViewItem, wanted: ViewItem): readonly string[] =>
  difference(compared(wanted), compared(stored)).map(({ path }) => path || '/');

const listedPaths = (paths: readonly string[]) =>
  `${paths.slice(0, pathsNamed).join(', ')}${paths.length > pathsNamed ? `, and ${paths.length - pathsNamed} more` : ''}`;

const look = async (comparing: Projecting, stream: string): Promise<Look> => {
  const { projection, view } = comparing;
  const own = (detail: string): Look => ({ differences: [{ stream, what: 'differs', detail }], moved: false });
  const key = streamKey(projection, stream);
  const head = await view.head(key);
  // Nothing is stored, or everything waits for an operator: others say so.
  if (!head || head.parked) return nothing;
  if (head.begun) return { differences: [], moved: true };
  const rows = new Map<string, Wanted | undefined>();
  let wanted: ViewItem | undefined;
  try {
    wanted = await foldAfresh(comparing, stream, head.commit, (items) => {
      for (const item of items) rows.set(item.sort, wantedOf(item));
    });
  } catch (cause) {
    if (!(cause instanceof TryAgain)) throw cause;
    return own(`its cursor is at commit ${head.commit}, which its history does not have`);
  }
  if (!wanted) return nothing;
  if (wanted.parked) return own(`folded anew it parks at commit ${wanted.parked.commit}`);
  const paths = [...pathsOf(head, wanted), ...(head.stream === stream && head.commit === wanted.commit ? [] : ['/stream'])];
  const { differences } = paths.length > 0 ? own(listedPaths(paths)) : nothing;
  const others = await kindOf(projection).compareBeside(comparing, { head, wanted, rows });
  if (others.length === 0) return { differences, moved: false };
  const now = await view.head(key);
  return { differences: [...differences, ...others], moved: now?.writes !== head.writes || now?.begun !== undefined };
};

/**
 * Folds a stream from its beginning, up to its own cursor, and compares the result with the stored head, rows and contributions.
 * Differences that appear while the stream is written to are checked again; if the stream is still changing after some tries, the next
 * audit compares it.
 */
export const compareStream = async (comparing: Projecting, stream: string): Promise<readonly Difference[]> => {
  for (let i = 0; i < looks; i++) {
    if (i > 0) await comparing.clock.wait(betweenLooks);
    const { differences, moved } = await look(comparing, stream);
    if (!moved) return differences;
  }
  comparing.log.warn('A stream changed during each comparison, and was not compared.', {
    projection: comparing.projection.name,
    stream,
  });
  return [];
};

import type { Commit } from '../../core/commit.ts';
import { type AnyProjection, streamKey } from '../../core/projection.ts';
import type { ViewItem } from '../../engine/ports.ts';
import { apply } from '../../engine/view/apply.ts';
import type { MemoryView } from '../memory/view.ts';
import type { Dice } from './dice.ts';

import { kindOf } from './kinds/index.ts';

/**
 * Puts a stream's place in a view to what other code made of it, which did not handle the newest of its commits: at the same cursor, and with shares,
 * totals and head that fit each other. Answers whether there was anything to change. A refold is to bring in what the code of today makes of them.
 */
export const age = async (
  projection: AnyProjection,
  view: MemoryView,
  stream: string,
  commits: readonly Commit[],
  dice: Dice,
): Promise<boolean> => {
  const now = await view.head(streamKey(projection, stream));
  if (!now || now.parked || now.begun || now.commit < 2 || now.commit > commits.length) return false;
  const { head: earlier, rows } = apply(projection, undefined, commits.slice(0, 1 + dice.below(now.commit - 1)), '');
  if (earlier.parked) return false;
  const then: ViewItem = { ...earlier, commit: now.commit };
  const changes = kindOf(projection).changes(projection, { now, then, earlier });
  if (!changes || (await view.putShares([{ head: then, before: now }], changes)) !== 'written') return false;
  const there = view.items().filter(({ key, sort }) => key === now.key && sort.startsWith('row#'));
  for (const { sort, commit } of there.filter((item) => item.commit <= now.commit)) {
    const { key } = now;
    await view.putRow({ ...(rows.find((row) => row.sort === sort) ?? { key, sort, stream }), commit }, now);
  }
  return true;
};

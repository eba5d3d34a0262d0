import { streamKey } from '../../core/projection.ts';
import { TryAgain, untilWon } from '../again.ts';
import type { ViewItem } from '../ports.ts';
import { foldAfresh } from './fold-afresh.ts';
import { emptyHead, kindOf } from './kinds/index.ts';
import type { Refold } from './kinds/kind.ts';
import { contended, takenUp } from './project.ts';
import type { Projecting } from './projecting.ts';

/** An operator's request in a view's queue: refold this stream; `row` names one to which it may have a contribution that it should not have. */
export type RefoldOrder = Readonly<{ refold: Readonly<{ stream: string; correlation: string; row?: string }> }>;

/**
 * Folds a stream again from its whole history, as it reads today, and replaces the stored items: after an erasure, or where an audit found
 * a difference. It can be interrupted and repeated; readers see rows as they were, or as they will be.
 */
export const refold = (refolding: Projecting, stream: string, row?: string): Promise<ViewItem | undefined> => {
  const { projection } = refolding;
  const at = { key: streamKey(projection, stream), stream };
  const fold: Refold['fold'] = async (onRows = async () => {}) =>
    (await foldAfresh(refolding, stream, undefined, onRows)) ?? emptyHead(projection, at);
  return untilWon(contended(stream), async (race) => {
    const there = await refolding.view.head(at.key);
    // The other refold began later, so its result is as good; if it was cut off, this request finishes it when it is retried.
    if (race > 0 && there?.refolding) throw new TryAgain(`${stream} is being refolded by another function.`);
    const head = await takenUp(refolding, there);
    if (head === 'again') return 'again';
    // A begun change that cannot be completed has parked the stream again: its contributions are known once that is fixed.
    if (head?.begun) return head;
    if (!head && row === undefined && !(await refolding.store.find(stream, 1))) return undefined;
    return (await kindOf(projection).refold(refolding, { there: head, at, row, fold })) ?? 'again';
  });
};

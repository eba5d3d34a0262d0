import { streamKey } from '../../core/projection.ts';
import type { ViewItem } from '../ports.ts';
import { races, TryAgain } from '../store/read-all.ts';
import { foldAfresh } from './fold-afresh.ts';
import { emptyHead, kindOf } from './kinds/index.ts';
import type { Refold } from './kinds/kind.ts';
import { takenUp } from './project.ts';
import type { Refolding } from './projecting.ts';

/** What an operator sends to a projection's queue: fold this stream anew; `row` names one in which it may have a share that it should not. */
export type RefoldOrder = Readonly<{ refold: Readonly<{ stream: string; correlation: string; row?: string }> }>;

/**
 * Folds a stream anew from its history, as it reads today, and puts that in place of what is stored: after an erasure, or where an audit found a
 * difference. Whatever it is interrupted in, doing it again ends it; readers see rows as they were, or as they are to be.
 */
export const refold = async (refolding: Refolding, stream: string, row?: string): Promise<ViewItem | undefined> => {
  const { projection } = refolding;
  const at = { key: streamKey(projection, stream), stream };
  const fold: Refold['fold'] = async (onRows = async () => {}) =>
    (await foldAfresh(refolding, stream, undefined, onRows)) ?? emptyHead(projection, at);
  for (let race = 0; race < races; race++) {
    const there = await refolding.view.head(at.key);
    // That one began after this one did, so what it comes to is as good; if it was cut off, this order ends it when it comes again.
    if (race > 0 && there?.refolding) throw new TryAgain(`${stream} is being folded anew by another function.`);
    const head = await takenUp(refolding, there);
    if (head === 'again') continue;
    // A begun change that cannot be ended has parked the stream again: what it contributes is known when that is mended.
    if (head?.begun) return head;
    if (!head && row === undefined && !(await refolding.store.find(stream, 1))) return undefined;
    const done = await kindOf(projection).refold(refolding, { there: head, at, row, fold });
    if (done) return done;
  }
  throw new TryAgain(`${stream} is being projected by others at the same time.`);
};

import { streamKey } from '../core/projection.ts';
import type { ViewItem } from './ports.ts';
import { applyAll, finished, nowOf, type Projecting, races, readAll, TryAgain } from './project.ts';
import { writeShares } from './write-shares.ts';

const outOf = async (projecting: Projecting, head: ViewItem): Promise<ViewItem | undefined> => {
  const { projection, view, clock } = projecting;
  if (projection.kind !== 'shared-rows')
    throw new Error(`${projection.name} shares no rows: its streams leave no trace in each other's.`);
  const whole = head.begun ? await finished(projecting, { ...head, begun: head.begun }) : head;
  // A begun change that cannot be ended has parked the stream again: what it contributes is known when that is mended.
  if (!whole || whole.begun) return whole;
  const { key, sort, stream } = whole;
  return writeShares(projection, { view, clock, now: () => nowOf(clock) }, whole, {
    key,
    sort,
    stream,
    commit: 0,
    memory: projection.initial,
  });
};

/**
 * Takes all that a stream contributed out of the shared rows, exactly, and puts its cursor back to the beginning: the next commit that is
 * delivered, or a refold, brings in what its history comes to by then. Not for rows with highest values, which no contribution can leave.
 */
export const takeOut = async (projecting: Projecting, stream: string): Promise<ViewItem | undefined> => {
  const key = streamKey(projecting.projection, stream);
  for (let race = 0; race < races; race++) {
    const head = await projecting.view.head(key);
    if (!head || (head.commit === 0 && !head.begun)) return head;
    const out = await outOf(projecting, head);
    if (out) return out;
  }
  throw new TryAgain(`${stream} is being projected by others at the same time.`);
};

/** Folds a stream's shares anew from its history, as it reads today: after an erasure, or where a row's audit found a difference. */
export const refold = async (projecting: Projecting, stream: string): Promise<ViewItem | undefined> => {
  for (let race = 0; race < races; race++) {
    const out = await takeOut(projecting, stream);
    const head = out?.begun ? out : await applyAll(projecting, out, readAll(projecting.store, stream, { from: 1 }, 0));
    if (head || !out) return head;
  }
  throw new TryAgain(`${stream} is being projected by others at the same time.`);
};

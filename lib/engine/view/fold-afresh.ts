import { TryAgain } from '../again.ts';
import { nowOf } from '../instant.ts';
import type { ViewItem } from '../ports.ts';
import { isPurged } from '../store/purged.ts';
import { readAll } from '../store/read-all.ts';
import { applyInPortions } from './apply.ts';
import type { Projecting } from './projecting.ts';

/**
 * Folds a stream from its first commit, up to one commit or to its head. Rows are passed on as they come, so that only the head is kept; a
 * row may come several times, and the last one counts. Undefined for a stream without commits.
 */
export const foldAfresh = async (
  { projection, store, clock }: Pick<Projecting, 'projection' | 'store' | 'clock'>,
  stream: string,
  to: number | undefined,
  onRows: (rows: readonly ViewItem[]) => void | Promise<void>,
): Promise<ViewItem | undefined> => {
  let head: ViewItem | undefined;
  for await (const { commits } of readAll(store, stream, { from: 1, ...(to !== undefined && { to }) })) {
    // Rows of commits that are about to go were handed on already.
    if (commits.some(isPurged) && !isPurged(commits[0]!)) throw new TryAgain(`${stream} is being purged.`);
    for (const change of applyInPortions(projection, head, commits, () => nowOf(clock))) {
      await onRows(change.rows);
      head = change.head;
    }
  }
  return head;
};

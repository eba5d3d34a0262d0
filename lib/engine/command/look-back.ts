import type { Commit } from '../../core/commit.ts';
import type { Store } from '../ports.ts';
import type { Known } from '../store/known.ts';
import type { CommandRequest } from './request.ts';

const firstPage = 25;
const pageCommits = 250;

/**
 * The earlier commit of a command of a process or a hook, for when the remembered ids do not reach back far enough. It cannot be older than the
 * command's cause (of a hook: than the time for which its provider sends an event again), so the stream is searched, newest first, as far as commits are not older than that. `lookedThrough` is the commit up to
 * which that was done already.
 */
export const lookBack = async (
  store: Pick<Store, 'read'>,
  known: Known,
  { stream, id, causeAt, notBefore: since = causeAt ?? '' }: Pick<CommandRequest, 'stream' | 'id' | 'causeAt' | 'notBefore'>,
  lookedThrough: number,
): Promise<Commit | undefined> => {
  // The oldest commit of a process whose id is remembered: its time may already tell.
  const oldest = known.sentFrom;
  if (oldest <= 1 || known.at < since || oldest <= lookedThrough + 1) return undefined;
  for (let to: number | undefined = oldest, limit = firstPage; to !== undefined; limit = pageCommits) {
    const page = await store.read(stream, { from: lookedThrough + 1, to, limit, newestFirst: true });
    const found = page.commits.find(({ command }) => command === id);
    if (found || page.commits.some(({ at }) => at < since)) return found;
    to = page.next;
  }
  return undefined;
};

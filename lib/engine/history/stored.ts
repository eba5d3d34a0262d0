import type { Commit } from '../../core/commit.ts';
import type { Store } from '../ports.ts';
import { notFound } from '../problems.ts';
import { withinAnswer } from '../query/answer-size.ts';

/** A stream's commits as they are stored, personal values sealed; `next` is the commit from which to read on. */
export type StoredPage = Readonly<{ stream: string; commits: readonly Commit[]; next?: number }>;

/** The commits of a stream from one on, as they are stored: all that its hash chain is over. A commit of a purged stream is what the purge left. */
export const readStored = async (
  store: Pick<Store, 'read'>,
  stream: string,
  { from, limit }: Readonly<{ from: number; limit: number }>,
): Promise<StoredPage> => {
  const page = await store.read(stream, { from, limit });
  if (page.commits.length === 0 && from === 1) throw notFound(`stream ${stream}`);
  const commits = page.commits.slice(0, withinAnswer(page.commits));
  const next = commits.length < page.commits.length ? page.commits[commits.length]?.commit : page.next;
  return { stream, commits, ...(next !== undefined && { next }) };
};

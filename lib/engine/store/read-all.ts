import type { Commit } from '../../core/commit.ts';
import { TryAgain } from '../again.ts';
import type { Page, Range, Store } from '../ports.ts';

/** The pages of a range as they are, for a caller that looks for missing commits itself. */
export async function* readPages(store: Pick<Store, 'read'>, stream: string, range: Range): AsyncGenerator<Page> {
  for (let next: number | undefined = range.from; next !== undefined; ) {
    const page: Page = await store.read(stream, { ...range, from: next });
    yield page;
    next = page.next;
  }
}

/** All commits of a range, page by page. A commit that cannot be read yet is an error, and never skipped. */
export async function* readAll(
  store: Pick<Store, 'read'>,
  stream: string,
  range: Range,
  /** The commit that there must be at least. */
  last = range.to ?? 0,
): AsyncGenerator<Page> {
  let expected = range.from;
  for await (const page of readPages(store, stream, range)) {
    const hole = page.commits.find(({ commit }) => commit !== expected++);
    if (hole) throw new TryAgain(`${stream}: commit ${expected - 1} cannot be read yet.`);
    yield page;
  }
  if (expected <= last) throw new TryAgain(`${stream}: commit ${expected} cannot be read yet.`);
}

/** One stream's part of a batch: its commits by number, without pointers, and the number of its last one. */
export type StreamBatch = Readonly<{ whole: ReadonlyMap<number, Commit>; last: number }>;

export const streamBatch = (deliveries: readonly (Commit | Readonly<{ commit: number; pointer: true }>)[]): StreamBatch => {
  const whole = new Map<number, Commit>();
  let last = 0;
  for (const each of deliveries) {
    if (!('pointer' in each)) whole.set(each.commit, each);
    last = Math.max(last, each.commit);
  }
  return { whole, last };
};

/** The commits that directly follow a cursor, as far as they were delivered. */
export const following = ({ whole }: StreamBatch, cursor: number): readonly Commit[] => {
  const run: Commit[] = [];
  for (let next = whole.get(cursor + 1); next; next = whole.get(next.commit + 1)) run.push(next);
  return run;
};

/**
 * All commits after a cursor up to the last that was delivered: as delivered, and from the store where one is missing. A stream without a cursor is
 * read from its first commit to its head.
 */
export async function* withGapsFilled(
  store: Pick<Store, 'read'>,
  stream: string,
  batch: StreamBatch,
  cursor: number | undefined,
): AsyncGenerator<Page> {
  const { whole, last } = batch;
  if (cursor === undefined) return yield* readAll(store, stream, { from: 1 }, last);
  const first = following(batch, cursor);
  if (first.length > 0) yield { commits: first };
  const from = cursor + first.length + 1;
  if (from > last) return;
  let to = last;
  while (whole.has(to)) to--;
  yield* readAll(store, stream, { from, to });
  yield { commits: following(batch, to) };
}

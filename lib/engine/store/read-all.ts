import type { Commit } from '../../core/commit.ts';
import type { Page, Range, Store } from '../ports.ts';

export const numbersAfter = (cursor: number, last: number) =>
  Array.from({ length: Math.max(0, last - cursor) }, (_, i) => cursor + 1 + i);

/** Some commits that follow on each other, and whether more of them are to be read. */
export type Part = Readonly<{ commits: readonly Commit[]; more?: boolean }>;

/** The commits from one number on, page by page and each of them: one that is missing is read again later, never skipped. */
export async function* readParts(store: Store, stream: string, range: Range, last: number): AsyncGenerator<Part> {
  let expected = range.from;
  for (let next: number | undefined = range.from; next !== undefined; ) {
    const page: Page = await store.read(stream, { ...range, from: next });
    const hole = page.commits.find(({ commit }) => commit !== expected++);
    if (hole) throw new TryAgain(`${stream}: commit ${expected - 1} is not to be read yet.`);
    yield { commits: page.commits, more: page.next !== undefined };
    next = page.next;
  }
  if (expected <= last) throw new TryAgain(`${stream}: commit ${expected} is not to be read yet.`);
}

/** The same, for whoever does the same with each page. */
export async function* readAll(...given: Parameters<typeof readParts>): AsyncGenerator<readonly Commit[]> {
  for await (const { commits } of readParts(...given)) yield commits;
}

/** Something that another try may well get over: the record goes back to the queue. */
export class TryAgain extends Error {
  override name = 'TryAgain';
}

/** How often one stream is begun anew when others are faster. */
export const races = 5;

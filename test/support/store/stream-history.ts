import type { Commit } from '../../../lib/core/commit.ts';
import type { Store } from '../../../lib/engine/ports.ts';

/** All commits of a stream, in their order. */
export const historyOf = async (store: Store, stream: string): Promise<readonly Commit[]> => {
  const commits: Commit[] = [];
  for (let next: number | undefined = 1; next !== undefined; ) {
    const page = await store.read(stream, { from: next });
    commits.push(...page.commits);
    next = page.next;
  }
  return commits;
};

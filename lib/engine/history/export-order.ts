import type { Commit } from '../../core/commit.ts';
import { itemSize } from '../store/size.ts';

/** Commits of a stream that cannot be written yet, since an earlier one was not seen. */
export type Gap = Readonly<{ stream: string; from: number; to: number }>;

/**
 * Puts the commits of a scan in the order of their streams, in whatever order they come: a commit is passed on after its predecessor, and
 * an early one is held back. Remembers a number for each stream.
 */
export const streamOrder = () => {
  const last = new Map<string, number>();
  const held = new Map<string, Map<number, Commit>>();
  let heldBytes = 0;

  const lastOf = (stream: string) => last.get(stream) ?? 0;

  /** Those that follow on each other, from the stream's place on. */
  const release = (stream: string): readonly Commit[] => {
    const early = held.get(stream);
    const out: Commit[] = [];
    for (let next = early?.get(lastOf(stream) + 1); early && next; next = early.get(next.commit + 1)) {
      early.delete(next.commit);
      heldBytes -= itemSize(next);
      last.set(stream, next.commit);
      out.push(next);
    }
    if (early?.size === 0) held.delete(stream);
    return out;
  };

  const hold = (commit: Commit): void => {
    const early = held.get(commit.stream) ?? new Map<number, Commit>();
    if (early.has(commit.commit)) return;
    early.set(commit.commit, commit);
    heldBytes += itemSize(commit);
    held.set(commit.stream, early);
  };

  const take = (commits: readonly Commit[]): readonly Commit[] =>
    commits.flatMap((commit) => {
      const { stream } = commit;
      if (commit.commit <= lastOf(stream)) return [];
      if (commit.commit > lastOf(stream) + 1) {
        hold(commit);
        return [];
      }
      last.set(stream, commit.commit);
      return [commit, ...release(stream)];
    });

  return {
    /** Takes commits in any order, also again, and answers those that may be written now. */
    take,

    /** Goes on behind a commit that was written earlier. */
    resume: (stream: string, commit: number): void => {
      last.set(stream, Math.max(lastOf(stream), commit));
    },

    /** The commits that a reader has to fetch so that nothing is held back any more. */
    waiting: (): readonly Gap[] =>
      [...held].map(([stream, early]) => ({ stream, from: lastOf(stream) + 1, to: Math.max(...early.keys()) })),

    /** Gives up on the missing commits of a stream, and passes on the others: its history has a hole. */
    giveUp: (stream: string): readonly Commit[] => {
      const out: Commit[] = [];
      for (let early = held.get(stream); early; early = held.get(stream)) {
        last.set(stream, Math.min(...early.keys()) - 1);
        out.push(...release(stream));
      }
      return out;
    },

    heldBytes: (): number => heldBytes,
    streams: (): number => last.size,
  };
};

export type StreamOrder = ReturnType<typeof streamOrder>;

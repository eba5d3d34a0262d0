import type { Commit, Purge } from '../../core/commit.ts';
import { ProblemError } from '../../core/problem.ts';
import { canonical } from '../canonical.ts';
import type { Proofs } from '../ports.ts';

/** True of a commit that a purge has blanked, and of the one that records the purge. */
export const isPurged = ({ purged }: Pick<Commit, 'purged'>): boolean => purged !== undefined;

/** A purged stream has no state: nothing is decided on it, and nothing is appended to it, ever. */
export class StreamPurged extends ProblemError {
  override name = 'StreamPurged';
  readonly commit: Commit;
  constructor(commit: Commit) {
    super({
      kind: 'stream-purged',
      detail: `${commit.stream} was purged at ${commit.at}: its history was removed for good. Use another id.`,
    });
    this.commit = commit;
  }
}

/** The answer to a command that came to a purged stream, for a sender that takes it as a refusal. */
export const purgedAnswer = (error: unknown): Readonly<{ outcome: 'purged'; commit: Commit }> => {
  if (error instanceof StreamPurged) return { outcome: 'purged', commit: error.commit };
  throw error;
};

/**
 * What stays at the number of a commit that went. A number must stay taken: a warm function that knows an old state of the stream would append
 * there.
 */
export const blankOf = ({ stream, version, command, at, meta, commit: purged }: Commit, commit: number): Commit => ({
  stream,
  commit,
  version,
  events: [],
  command,
  at,
  meta,
  purged,
});

/** What the proof of a purge's record covers. */
export const provedText = (stream: string, { proof: _, ...record }: Omit<Purge, 'proof'> & { proof?: string }): string =>
  canonical({ stream, ...record });

/** True if a commit records a purge of its stream that this deployment made. */
export const recordsPurge = async (proofs: Pick<Proofs, 'holds'>, { stream, commit, purge }: Commit): Promise<boolean> =>
  purge !== undefined && purge.commits === commit - 1 && (await proofs.holds(provedText(stream, purge), purge.proof));

/** True if a stored commit is what this purge leaves at its number. */
export const isBlankOf = (record: Commit, there: Commit): boolean =>
  there.commit < record.commit && canonical(there) === canonical(blankOf(record, there.commit));

import type { Commit, StoredEvent } from '../../core/commit.ts';
import { latest } from '../instant.ts';
import { dynamoDb } from '../limits.ts';
import type { Unmoved } from '../ports.ts';
import type { Known } from './known.ts';
import { itemSize } from './size.ts';

const { transactionItems, transactionBytes } = dynamoDb;

/** The commit whose absence shows that a stream has not moved. */
export const nextOf = ({ stream, commit }: Unmoved): Unmoved => ({ stream, commit: commit + 1 });

/**
 * Throws at what no transaction takes. DynamoDB Local lets one commit twice pass, and then reports it lost to itself. DynamoDB refuses a
 * check and a Put of one key; a check of another key of a stream that is appended to could only repeat the Put's condition or contradict it.
 */
export const checkTogether = (commits: readonly Commit[], unmoved: readonly Unmoved[]): void => {
  const places = new Set(commits.map(({ stream, commit }) => `${stream}/${commit}`));
  if (places.size === 0 || places.size < commits.length)
    throw new Error('A transaction takes each commit once, and at least one.');
  const appended = new Set(commits.map(({ stream }) => stream));
  const checked = new Set<string>();
  for (const { stream } of unmoved) {
    if (appended.has(stream))
      throw new Error(
        `The transaction appends to ${stream} and also checks that it has not moved: leave out the check, the append makes it.`,
      );
    if (checked.has(stream)) throw new Error(`The transaction checks twice that ${stream} has not moved: check it once.`);
    checked.add(stream);
  }
  const bytes = commits.reduce((sum, commit) => sum + itemSize(commit), 0);
  if (commits.length + unmoved.length > transactionItems || bytes > transactionBytes)
    throw new Error(
      `A transaction takes ${transactionItems} commits and checks, and 4 MB at most; this one has ${commits.length} commits with ${bytes} bytes and ${unmoved.length} checks.`,
    );
};

/** The next commit of a kernel's stream, which is appended with a commit of a team's own: it comes from the same command, and is never before it. */
export const commitBeside = (
  { stream, commit, version, at, hash }: Known,
  main: Commit,
  events: readonly StoredEvent[],
): Commit => ({
  stream,
  commit: commit + 1,
  version: version + events.length,
  events,
  command: main.command,
  at: latest(main.at, at),
  meta: main.meta,
  ...(hash && { prev: hash }),
});

/** Commits that are appended as one, each listing the others. */
export const withSiblings = (commits: readonly Commit[]): readonly Commit[] =>
  commits.length < 2
    ? commits
    : commits.map((own) => ({
        ...own,
        siblings: commits.filter((other) => other !== own).map(({ stream, commit }) => ({ stream, commit })),
      }));

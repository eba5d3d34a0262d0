import type { Commit } from '../../core/commit.ts';
import { dynamoDb } from '../limits.ts';
import { itemSize } from './size.ts';

const { transactionItems, transactionBytes } = dynamoDb;

/** Throws at what no transaction takes. DynamoDB Local lets one commit twice pass, and then reports it lost to itself. */
export const checkTogether = (commits: readonly Commit[]): void => {
  const places = new Set(commits.map(({ stream, commit }) => `${stream}/${commit}`));
  if (places.size === 0 || places.size < commits.length)
    throw new Error('A transaction takes each commit once, and at least one.');
  const bytes = commits.reduce((sum, commit) => sum + itemSize(commit), 0);
  if (commits.length > transactionItems || bytes > transactionBytes)
    throw new Error(
      `A transaction takes ${transactionItems} commits and 4 MB at most; this one has ${commits.length} with ${bytes} bytes.`,
    );
};

/** Commits that are appended as one, each listing the others. */
export const withSiblings = (commits: readonly Commit[]): readonly Commit[] =>
  commits.length < 2
    ? commits
    : commits.map((own) => ({
        ...own,
        siblings: commits.filter((other) => other !== own).map(({ stream, commit }) => ({ stream, commit })),
      }));

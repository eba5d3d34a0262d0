/** For each category, the hash of the code that folds its streams. */
export type FoldHashes = Readonly<Record<string, string>>;

/**
 * A line of JavaScript that gives a function the hashes of its own code; `lib/aws/fold-hashes.ts` reads them. They stand in the code, so that Lambda
 * replaces both at once: a variable is set by a call of its own, and in between changed code would take the snapshots of the old one for its own.
 */
export const foldHashesLine = (hashes: FoldHashes): string => `globalThis.foldstreamFold=${JSON.stringify(hashes)};`;

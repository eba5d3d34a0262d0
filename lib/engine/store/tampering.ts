/** A change of the commits table, as its stream tells it. */
export type TableChange = Readonly<{ kind: string | undefined; before: Readonly<Record<string, unknown>> }>;

export type Tampering = Readonly<{ stream: string; commit: number; kind: 'MODIFY' | 'REMOVE' }>;

/** The changes that no function can make: commits are never changed, and no function has the right to remove one. */
export const tamperings = (changes: readonly TableChange[]): readonly Tampering[] =>
  changes.flatMap(({ kind, before }) =>
    kind === 'MODIFY' || kind === 'REMOVE' ? [{ stream: String(before.stream), commit: Number(before.commit), kind }] : [],
  );

export type Print = (line: string) => void;

/** A number with its noun: `1 commit`, `2 commits`. */
export const count = (n: number, noun: string): string => `${n.toLocaleString('en-GB')} ${noun}${n === 1 ? '' : 's'}`;

/** At most this many lines of a kind are listed; the rest is counted. */
export const listed = 20;

/** The first lines of a list, and the number of the others. */
export const some = (lines: readonly string[]): readonly string[] =>
  lines.length > listed ? [...lines.slice(0, listed), `and ${lines.length - listed} more`] : lines;

/** A value for a person; a missing one is `nothing`. */
export const asJson = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

import { count } from '../terminal/lines.ts';
import type { Change, Part } from './change.ts';

type Replaced = Extract<Change, { kind: 'replace' }>;

const indent = ' '.repeat(10);
const two = (n: number) => String(n).padStart(2, '0');

/** A line with the time of day; further lines stand below its text. */
export const lineAt = (now: Date, text: string): string => {
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  return `${time}  ${text.split('\n').join(`\n${indent}`)}`;
};

export const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;

const named = 2;

/** The first names of a list, and how many more there are. */
const some = (names: readonly string[]): string =>
  names.length <= named + 1 ? names.join(', ') : `${names.slice(0, named).join(', ')} and ${names.length - named} more`;

/** `decider account` is said as `account decider`. */
const said = (part: Part): string => part.split(' ').reverse().join(' ');

const subjectOf = ({ parts, changed }: Pick<Replaced, 'parts' | 'changed'>, shown: (file: string) => string): string =>
  some(parts.length > 0 && parts.length <= changed.length + 1 ? parts.map(said) : changed.map(shown));

/** The line of a replacement. Rows stay as they are: the line says which were made by other code. */
export const replacedLine = (change: Replaced, milliseconds: number, shown: (file: string) => string): string => {
  const { functions, rows } = change;
  const done = `${count(functions.length, 'function')} replaced in ${seconds(milliseconds)}`;
  const warning = rows.map(
    (row) =>
      `Rows of ${row} that were written before are by the old code. Raise its revision to have all of them by the new one.`,
  );
  return [`${subjectOf(change, shown) || 'The functions'}: ${done}`, ...warning].join('\n');
};

/** The line of a change that cannot run. */
export const oldGoesOn = (fault: string): string => `The old code goes on:\n${fault.trimEnd()}`;

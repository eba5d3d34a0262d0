import type { Trace, TracedStep } from '../../../lib/engine/history/trace.ts';

/** A commit of a trace as a row: below what it followed from, and as far right as it has causes. */
export type Row = Readonly<{ step: TracedStep; key: string; depth: number; parent?: Row }>;

export const keyOf = ({ stream, commit }: Pick<TracedStep, 'stream' | 'commit'>): string => `${stream}@${commit}`;

/** The commits of a trace, each above all that followed from it. */
export const rowsOf = (steps: readonly TracedStep[]): readonly Row[] => {
  const rows: Row[] = [];
  // Not by recursion: a history may be as deep as it is long.
  const open = steps.map((step): Row => ({ step, key: keyOf(step), depth: 0 })).reverse();
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    rows.push(row);
    const { step, depth } = row;
    for (const next of step.followed.toReversed()) open.push({ step: next, key: keyOf(next), depth: depth + 1, parent: row });
  }
  return rows;
};

/** The order of a picture from top to bottom: by time, and nothing above its cause, whatever the clocks did. */
export const inOrder = (rows: readonly Row[]): readonly Row[] => {
  const times = new Map<Row, number>();
  for (const row of rows)
    times.set(row, Math.max(row.step.afterMilliseconds, row.parent ? (times.get(row.parent) ?? 0) : Number.NEGATIVE_INFINITY));
  return rows
    .map((row, i) => ({ row, i }))
    .sort((a, b) => times.get(a.row)! - times.get(b.row)! || a.i - b.i)
    .map(({ row }) => row);
};

/** What a commit is in a trace, which gives it its colour. */
export type Kind = 'command' | 'reaction' | 'send' | 'refusal' | 'deadline' | 'order' | 'effect';

export const kindOf = ({ came, refused, stream }: TracedStep): Kind => {
  if (refused !== undefined) return 'refusal';
  if (categoryOf(stream).endsWith('Effect')) return 'effect';
  return came === 'outcome' || came === 'continued' ? 'reaction' : came;
};

export const kindNames: Readonly<Record<Kind, string>> = {
  command: 'a command of a caller',
  reaction: 'a process reacts',
  send: 'a command of a process',
  refusal: 'a command was refused',
  deadline: 'a deadline was due',
  order: "an operator's request",
  effect: 'an effect',
};

export const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));

/** A time since the first commit, as people say it. */
export const apart = (milliseconds: number): string => {
  const size = Math.abs(milliseconds);
  if (size < 1_000) return `${Math.round(milliseconds)} ms`;
  if (size < 60_000) return `${(milliseconds / 1_000).toFixed(size < 10_000 ? 2 : 1)} s`;
  if (size < 3_600_000) return `${(milliseconds / 60_000).toFixed(1)} min`;
  if (size < 86_400_000 * 2) return `${(milliseconds / 3_600_000).toFixed(1)} h`;
  return `${(milliseconds / 86_400_000).toFixed(1)} d`;
};

type Wait = Trace['waits'][number];

/** What an instance waits for, in words. */
export const waitSays = (wait: Wait): string => {
  switch (wait.for) {
    case 'outcome':
      return `waits for the outcome of ${wait.command} to ${wait.to}`;
    case 'effect':
      return `waits for the effect ${wait.effect}`;
    case 'deadline':
      return `waits for its deadline '${wait.name}'`;
    case 'person':
      return `waits for a person: it is ${wait.status} (${wait.why})`;
  }
};

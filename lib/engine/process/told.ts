import type { Commit } from '../../core/commit.ts';
import { effectName } from '../../core/effect/decider.ts';
import { kernelEvents, type ProcessEvent } from '../../core/process/events.ts';
import { newInstance, processEvolve } from '../../core/process/instance.ts';

/** Something that an instance waits for: the outcome of a command, a deadline, or an operator. */
export type Wait = Readonly<{ instance: string }> &
  (
    | Readonly<{ for: 'outcome'; command: string; to: string; since: string }>
    | Readonly<{ for: 'effect'; effect: string; to: string; since: string }>
    | Readonly<{ for: 'deadline'; name: string; until: string }>
    | Readonly<{ for: 'person'; status: 'stuck' | 'parked'; why: string }>
  );

/** The kernel's events of a commit, looked at many times for one trace; none where this release cannot read them. */
export const kernelOf = (commit: Commit): readonly ProcessEvent[] => {
  const known = read.get(commit);
  if (known) return known;
  let events: readonly ProcessEvent[] = [];
  try {
    events = kernelEvents(commit);
  } catch {
    // It has its place in the tree all the same.
  }
  read.set(commit, events);
  return events;
};

/** The things that an instance waits for, from its commits. */
export const waitsOf = (instance: string, commits: readonly Commit[]): readonly Wait[] => {
  const { sends, performing, deadlines, stuck, parked, status } = commits
    .flatMap(kernelOf)
    .reduce((state, { type, data }) => evolve[type]!(state, data as never), newInstance({ initial: undefined }));
  const person = (standing: 'stuck' | 'parked', why: string): Wait => ({ instance, for: 'person', status: standing, why });
  // While it stands still no deadline of its fires.
  const firing = status === 'stuck' || status === 'parked' ? [] : Object.values(deadlines);
  return [
    ...sends.map(({ command, to, at }): Wait => ({ instance, for: 'outcome', command: command.type, to, since: at })),
    ...performing.map(({ to, at }): Wait => ({ instance, for: 'effect', effect: effectName(to), to, since: at })),
    ...firing.map(({ name, at }): Wait => ({ instance, for: 'deadline', name, until: at })),
    ...(parked ? [person('parked', parked.thrown)] : []),
    ...stuck.map(({ to, command, reason }) => person('stuck', `${to} refused ${command.type}: ${reason}`)),
  ];
};

const read = new WeakMap<Commit, readonly ProcessEvent[]>();

/** The kernel's events mean the same in every process. */
const evolve = processEvolve({});

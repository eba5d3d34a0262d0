import { kernelEvents, type ProcessEvent } from '../../core/process/events.ts';
import type { Instance } from '../../core/process/instance.ts';
import type { Keys, Store } from '../ports.ts';
import type { Deadline, Deadlines, NamedDeadline, Scheduler } from './ports.ts';

/** The ports that keep deadlines. */
export type Keeping = Readonly<{ keys: Pick<Keys, 'hash'>; deadlines: Deadlines; scheduler: Scheduler }>;

/** A scheduler's names have 64 characters at most: a hash of what makes a deadline that one, and no other. */
const keyOf = (keys: Pick<Keys, 'hash'>, { instance, name, setBy }: NamedDeadline): string =>
  keys.hash(JSON.stringify([instance, name, setBy]));

/** The open deadlines of an instance, as they are kept. */
export const openIn = (stream: string, { status, deadlines }: Instance): readonly Deadline[] =>
  status === 'running' ? Object.values(deadlines).map(({ name, setBy, at }) => ({ instance: stream, name, setBy, at })) : [];

const commitsAtOnce = 25;

type Reaction = Extract<ProcessEvent, { type: 'Reacted' }>['data'];

/** The reaction that set a deadline, from the instance's stream: they are numbered, so that nothing older than it is read. */
const reactionThat = async ({ read }: Pick<Store, 'read'>, { instance, setBy }: NamedDeadline): Promise<Reaction | undefined> => {
  let to: number | undefined;
  do {
    const range = { from: 1, ...(to !== undefined && { to }), limit: commitsAtOnce, newestFirst: true };
    const { commits, next } = await read(instance, range);
    for (const commit of commits) {
      const reactions = kernelEvents(commit).flatMap((event) => (event.type === 'Reacted' ? [event.data] : []));
      const setter = reactions.find(({ number }) => number === setBy);
      if (setter || reactions.some(({ number }) => number < setBy)) return setter;
    }
    to = next;
  } while (to !== undefined);
  return undefined;
};

/**
 * A deadline with its time, which is part of its place in the list: as it was named, as the instance's state knows it, or else from the event that set it.
 * Undefined if no event of the stream has set it, as after a restore.
 */
export const withTime = async (
  store: Pick<Store, 'read'>,
  { deadlines, closed = [] }: Instance,
  named: NamedDeadline,
): Promise<Deadline | undefined> => {
  const { instance, name, setBy } = named;
  const known = [...Object.values(deadlines), ...closed].find((each) => each.name === name && each.setBy === setBy);
  const at = named.at ?? known?.at ?? (await reactionThat(store, named))?.set.find((deadline) => deadline.name === name)?.at;
  return at === undefined ? undefined : { instance, name, setBy, at };
};

/** Makes a deadline fire. A deadline in the list was scheduled before, so a crash between the two is only repeated. */
export const keepDeadline = async ({ keys, deadlines, scheduler }: Keeping, deadline: Deadline): Promise<void> => {
  if (await deadlines.has(deadline)) return;
  await scheduler.set({ key: keyOf(keys, deadline), at: deadline.at, message: { due: deadline } });
  await deadlines.put(deadline);
};

/** Forgets a deadline that is open no longer, the list last. One that fires all the same finds nothing to do. */
export const dropDeadline = async ({ keys, deadlines, scheduler }: Keeping, deadline: Deadline): Promise<void> => {
  if (!(await deadlines.has(deadline))) return;
  await scheduler.cancel(keyOf(keys, deadline));
  await deadlines.remove(deadline);
};

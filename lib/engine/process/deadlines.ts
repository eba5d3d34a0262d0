import type { Instance } from '../../core/process/instance.ts';
import type { Keys } from '../ports.ts';
import type { Deadline, Deadlines, Scheduler } from './ports.ts';

/** The ports that keep deadlines. */
export type Keeping = Readonly<{ keys: Pick<Keys, 'hash'>; deadlines: Deadlines; scheduler: Scheduler }>;

type Which = Omit<Deadline, 'at'>;

/** A scheduler's names have 64 characters at most: a hash of what makes a deadline that one, and no other. */
const keyOf = (keys: Pick<Keys, 'hash'>, { instance, name, setBy }: Which): string =>
  keys.hash(JSON.stringify([instance, name, setBy]));

/** The open deadlines of an instance, as they are kept. */
export const openIn = (stream: string, { status, deadlines }: Instance): readonly Deadline[] =>
  status === 'running' ? Object.values(deadlines).map(({ name, setBy, at }) => ({ instance: stream, name, setBy, at })) : [];

/** Makes a deadline fire. A deadline in the list was scheduled before, so a crash between the two is only repeated. */
export const keepDeadline = async ({ keys, deadlines, scheduler }: Keeping, deadline: Deadline): Promise<void> => {
  if (await deadlines.has(deadline)) return;
  const { at, ...due } = deadline;
  await scheduler.set({ key: keyOf(keys, due), at, message: { due } });
  await deadlines.put(deadline);
};

/** Forgets a deadline that is open no longer, the list last. One that fires all the same finds nothing to do. */
export const dropDeadline = async ({ keys, deadlines, scheduler }: Keeping, which: Which): Promise<void> => {
  if (!(await deadlines.has(which))) return;
  await scheduler.cancel(keyOf(keys, which));
  await deadlines.remove(which);
};

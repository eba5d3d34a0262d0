import { type Trail, trailOf } from '../commit.ts';
import type { DataOf } from '../message.ts';
import { type Cause, type ProcessEvent, rememberedType, type StepEnded } from './events.ts';
import type { AnyProcess } from './process.ts';

/**
 * A refused command without a declared reaction.
 * @example const why = instance.stuck.map(({ reason }: StuckSend) => reason);
 */
export type StuckSend = Readonly<DataOf<ProcessEvent, 'InstanceStuck'>>;

/** A command that an instance decided and that has no outcome yet.
 * @example const first: OpenSend | undefined = instance.sends[0];
 */
export type OpenSend = Omit<StuckSend, 'reason' | 'detail'>;

/**
 * An open deadline: set, and neither fired, cancelled nor replaced.
 * @example const payment: OpenDeadline | undefined = instance.deadlines.payment;
 */
export type OpenDeadline = Readonly<{ name: string; setBy: number; at: string; decidedIn: number }> & Trail;

/**
 * A deadline that has fired, or was cancelled or replaced, with the time that it had.
 * @example const last: ClosedDeadline | undefined = instance.closed?.at(-1);
 */
export type ClosedDeadline = Pick<OpenDeadline, 'name' | 'setBy' | 'at'>;

/**
 * The kernel's state of one instance of a process: the state of its stream.
 * @example const { status, sends }: Instance = known.state as Instance;
 */
export type Instance = Readonly<{
  status: StepEnded['status'];
  memory: unknown;
  /** The numbers of events, reactions and sends so far. */
  version: number;
  reactions: number;
  sent: number;
  /** In the order decided. */
  sends: readonly OpenSend[];
  /** The effects that it has asked for and that have no outcome yet. */
  performing: readonly OpenSend[];
  stuck: readonly StuckSend[];
  deadlines: Readonly<Record<string, OpenDeadline>>;
  /** The last ones that are open no longer: the list of open deadlines has each at its time, which the commit that closes one does not say. */
  closed?: readonly ClosedDeadline[];
  /** Queued causes, the oldest first. */
  deferred: readonly Cause[];
  parked?: Readonly<{ cause: Cause; thrown: string }>;
  /** The number of the first send that follows a resolution by a person. */
  settlesFrom?: number;
  ended?: string;
}>;

/** An instance before its first event.
 * @example newInstance(transferProcess).status; // 'running'
 */
export const newInstance = ({ initial }: Pick<AnyProcess, 'initial'>): Instance => ({
  status: 'running',
  memory: initial,
  version: 0,
  reactions: 0,
  sent: 0,
  sends: [],
  performing: [],
  stuck: [],
  deadlines: {},
  deferred: [],
});

const statusOf = ({ parked, stuck, ended }: Instance): Instance['status'] => {
  if (parked) return 'parked';
  if (stuck.length > 0) return 'stuck';
  return ended === undefined ? 'running' : 'ended';
};

/** The next command to each target, in the order decided: to one target each waits for the outcome of the one before, and behind a stuck one.
 * @example const toSend = nextSends(instance); // to different targets in parallel
 */
export const nextSends = ({ sends, stuck }: Pick<Instance, 'sends' | 'stuck'>): readonly OpenSend[] => {
  const taken = new Set(stuck.map(({ to }) => to));
  return sends.filter(({ to }) => !taken.has(to) && taken.add(to));
};

/**
 * The open work of an instance, as the last event of its last commit states it.
 * @example stillOpenIn(instance).sends; // 0 when nothing waits for being sent
 */
export const stillOpenIn = ({ status, sends, stuck, deferred, deadlines }: Instance): StepEnded => {
  const [due] =
    status === 'running'
      ? Object.values(deadlines)
          .map(({ at }) => at)
          .sort()
      : [];
  return {
    status,
    sends: sends.filter(({ to }) => !stuck.some((held) => held.to === to)).length,
    deferred: status === 'running' ? deferred.length : 0,
    ...(due !== undefined && { due }),
  };
};

/** As many as a few steps close; an older one is found in the event that set it. */
const closedAtMost = 10;

const closing = ({ deadlines, closed = [] }: Instance, isClosed: (open: OpenDeadline) => boolean) => {
  const gone = Object.values(deadlines).filter(isClosed);
  return {
    deadlines: Object.fromEntries(Object.entries(deadlines).filter(([, open]) => !isClosed(open))),
    ...(gone.length > 0 && {
      closed: [...closed, ...gone.map(({ name, setBy, at }) => ({ name, setBy, at }))].slice(-closedAtMost),
    }),
  };
};

const among = (gone: readonly Readonly<{ name: string; setBy: number }>[]) => (open: OpenDeadline) =>
  gone.some(({ name, setBy }) => name === open.name && setBy === open.setBy);

type Evolve = { readonly [T in ProcessEvent['type']]: (instance: Instance, data: DataOf<ProcessEvent, T>) => Instance };

const reacted = (
  instance: Instance,
  { number, occasion, at, sends, set, cancelled, ...trail }: DataOf<ProcessEvent, 'Reacted'>,
): Instance => {
  const of = { ...trailOf(trail), decidedIn: instance.version + 1 };
  const fired = 'deadline' in occasion ? [occasion.deadline] : [];
  const { deadlines, ...closed } = closing(instance, among([...fired, ...cancelled]));
  return {
    ...instance,
    ...closed,
    ...('resolved' in occasion && { settlesFrom: instance.sent + 1 }),
    reactions: number,
    sent: sends.at(-1)?.number ?? instance.sent,
    sends: [...instance.sends, ...sends.map((send) => ({ ...send, attempt: 1, at, ...of }))],
    deadlines: {
      ...deadlines,
      ...Object.fromEntries(set.map((deadline) => [deadline.name, { ...deadline, setBy: number, ...of }])),
    },
  };
};

const others = (sends: readonly OpenSend[], number: number) => sends.filter((send) => send.number !== number);

const answered = (instance: Instance, { number }: { number: number }): Instance => ({
  ...instance,
  sends: others(instance.sends, number),
});

/** A command that has taken effect. If it asked for an effect, the outcome of that comes later. */
const done = (instance: Instance, { number }: { number: number }): Instance => ({
  ...answered(instance, { number }),
  performing: [...instance.performing, ...instance.sends.filter((send) => send.performs && send.number === number)],
});

/** Commands queued behind a stuck one are dropped unsent. Commands that follow on a resolution are kept when a later resolution drops older ones. */
const isDroppedWith = ({ stuck, settlesFrom = Number.POSITIVE_INFINITY }: Instance, { to, number }: OpenSend): boolean =>
  stuck.some((held) => held.to === to && (number < settlesFrom || held.number >= settlesFrom));

const evolve: Evolve = {
  Reacted: reacted,
  CommandDone: done,
  CommandRefused: answered,
  // It may come before the outcome of the command that asked for it.
  EffectEnded: (instance, { number }) => ({
    ...answered(instance, { number }),
    performing: others(instance.performing, number),
  }),
  InstanceStuck: (instance, held) => ({ ...instance, stuck: [...instance.stuck, held] }),
  // A deadline whose reaction threw does not fire again: it is stored as the cause of the parking.
  InstanceParked: (instance, parked) => ({
    ...instance,
    parked,
    ...('due' in parked.cause && closing(instance, among([parked.cause.due]))),
  }),
  CauseDeferred: (instance, { cause }) => ({ ...instance, deferred: [...instance.deferred, cause] }),
  CauseTaken: (instance) => ({ ...instance, deferred: instance.deferred.slice(1) }),
  InstanceResumed: ({ parked, ...instance }) => ({
    ...instance,
    deferred: [...(parked ? [parked.cause] : []), ...instance.deferred],
  }),
  CommandRetried: (instance, { number, attempt, at }) => {
    const again = instance.stuck.flatMap(({ reason: _, detail: __, ...send }) =>
      send.number === number ? [{ ...send, attempt, at }] : [],
    );
    return {
      ...instance,
      stuck: instance.stuck.filter((held) => held.number !== number),
      sends: [...instance.sends, ...again].sort((a, b) => a.number - b.number),
    };
  },
  InstanceResolved: ({ parked: _, ...instance }) => ({
    ...instance,
    stuck: [],
    sends: instance.sends.filter((send) => !isDroppedWith(instance, send)),
    deferred: [],
  }),
  Ended: (instance, { how }) => ({ ...instance, ...closing(instance, () => true), ended: how, deferred: [] }),
  StepEnded: (instance) => instance,
};

/**
 * The evolve functions of an instance: for the kernel's own events, `Remembered`, and the events that its process raises.
 * @example processEvolve(transferProcess).Remembered?.(instance, memory).memory; // memory
 */
export const processEvolve = ({ raises = {} }: Pick<AnyProcess, 'raises'>) => {
  const all: Readonly<Record<string, (instance: Instance, data: never) => Instance>> = {
    ...Object.fromEntries(Object.keys(raises).map((type) => [type, (instance: Instance) => instance])),
    ...evolve,
    [rememberedType]: (instance: Instance, memory: unknown) => ({ ...instance, memory }),
  };
  return Object.fromEntries(
    Object.entries(all).map(([type, apply]) => [
      type,
      (instance: Instance, data: never): Instance => {
        const next = apply(instance, data);
        return { ...next, version: instance.version + 1, status: statusOf(next) };
      },
    ]),
  );
};

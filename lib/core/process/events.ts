import * as z from 'zod';
import type { Commit } from '../commit.ts';
import { type EventOf, readEvent, v1 } from '../version.ts';

const instant = z.string();
const count = z.int().nonnegative();
const number = z.int().positive();
/** The trace context, passed on to all consequences. Without a trace in the first cause there is none. */
const trail = { correlation: z.string(), traceparent: z.string().optional() };

/** A command with the version of its format, as an event is stored: a command that an older release decided is upcast before it is sent. */
const stored = z.object({ type: z.string(), v: number, data: z.unknown() });

/** An event with its place and its data as stored: the release that handles it upcasts it. */
const event = stored.extend({
  id: z.string(),
  stream: z.string(),
  version: number,
  commit: number,
  at: instant,
  actor: z.string(),
  ...trail,
  causation: z.string(),
});

const follows = { done: z.string().optional(), refused: z.string().optional() };

/** A send that asks for an effect: what follows comes later, from the effect's stream. */
const performs = { performs: z.literal(true).optional(), timedOut: z.string().optional() };

const send = z.object({ number, to: z.string(), command: stored, ...follows, ...performs });
const refusal = { reason: z.string(), detail: z.unknown().optional() };

const outcome = send.extend({
  attempt: number,
  decidedIn: number,
  /** The commit on the target, and its time. */
  commit: number,
  at: instant,
  /** Absent where it took effect. */
  reason: z.string().optional(),
  detail: z.unknown().optional(),
  /** Of an effect: the answer as stored; or that there was none in time. */
  answer: z.object({ v: number, data: z.unknown() }).optional(),
  unanswered: z.object({ attempts: count, why: z.string() }).optional(),
  ...trail,
});

/** A deadline is known by its name and the number of the reaction that set it. */
const deadline = z.object({ name: z.string(), setBy: number });
const due = deadline.extend({ dueAt: instant, at: instant, ...trail });

const byHand = z.object({ by: z.string(), why: z.string() });
const resolved = byHand.extend({ at: instant, ...trail });

/** A cause in full, stored if the instance cannot react at once. */
const cause = z.union([z.object({ event }), z.object({ outcome }), z.object({ due }), z.object({ resolved })]);

/** A cause in short: an event, the outcome of a command, a deadline, or a resolution by a person. */
const occasion = z.union([
  z.object({ event: z.object({ id: z.string(), type: z.string(), at: instant }) }),
  z.object({ send: number, outcome: z.enum(['done', 'refused', 'timed-out']) }),
  z.object({ deadline: deadline.extend({ dueAt: instant }) }),
  z.object({ resolved: z.object({ by: z.string(), at: instant }) }),
]);

/** The events of every instance of every process. Stored formats of 2026-11. Beside them an instance has `Remembered`, whose format is the
 * process's own memory, and the events that its process raises.
 * @example readEvent(processEvents, { type: 'Ended', v: 1, data: { how: 'completed', cancelled: [] } });
 */
export const processEvents = {
  /** The instance's reactions are numbered 1, 2, 3, ..., and so are its sends. */
  Reacted: v1(
    z.object({
      number,
      occasion,
      /** The time of the decision, which no target's commit of its commands is before. */
      at: instant,
      ...trail,
      sends: z.array(send),
      set: z.array(z.object({ name: z.string(), at: instant })),
      /** Deadlines that are no longer open: cancelled, or replaced. */
      cancelled: z.array(deadline),
    }),
  ),
  CommandDone: v1(z.object({ number, attempt: number, commit: number, at: instant })),
  CommandRefused: v1(z.object({ number, attempt: number, commit: number, at: instant, ...refusal })),
  /** The outcome of an effect, in the commit of its stream; followed in the same commit by the reaction to it. */
  EffectEnded: v1(
    z.object({ number, attempt: number, commit: number, at: instant, how: z.enum(['answered', 'refused', 'timed-out']) }),
  ),
  /**
   * A refusal without a declared reaction: the instance is stuck until a person retries or resolves it. `attempt` is 1, and one more with each retry;
   * `at` is the time of the decision, and `decidedIn` the version of the event that decided it.
   */
  InstanceStuck: v1(send.extend({ attempt: number, at: instant, ...trail, decidedIn: number, ...refusal })),
  InstanceParked: v1(z.object({ cause, thrown: z.string() })),
  CauseDeferred: v1(z.object({ cause })),
  /** The oldest queued cause is handled. */
  CauseTaken: v1(z.object({})),
  InstanceResumed: v1(byHand),
  CommandRetried: v1(byHand.extend({ number, attempt: number, at: instant })),
  InstanceResolved: v1(byHand),
  Ended: v1(z.object({ how: z.string(), cancelled: z.array(deadline) })),
  /** The last event of each commit: the work that is still open after it, so that the sweep needs nothing else. */
  StepEnded: v1(
    z.object({
      status: z.enum(['running', 'parked', 'stuck', 'ended']),
      /** Commands that could be sent, and deferred causes that could be taken up. */
      sends: count,
      deferred: count,
      /** The time of the next open deadline. */
      due: instant.optional(),
    }),
  ),
};

/** An event of the kernel's in an instance's stream.
 * @example const ended: ProcessEvent = { type: 'Ended', data: { how: 'completed', cancelled: [] } };
 */
export type ProcessEvent = EventOf<typeof processEvents>;

/** The type of the event that holds an instance's memory, in the process's own format. */
export const rememberedType = 'Remembered';

/**
 * A cause in full, as stored.
 * @example const cause: Cause = { event: { ...place, type: 'AccountOpened', v: 1, data } };
 */
export type Cause = z.infer<typeof cause>;
export type CauseOutcome = z.infer<typeof outcome>;
export type StoredCommand = z.infer<typeof stored>;
/** The data of the event that ends a step of an instance.
 * @example const ended: StepEnded = { cause: { event: place } };
 */
export type StepEnded = Extract<ProcessEvent, { type: 'StepEnded' }>['data'];

/** The kernel's own events of an instance's commit. */
export const kernelEvents = ({ events }: Pick<Commit, 'events'>): readonly ProcessEvent[] =>
  events
    .filter(({ type }) => Object.hasOwn(processEvents, type))
    .map((stored) => readEvent(processEvents, stored) as ProcessEvent);

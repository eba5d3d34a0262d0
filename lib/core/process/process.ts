import type { AnyDecider } from '../decider.ts';
import type { Answered, AnyEffect, Declined, Perform, Unanswered } from '../effect/effect.ts';
import type { Message, Recorded } from '../message.ts';
import { streamName } from '../stream.ts';
import type { Formats, Reading, SomeOf, Versioned } from '../version.ts';

declare const target: unique symbol;

/** A command that a reaction sends, and the names of the reactions to its outcome.
 * @example const debit: Send = send(account, 'a1', 'Debit', terms, { done: 'debited', refused: 'debitRefused' });
 */
export interface Send<
  Target = unknown,
  Type extends string = string,
  Done extends string = string,
  Refused extends string = string,
> {
  /** The stream that it goes to. */
  readonly to: string;
  readonly command: Message<Type>;
  /** The name of the reaction in `onDone` that follows on success; nothing follows without one. */
  readonly done?: Done;
  /** The name of the reaction in `onRefused` that follows on a refusal. Without one a refusal leaves the instance stuck, for a person to handle. */
  readonly refused?: Refused;
  /** The type of the decider that it goes to, for the compiler alone: no value has this. */
  readonly [target]?: Target;
}

/**
 * A process's reaction to one cause: its memory from now on, commands in their order, effects, deadlines, events of its own, and an end.
 * @example const reaction: Reaction<Memory> = { memory: { ...memory, paid: true }, send: [confirm], cancelDeadlines: ['payment'] };
 */
export interface Reaction<Memory, Deadline extends string = string> {
  /** Absent: as it was. */
  readonly memory?: Memory;
  readonly send?: readonly Send[];
  /** Effects in the outside world, each performed whatever becomes of the others. */
  readonly perform?: readonly Perform[];
  /** The instants of deadlines, by name. A deadline that was set before is replaced. */
  readonly setDeadlines?: Readonly<Record<string, string>>;
  /** The names of deadlines; one that is not set is ignored. */
  readonly cancelDeadlines?: readonly Deadline[];
  /** Events of the process's own, of the types in `raises`. */
  readonly raise?: readonly Message[];
  /** Ends the instance, with a word or a few such as 'completed' or 'undone'. It ignores later causes, except the outcomes of its open commands. */
  readonly end?: string;
}

/**
 * The outcome of a command that an instance sent.
 * @example const held = (memory: Memory, { at }: Outcome) => ({ setDeadlines: { payment: later(at, { minutes: 15 }) } });
 */
export interface Outcome {
  readonly to: string;
  readonly command: Message;
  /** The commit on the target, which every command of a process leaves there. */
  readonly commit: number;
  readonly at: string;
}

/**
 * The outcome of a refused command.
 * @example const notHeld = (memory: Memory, { reason }: RefusedOutcome) => ({ send: [reject(memory, reason)] });
 */
export interface RefusedOutcome extends Outcome {
  readonly reason: string;
  readonly detail?: unknown;
}

/**
 * A deadline that fired: its due time, and the time at which it was handled.
 * @example const due = (memory: Memory, { at }: Due) => ({ send: [expire(memory, at)] });
 */
export interface Due {
  readonly name: string;
  readonly dueAt: string;
  readonly at: string;
}

/**
 * A resolution of a stuck or parked instance by a person: the instance's id, the person, the reason, and the time. The reason is free text, for
 * staff.
 * @example const resolved = (_: Memory, { instance }: Resolution) => ({ send: [send(transfer, instance, 'Settle', {})] });
 */
export interface Resolution {
  readonly instance: string;
  readonly by: string;
  readonly why: string;
  readonly at: string;
}

/** The outcome that a named reaction gets: that of a command; in a process with effects it is typed as theirs, and reading the answer of a command throws. */
type Of<E, Effects, OfEffect> = [Effects] extends [never] ? E : E & OfEffect;
/** One type for each effect, so that `effect` tells which it is. */
type DoneOf<E> = E extends AnyEffect ? Answered<E> : never;
type RefusedOf<E> = E extends AnyEffect ? Declined<E> : never;
type TimedOutOf<E> = E extends AnyEffect ? Unanswered<E> : never;

type React<Memory, What, Deadline extends string> = (memory: Memory, what: What) => Reaction<Memory, Deadline> | undefined;

/** A process manager: reacts to events of any streams, remembers what it needs to, sends commands, sets deadlines. All of it is pure. It is made by
 * `process()`, which checks the names in it. `Deadline` lets the compiler keep the names of deadlines in a declaration.
 * @example export const transferProcess: Process<Memory, TransferEvent> = process<Memory, TransferEvent>()({ category: 'transferProcess', ... });
 */
export interface Process<Memory, E extends Message, Deadline extends string = string, Effects extends AnyEffect = never> {
  /** The category of its own streams, one for each instance, with its decisions. */
  readonly category: string;
  /** The sources of the events that it reacts to. */
  readonly from: readonly SomeOf<E>[];
  /** The deciders that it sends commands to. */
  readonly sends: readonly AnyDecider[];
  /** The effects that it performs. */
  readonly effects?: readonly AnyEffect[];
  /** Commits before this time are ignored, even if the process is deployed later. */
  readonly since: string;
  /**
   * The seconds for which commits, deadlines and requests are gathered, so that one function takes many of them: for a process that nobody waits for.
   * The default is 0. 10 at most.
   */
  readonly gatherSeconds?: number;
  /** The stored format of an instance's memory, in all its versions. */
  readonly memory: Versioned<Memory>;
  readonly initial: Memory;
  /** Stored formats of events of its own. */
  readonly raises?: Formats;
  /** The event types of its own that other teams may listen to. */
  readonly publishes?: readonly string[];
  /** The id of the instance that an event belongs to; undefined: none. */
  readonly instance: (event: Recorded<E>) => string | undefined;
  readonly on: { readonly [T in E['type']]?: React<Memory, Recorded<Extract<E, { type: T }>>, Deadline> };
  readonly onDone?: Readonly<Record<string, React<Memory, Of<Outcome, Effects, DoneOf<Effects>>, Deadline>>>;
  readonly onRefused?: Readonly<Record<string, React<Memory, Of<RefusedOutcome, Effects, RefusedOf<Effects>>, Deadline>>>;
  /** The reactions to effects that got no answer in their time. */
  readonly onTimedOut?: Readonly<Record<string, React<Memory, TimedOutOf<Effects>, Deadline>>>;
  readonly onDeadline?: Readonly<Record<string, React<Memory, Due, Deadline>>>;
  /**
   * The reaction when a person resolves a stuck or parked instance, which may have no memory yet. The instance ends as 'resolved', unless this
   * returns another `end`.
   */
  readonly onResolved?: React<Memory, Resolution, Deadline>;
}

type Reacting = ((memory: never, what: never) => Reaction<unknown> | undefined) | undefined;
type Reactions = Readonly<Record<string, Reacting>>;

/** Any process, for code that is driven by a manifest and knows no domain.
 * @example const categories = manifest.processes.map((process: AnyProcess) => process.category);
 */
export interface AnyProcess extends Omit<Process<unknown, Message>, 'memory' | 'instance' | `on${string}`> {
  readonly memory: Reading<unknown>;
  readonly instance: (event: never) => string | undefined;
  readonly on: Reactions;
  readonly onDone?: Reactions;
  readonly onRefused?: Reactions;
  readonly onTimedOut?: Reactions;
  readonly onDeadline?: Reactions;
  readonly onResolved?: Reacting;
}

/** The event types that a process reacts to, beside the outcomes of its effects.
 * @example reactedTypes(transferProcess); // ['TransferRequested', ...]
 */
export const reactedTypes = ({ on }: Pick<AnyProcess, 'on'>): readonly string[] => Object.keys(on).sort();

/**
 * Makes a command to one aggregate. The compiler checks its name and data.
 * @example send(account, 'a1', 'Debit', { amount: 5, currency: 'EUR' }, { done: 'debited', refused: 'debitRefused' });
 */
export const send = <
  D extends AnyDecider,
  T extends keyof D['decide'] & string,
  Done extends string = never,
  Refused extends string = never,
>(
  to: D,
  id: string,
  type: T,
  data: Parameters<D['decide'][T]>[1],
  follows: Readonly<{ done?: Done; refused?: Refused }> = {},
): Send<D, T, NoInfer<Done>, NoInfer<Refused>> => ({
  to: streamName(to.category, id),
  command: { type, data },
  ...follows,
});

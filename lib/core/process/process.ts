import type { AnyDecider } from '../decider.ts';
import type { Message, Recorded } from '../message.ts';
import { streamName } from '../stream.ts';
import type { Formats, SomeOf, Source, Versioned } from '../version.ts';

/** A command that a reaction sends, and the names of the reactions to its outcome.
 * @example const debit: Send = send(account, 'a1', 'Debit', terms, { done: 'debited', refused: 'debitRefused' });
 */
export type Send = Readonly<{
  /** The stream that it goes to. */
  to: string;
  command: Message;
  /** The name of the reaction in `onDone` that follows on success; nothing follows without one. */
  done?: string;
  /** The name of the reaction in `onRefused` that follows on a refusal. Without one a refusal leaves the instance stuck, for a person to handle. */
  refused?: string;
}>;

/**
 * A process's reaction to one cause: its memory from now on, commands in their order, deadlines, events of its own, and an end.
 * @example const reaction: Reaction<Memory> = { memory: { ...memory, paid: true }, send: [confirm], cancelDeadlines: ['payment'] };
 */
export type Reaction<Memory> = Readonly<{
  /** Absent: as it was. */
  memory?: Memory;
  send?: readonly Send[];
  /** The instants of deadlines, by name. A deadline that was set before is replaced. */
  setDeadlines?: Readonly<Record<string, string>>;
  /** The names of deadlines; one that is not set is ignored. */
  cancelDeadlines?: readonly string[];
  /** Events of the process's own, of the types in `raises`. */
  raise?: readonly Message[];
  /** Ends the instance, with a word or a few such as 'completed' or 'undone'. It ignores later causes, except the outcomes of its open commands. */
  end?: string;
}>;

/**
 * The outcome of a command that an instance sent.
 * @example const refused = (memory: Memory, { reason }: Outcome) => ({ send: [fail(memory, reason)] });
 */
export type Outcome = Readonly<{
  to: string;
  command: Message;
  /** Of a refusal. */
  reason?: string;
  detail?: unknown;
  /** The commit on the target, which every command of a process leaves there. */
  commit: number;
  at: string;
}>;

/**
 * A deadline that fired: its due time, and the time at which it was handled.
 * @example const due = (memory: Memory, { at }: Due) => ({ send: [expire(memory, at)] });
 */
export type Due = Readonly<{ name: string; dueAt: string; at: string }>;

/**
 * A resolution of a stuck or parked instance by a person: the instance's id, the person, the reason, and the time. The reason is free text, for
 * staff.
 * @example const resolved = (_: Memory, { instance }: Resolution) => ({ send: [send(transfer, instance, 'Settle', {})] });
 */
export type Resolution = Readonly<{ instance: string; by: string; why: string; at: string }>;

/** A process manager: reacts to events of any streams, remembers what it needs to, sends commands, sets deadlines. All of it is pure.
 * @example export const transferProcess: Process<Memory, TransferEvent> = { category: 'transferProcess', ... };
 */
export interface Process<Memory, E extends Message> {
  /** The category of its own streams, one for each instance, with its decisions. */
  readonly category: string;
  /** The sources of the events that it reacts to. */
  readonly from: readonly SomeOf<E>[];
  /** The deciders that it sends commands to. */
  readonly sends: readonly AnyDecider[];
  /** Commits before this time are ignored, even if the process is deployed later. */
  readonly since: string;
  /** The stored format of an instance's memory, in all its versions. */
  readonly memory: Versioned<Memory>;
  readonly initial: Memory;
  /** Stored formats of events of its own. */
  readonly raises?: Formats;
  /** The event types of its own that other teams may listen to. */
  readonly publishes?: readonly string[];
  /** The id of the instance that an event belongs to; undefined: none. */
  readonly instance: (event: Recorded<E>) => string | undefined;
  readonly on: {
    readonly [T in E['type']]?: (memory: Memory, event: Recorded<Extract<E, { type: T }>>) => Reaction<Memory> | undefined;
  };
  readonly onDone?: Readonly<Record<string, (memory: Memory, outcome: Outcome) => Reaction<Memory> | undefined>>;
  readonly onRefused?: Readonly<Record<string, (memory: Memory, outcome: Outcome) => Reaction<Memory> | undefined>>;
  readonly onDeadline?: Readonly<Record<string, (memory: Memory, due: Due) => Reaction<Memory> | undefined>>;
  /**
   * The reaction when a person resolves a stuck or parked instance, which may have no memory yet. The instance ends as 'resolved', unless this
   * returns another `end`.
   */
  readonly onResolved?: (memory: Memory, resolution: Resolution) => Reaction<Memory> | undefined;
}

type Reacting = ((memory: never, what: never) => Reaction<unknown> | undefined) | undefined;

/** Any process, for code that is driven by a manifest and knows no domain.
 * @example const categories = manifest.processes.map((process: AnyProcess) => process.category);
 */
export type AnyProcess = Readonly<{
  category: string;
  from: readonly Source[];
  sends: readonly AnyDecider[];
  since: string;
  memory: Pick<Versioned<unknown>, 'current' | 'readable' | 'schemas' | 'parse'>;
  initial: unknown;
  raises?: Formats;
  publishes?: readonly string[];
  instance: (event: never) => string | undefined;
  on: Readonly<Record<string, Reacting>>;
  onDone?: Readonly<Record<string, Reacting>>;
  onRefused?: Readonly<Record<string, Reacting>>;
  onDeadline?: Readonly<Record<string, Reacting>>;
  onResolved?: Reacting;
}>;

/** The event types that a process reacts to: its subscription.
 * @example reactedTypes(transferProcess); // ['TransferRequested', ...]
 */
export const reactedTypes = ({ on }: Pick<AnyProcess, 'on'>): readonly string[] => Object.keys(on).sort();

type Decides = Readonly<{
  category: string;
  decide: Readonly<Record<string, (state: never, data: never, context: never) => unknown>>;
}>;
type DataFor<D extends Decides, T extends keyof D['decide']> = Parameters<D['decide'][T]>[1];

/**
 * Makes a command to one aggregate. The compiler checks its name and data.
 * @example send(account, 'a1', 'Debit', { amount: 5, currency: 'EUR' }, { done: 'debited', refused: 'debitRefused' });
 */
export const send = <D extends Decides, T extends keyof D['decide'] & string>(
  to: D,
  id: string,
  type: T,
  data: DataFor<D, T>,
  follows: Readonly<{ done?: string; refused?: string }> = {},
): Send => ({ to: streamName(to.category, id), command: { type, data }, ...follows });

/** A length of time.
 * @example const halfAnHour: Span = { minutes: 30 };
 */
export type Span = Readonly<{ days?: number; hours?: number; minutes?: number; seconds?: number }>;

/**
 * Adds a span to an instant: a process has no clock but the times of events.
 * @example later('2026-11-21T12:00:00.000Z', { minutes: 30 }); // '2026-11-21T12:30:00.000Z'
 */
export const later = (at: string, { days = 0, hours = 0, minutes = 0, seconds = 0 }: Span): string =>
  new Date(Date.parse(at) + (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000).toISOString();

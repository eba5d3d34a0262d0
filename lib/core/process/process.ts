import type { AnyDecider } from '../decider.ts';
import type { Message, Recorded } from '../message.ts';
import type { Source } from '../projection.ts';
import { streamName } from '../stream.ts';
import type { Formats, Versioned } from '../version.ts';

/** A command that a reaction sends, and the names of the reactions to its outcome.
 * @example const debit: Send = send(account, 'a1', 'Debit', terms, { done: 'debited', refused: 'debitRefused' });
 */
export type Send = Readonly<{
  /** The stream that it goes to. */
  to: string;
  command: Message;
  /** Which of the process's `done` follows when it has taken effect; nothing follows without. */
  done?: string;
  /** Which of the process's `refused` follows when it is refused. Without one a refusal leaves the instance stuck, for a person to look at. */
  refused?: string;
}>;

/** A deadline that a reaction sets, or sets anew: only the newest of a name counts.
 * @example const payment: SetDeadline = { name: 'payment', at: later(event.at, { minutes: 30 }) };
 */
export type SetDeadline = Readonly<{ name: string; at: string }>;

/** What a process does about something: what it remembers from now on, the commands in their order, deadlines, events of its own, and whether that was all.
 * @example const reaction: Reaction<Memory> = { memory: { ...memory, paid: true }, send: [confirm], cancel: ['payment'] };
 */
export type Reaction<Memory> = Readonly<{
  /** Absent: as it was. */
  memory?: Memory;
  send?: readonly Send[];
  set?: readonly SetDeadline[];
  /** Deadlines by name; one that is not set is none to cancel. */
  cancel?: readonly string[];
  /** Events of the process's own, of the types in `raises`. */
  raise?: readonly Message[];
  /** The instance is over: how it ended, in a word or a few, such as 'completed' or 'undone'. What comes later it ignores, but the outcomes of its open commands. */
  end?: string;
}>;

/** What became of a command that an instance sent.
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

/** A deadline that is due: when it was to be, and when it was taken note of.
 * @example const due = (memory: Memory, { at }: Due) => ({ send: [expire(memory, at)] });
 */
export type Due = Readonly<{ name: string; dueAt: string; at: string }>;

/** That a person has seen to an instance that stood still: whose id it has, who that was, why, and when. The reason is free text, for staff.
 * @example const resolved = (_: Memory, { instance }: Resolution) => ({ send: [send(transfer, instance, 'Settle', {})] });
 */
export type Resolution = Readonly<{ instance: string; by: string; why: string; at: string }>;

/** A process manager: reacts to events of any streams, remembers what it needs to, sends commands, sets deadlines. All of it is pure.
 * @example export const transferProcess: Process<Memory, TransferEvent> = { category: 'transferProcess', ... };
 */
export interface Process<Memory, E extends Message> {
  /** Of its own streams, one for each instance: what it decided, step by step. */
  readonly category: string;
  /** Whose events it reacts to. */
  readonly from: readonly Source[];
  /** Whom it sends commands to. */
  readonly sends: readonly AnyDecider[];
  /** An instant: what was committed before is none of its business, also when the process is deployed later. */
  readonly since: string;
  /** The stored format of what an instance remembers, in all its versions. */
  readonly memory: Versioned<Memory>;
  readonly initial: Memory;
  /** Stored formats of events of its own. */
  readonly raises?: Formats;
  /** The event types of its own that other teams may listen to. */
  readonly publishes?: readonly string[];
  /** Whose instance an event belongs to, by the instance's id; undefined: nobody's. */
  readonly instance: (event: Recorded<E>) => string | undefined;
  readonly on: {
    readonly [T in E['type']]?: (memory: Memory, event: Recorded<Extract<E, { type: T }>>) => Reaction<Memory> | undefined;
  };
  readonly done?: Readonly<Record<string, (memory: Memory, outcome: Outcome) => Reaction<Memory> | undefined>>;
  readonly refused?: Readonly<Record<string, (memory: Memory, outcome: Outcome) => Reaction<Memory> | undefined>>;
  readonly due?: Readonly<Record<string, (memory: Memory, due: Due) => Reaction<Memory> | undefined>>;
  /** What follows when a person ends an instance that stood still, wherever it did: it may remember nothing yet. It ends as 'resolved', unless this
   * says another `end`. */
  readonly resolved?: (memory: Memory, resolution: Resolution) => Reaction<Memory> | undefined;
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
  done?: Readonly<Record<string, Reacting>>;
  refused?: Readonly<Record<string, Reacting>>;
  due?: Readonly<Record<string, Reacting>>;
  resolved?: Reacting;
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

/** A command to one aggregate, with the compiler's eye on its name and data.
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

/** An instant so much later than another: there is no clock in a process but the times of what happened.
 * @example later('2026-11-21T12:00:00.000Z', { minutes: 30 }); // '2026-11-21T12:30:00.000Z'
 */
export const later = (at: string, { days = 0, hours = 0, minutes = 0, seconds = 0 }: Span): string =>
  new Date(Date.parse(at) + (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000).toISOString();

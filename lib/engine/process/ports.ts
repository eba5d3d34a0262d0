import type { Trail } from '../../core/commit.ts';
import type { Delivered } from '../delivery/delivered.ts';

/** An open deadline of an instance. */
export type Deadline = Readonly<{
  /** The instance's stream. */
  instance: string;
  name: string;
  /** The number of the reaction that set it: a deadline that is moved is another one. */
  setBy: number;
  at: string;
}>;

/** A deadline as commits and messages name it: which one it is, and mostly its time. */
export type NamedDeadline = Omit<Deadline, 'at'> & Partial<Pick<Deadline, 'at'>>;

/** The open deadlines of all instances, each at its time: what the sweep finds them by. */
export interface Deadlines {
  put(deadline: Deadline): Promise<void>;
  /** True if it was put for this time, and not removed since. */
  has(deadline: Deadline): Promise<boolean>;
  /** Removes it; does nothing if there is none of this time. */
  remove(deadline: Deadline): Promise<void>;
  /** All of them, of all processes, where they are few; undefined where they are many. */
  few(): Promise<readonly Deadline[] | undefined>;
  /** Those of one process that were to be before an instant, the oldest first; from another instant on, where one is given. */
  overdue(process: string, options: Readonly<{ from?: string; before: string; limit: number }>): Promise<readonly Deadline[]>;
  /** The number of deadlines of other processes than these, by process; if there are very many, of some. */
  ofOthers(processes: readonly string[]): Promise<Readonly<Record<string, number>>>;
}

/** One-shots: each sends one message to its process's queue. */
export interface Scheduler {
  /** Schedules a message under a key of 64 hexadecimal digits; one that is scheduled already stays as it is. */
  set(shot: Readonly<{ key: string; at: string; message: ProcessMessage }>): Promise<void>;
  /** Cancels it; does nothing if there is none, or if it has fired. */
  cancel(key: string): Promise<void>;
}

/** The cursors of one process in its source streams. Stored format of 2026-11, in the control table as `cursor/<process>/<stream>`. */
export interface Cursors {
  load(stream: string): Promise<number | undefined>;
  /** Moves a cursor, if it is still where it was read (undefined: there was none). Answers whether it did. */
  move(stream: string, to: number, from: number | undefined): Promise<boolean>;
}

/** An operator's request about a stuck or parked instance. */
export type Order = Readonly<{ instance: string; reason: string; by: string }> & Trail;

/** The messages that are sent to a process's queue beside commits. */
export type ProcessMessage =
  | Readonly<{ due: NamedDeadline }>
  | Readonly<{ attend: Readonly<{ instance: string }> }>
  /** Resumes a parked instance. */
  | Readonly<{ resume: Order }>
  /** Sends the commands again whose refusals left an instance stuck. */
  | Readonly<{ retry: Order }>
  /** Ends a parked or stuck instance by hand. */
  | Readonly<{ resolve: Order }>;

/** A record of a process's queue, under the id by which it can be given back. */
export type Arrived = Readonly<{ id: string } & ({ delivered: Delivered } | { message: ProcessMessage })>;

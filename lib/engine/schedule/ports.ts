import type { scheduleOrders, timeOrders } from '../../core/schedule/orders.ts';

/** A run of one time: its command is being sent, or its commands are. */
export type Run = Readonly<{
  time: string;
  began: string;
  /** Commands that left a commit on their target, and how many of these commits are refusals. */
  sent: number;
  refused: number;
  /** For a schedule that goes through a view: the revision whose rows are being read, and the place behind the last page that is done. */
  revision?: number;
  after?: Readonly<Record<string, unknown>>;
  /** All pages are done; only the failed rows are left. */
  isThrough?: true;
  /** Rows whose command failed, by their keys: they are tried again at the end. */
  failed?: readonly string[];
  /** Why the last try of this portion failed; gone as soon as one succeeds. */
  fault?: Readonly<{ at: string; cause: string }>;
}>;

/** An order of an operator, as it is kept with the progress. */
export type KeptOrder = Readonly<{
  order: (typeof scheduleOrders | typeof timeOrders)[number];
  by: string;
  why: string;
  at: string;
  time?: string;
}>;

/**
 * How far a schedule has come. Stored format of 2026-11, in the control table as `schedule/<name>`. Which times took effect is in the targets' own
 * streams: every command's id names its schedule and its time.
 */
export type Progress = Readonly<{
  /** The number of writes: the optimistic lock. */
  writes: number;
  /** The time of the last write. */
  at: string;
  /** Every time up to this one has been run, or left out as declared. */
  through: string;
  /** The times that `through` counts in. */
  cron: string;
  timezone: string;
  /** Since when another declaration has been deployed: times of the earlier one up to here are still to be run. */
  changedAt?: string;
  running?: Run;
  last?: Pick<Run, 'time' | 'began' | 'sent' | 'refused'> & Readonly<{ ended: string }>;
  /** Times that were left out, as declared or as ordered, and the latest of them. */
  skipped?: Readonly<{ times: number; last: string }>;
  /** A time that an operator wants run, or run again for those whom it did not reach. */
  asked?: Readonly<{ time: string; by: string; why: string }>;
  paused?: Readonly<{ by: string; why: string; at: string }>;
  /** Times after `through` that an operator wants left out. */
  leaveOut?: readonly string[];
  /** The last orders of operators, the newest first. */
  orders?: readonly KeptOrder[];
}>;

/** The progress of schedules, by name. */
export interface Progresses {
  load(name: string): Promise<Progress | undefined>;
  /** Saves it, if the one there still has the number of writes that was loaded (undefined: none). Answers whether it did. */
  save(name: string, progress: Progress, loadedWrites: number | undefined): Promise<boolean>;
}

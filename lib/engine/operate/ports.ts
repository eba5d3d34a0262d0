import type { Commit } from '../../core/commit.ts';
import type { ScanPlace } from '../ports.ts';

/** Takes what a commit holds out of the table, and leaves a blank in its place. Only a purge may. */
export interface Blanking {
  blank(left: Commit): Promise<void>;
}

/** Removes the snapshots of a purged stream. */
export interface ClosingSnapshots {
  /** Removes them under every code, and keeps away any of an earlier commit that comes later, under those codes and the given ones. */
  close(stream: string, codes: readonly string[], commit: number): Promise<void>;
}

/** The position of the sweep. Stored format of 2026-11. */
export type SweepPlace = Readonly<{
  /** The number of the run that wrote it. */
  run: number;
  pass: number;
  segment: number;
  segments: number;
  after?: ScanPlace;
  /** When this pass over the whole table began. */
  startedAt: string;
  /** The table and the subscriptions that it is for. */
  targets: string;
  /** By consumer, the time of the oldest commit that this pass did not find there, or did not look for. */
  leaving?: Readonly<Record<string, string>>;
  /** The same of the last pass: from these times on each consumer's commits are checked, beside those younger than `checkedBefore`. */
  left?: Readonly<Record<string, string>>;
  /** Earlier commits were found at all consumers by an earlier pass for the same subscriptions. */
  checkedBefore?: string;
}>;

/** Keeps the sweep's place. */
export interface SweepPlaces {
  load(): Promise<SweepPlace | undefined>;
  /** Saves a place if the one there is still of the run that was loaded (undefined: none). Answers whether it did. */
  save(place: SweepPlace, loadedRun: number | undefined): Promise<boolean>;
}

/** A stream that is parked in a view. */
export type Parked = Readonly<{ stream: string; commit: number; reason: string; since: string }>;

/** Finds the parked streams in a revision's table, after a short delay at most. */
export interface ParkedList {
  parked(limit: number): Promise<Readonly<{ items: readonly Parked[]; more: boolean }>>;
}

/** How far retention has come. Stored format of 2026-11. */
export type RetentionPlace = Readonly<{
  /** The retentions that it is for, as JSON, and the revision of the register. */
  declared: string;
  revision: number;
  /** The day of the pass. */
  day: string;
  /** When the last pass from the beginning began. */
  wholeSince: string;
  /** By category, the place in the list of ended streams up to which the pass has come. */
  seen: Readonly<Record<string, string>>;
  /** The pass has come to those that are not due yet. */
  done: boolean;
  /** Subjects of this pass that could not be dealt with: the next one begins from the beginning. */
  failed: number;
}>;

/** Keeps the place of retention. A place that is older than the newest does no harm: what is erased is not erased again. */
export interface RetentionPlaces {
  load(): Promise<RetentionPlace | undefined>;
  save(place: RetentionPlace): Promise<void>;
}

import type { ScanPlace } from '../ports.ts';

/** How far the sweep has come. Stored format of 2026-11. */
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
  /** By consumer, the time of the oldest commit that this pass found not to have arrived there, or did not look for. */
  leaving?: Readonly<Record<string, string>>;
  /** The same of the last pass: what each consumer is looked at for, beyond what is younger than `checkedBefore`. */
  left?: Readonly<Record<string, string>>;
  /** What is older was found everywhere by an earlier pass for the same subscriptions. */
  checkedBefore?: string;
}>;

/** Keeps the sweep's place. */
export interface SweepPlaces {
  load(): Promise<SweepPlace | undefined>;
  /** Saves a place if the one there is still of the run that was loaded (undefined: none). Answers whether it did. */
  save(place: SweepPlace, loadedRun: number | undefined): Promise<boolean>;
}

/** A stream that stands still in a projection. */
export type Parked = Readonly<{ stream: string; commit: number; reason: string; since: string }>;

/** Finds what is parked in a revision's table, a while after it was at the latest. */
export interface ParkedList {
  parked(limit: number): Promise<Readonly<{ items: readonly Parked[]; more: boolean }>>;
}

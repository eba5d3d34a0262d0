/** The active revision of a view, which answers queries. Stored format of 2026-11, in the control table as `view/<projection>`. */
export type Active = Readonly<{
  projection: string;
  revision: number;
  /** The one before, to which a roll back leads. */
  previous?: number;
  since: string;
  by: string;
  why: string;
}>;

/** A switch within a larger write: the revision that will answer, and the one that must have answered until then. */
export type Switch = Readonly<{ next: Active; from: number | undefined }>;

export interface Actives {
  load(projection: string): Promise<Active | undefined>;
  /** Switches, on the condition that the revision there is still the one that was read (undefined: none). Answers whether it did. */
  switch(next: Active, from: number | undefined): Promise<boolean>;
}

/**
 * The phase of a revision: while it is *building*, it applies only commits that follow directly, and notes other streams; once it is
 * *live*, it fills gaps. Stored format of 2026-11, in the control table as `phase/<projection>.r<revision>`; without one it is building.
 */
export type Phase = Readonly<{
  phase: 'building' | 'live';
  since: string;
  /** Hash of the view's code that began to build it. */
  code?: string;
}>;

export interface Phases {
  load(projection: string, revision: number): Promise<Phase | undefined>;
  save(projection: string, revision: number, phase: Phase): Promise<void>;
}

/** A stream whose commits did not follow on each other while its revision was being built: in the revision's own table, in a few partitions. */
export type Dirty = Readonly<{ stream: string; commit: number }>;

export const dirtyShards = 16;

export interface DirtyNotes {
  note(dirty: Dirty): Promise<void>;
  list(
    shard: number,
    options: Readonly<{ limit: number; after?: string }>,
  ): Promise<Readonly<{ notes: readonly Dirty[]; next?: string }>>;
  /** Takes a note away, unless a newer commit was noted meanwhile. */
  clear(dirty: Dirty): Promise<void>;
}

import { nowOf } from '../instant.ts';
import type { Clock } from '../ports.ts';
import type { Switch } from '../view/ports.ts';

export type RebuildSettings = Readonly<{
  segments: number;
  concurrency: number;
  /** Read units a second of all workers together; the table's other readers keep the rest. */
  unitsPerSecond: number;
  /** One of so many streams is refolded and compared when verifying: 1 for all. */
  compareOneOf: number;
}>;

/** In the order in which they come; an audit begins at `verifying`. The last ones are final. */
export const runningStates = ['filling', 'draining', 'verifying', 'repairing'] as const;

const finalStates = ['switched', 'replayed', 'audited', 'failed', 'cancelled'] as const;

export type RebuildState = (typeof runningStates)[number] | (typeof finalStates)[number];

/** True if it has ended. */
export const isOver = ({ state }: Readonly<{ state: RebuildState }>): boolean => finalStates.some((final) => final === state);

/** The instants of a rebuild that comes to its end now. */
export const endedNow = (clock: Pick<Clock, 'now'>) => {
  const now = nowOf(clock);
  return { since: now, endedAt: now };
};

/**
 * A difference that verifying or an audit found: in a stream, or in a shared row whose total is not the sum of its contributions. Fields
 * are named without their values, which may be personal data.
 */
export type Difference = Readonly<{
  stream?: string;
  /** Of shared rows: the row in which it was found. */
  row?: string;
  what: 'behind' | 'parked' | 'differs' | 'share-differs' | 'total-differs' | 'stray';
  detail: string;
}>;

/** One rebuild, running or over. Stored format of 2026-11, in the control table as `rebuild/<id>`. */
export type Rebuild = Readonly<{
  id: string;
  projection: string;
  revision: number;
  /** The revision that answered when it began. */
  from?: number;
  /** `rebuild` switches at its end; `replay` refolds streams in place, and switches nothing; `audit` only compares. */
  kind: 'rebuild' | 'replay' | 'audit';
  /** Of a replay: only this category. */
  category?: string;
  /** Of an audit: true if streams that differ are refolded. */
  repair?: boolean;
  state: RebuildState;
  /** When its state began. */
  since: string;
  by: string;
  why: string;
  startedAt: string;
  endedAt?: string;
  settings: RebuildSettings;
  /** Of few commits: all streams are brought to their heads after it went live, so that it need not wait for notes. */
  small?: true;
  /** About how many commits there were when it began. */
  aboutCommits: number;
  /** The reason of a failure; and the differences that verifying found: the first of them, and their number. */
  reason?: string;
  differences?: readonly Difference[];
  found?: number;
  /** Of an audit that repairs: the number of streams and rows whose repair was requested. */
  ordered?: number;
}>;

/**
 * A switch back, or forward again: it ends at once, without an execution. Stored format of 2026-11, in the control table as `rebuild/<id>`
 * beside the rebuilds, whose fields of the same meaning it has.
 */
export type RollBack = Pick<Rebuild, 'id' | 'projection' | 'revision' | 'since' | 'by' | 'why' | 'startedAt'> &
  Readonly<{
    kind: 'roll-back';
    /** The revision that answered until then: the next roll back leads to it. */
    from: number;
    state: 'switched';
    endedAt: string;
  }>;

/** An entry in the history of rebuilds. */
export type RebuildRecord = Rebuild | RollBack;

export const parts = ['fill', 'drain', 'catch-up', 'verify', 'rows', 'recheck'] as const;

/**
 * The tasks of workers: `catch-up` brings every stream to its head, `drain` only those that were noted; `rows` checks a view's own items,
 * `verify` the commits; `recheck` checks again where a repair was requested.
 */
export type Part = (typeof parts)[number];

/** The task of one worker of a rebuild: a segment, or a shard of dirty notes. */
export type Work = Readonly<{ task: Part; rebuild: string; number: number; of: number }>;

/** The progress of one worker in one segment (or shard of dirty notes). Stored format of 2026-11, in control as `rebuild/<id>/<part>/<number>`. */
export type PartProgress = Readonly<{
  part: Part;
  number: number;
  /** The position to continue from; absent at the beginning and at the end. */
  after?: Readonly<Record<string, unknown>>;
  done: boolean;
  commits: number;
  streams: number;
  dirty: number;
  readUnits: number;
  writeUnits: number;
  differences: readonly Difference[];
  found: number;
  /** When it may go on, by its share of the units a second. */
  notBefore?: string;
  /** The time from its last page to `notBefore` (milliseconds): another function's clock may have been ahead. */
  pause?: number;
}>;

export interface Rebuilds {
  /** Begins one, if none of the same view is running. Answers the running one's id otherwise. */
  begin(rebuild: Rebuild): Promise<string | undefined>;
  /** One that has an execution: no roll back. */
  load(id: string): Promise<Rebuild | undefined>;
  /**
   * Records a roll back and switches its view, both or neither, even if a rebuild is running; a repeat changes nothing. Answers whether it
   * took effect.
   */
  rollBack(record: RollBack): Promise<boolean>;
  /** Loads the entry of the history with this id. */
  recorded(id: string): Promise<RebuildRecord | undefined>;
  /** Changes its state if it is still in one of these. Answers whether it did. A final state releases the view's lock. */
  move(
    id: string,
    from: readonly RebuildState[],
    to: Pick<Rebuild, 'state'> & Partial<Rebuild>,
    /** Only into a final state: both or neither, so that a rebuild that has switched cannot be cancelled. */
    also?: Switch,
  ): Promise<boolean>;
  /** The newest first, of one view or of all. */
  list(projection?: string): Promise<readonly RebuildRecord[]>;
  savePart(id: string, progress: PartProgress): Promise<void>;
  loadPart(id: string, part: PartProgress['part'], number: number): Promise<PartProgress | undefined>;
  /** All parts that have begun, of so many each. */
  parts(id: string, of: Readonly<Partial<Record<Part, number>>>): Promise<readonly PartProgress[]>;
}

/** The state machine's executions; an execution's name is its rebuild's id. */
export interface Executions {
  start(id: string): Promise<void>;
  /** Stops one if it runs. */
  stop(id: string): Promise<void>;
  /** Undefined for one that was never started. */
  status(id: string): Promise<'running' | 'succeeded' | 'failed' | undefined>;
}

export type Units = Readonly<{ read: number; write: number }>;

/** The units that the ports beside the scanner consumed since the last call. */
export interface Meter {
  taken(): Units;
}

/** Any items of a view's table, a segment at a time, in no order: heads, rows, and parts of shared rows (by their rows' keys). */
export interface ViewScanner {
  scan(
    segment: Readonly<{ segment: number; of: number }>,
    options: Readonly<{ after?: Readonly<Record<string, unknown>>; limit?: number }>,
  ): Promise<Readonly<{ items: readonly ScannedItem[]; next?: Readonly<Record<string, unknown>>; units: number }>>;
}

/** The facts about an item that a scan of a view's table returns: enough to know what to check. */
export type ScannedItem = Readonly<
  { kind: 'head' | 'row'; stream: string; key: string; sort: string } | { kind: 'part'; row: string; shard: number }
>;

import type { Commit } from '../../../core/commit.ts';
import type { Recorded } from '../../../core/message.ts';
import type { AnyProjection } from '../../../core/projection.ts';
import type { RowChange, ViewItem } from '../../../engine/ports.ts';
import type { MemoryView } from '../../memory/view.ts';
import type { Dice } from '../dice.ts';

/** The rows of one stream, by their sort keys, and its memory. */
export type Folding = Readonly<{ rows: Map<string, unknown>; memory: unknown }>;

/** A stream that is in its place in a view without anything begun or parked. */
export type WholeStream = Readonly<{ view: MemoryView; head: ViewItem; dice: Dice }>;

/** A head as it is, and as it is to be, with the memory of an earlier one. */
export type Aging = Readonly<{ now: ViewItem; then: ViewItem; earlier: ViewItem }>;

export type On = (before: never, event: never) => unknown;

/** Everything in which one kind of view differs from the others when it is simulated. */
export interface SimulatedKind<P extends AnyProjection> {
  initial(projection: P): unknown;
  /** Folds an event into the rows, and answers the memory: from the design's words alone, and not with the engine's code. */
  step(projection: P, folding: Folding, event: Recorded): unknown;
  /** The rows that readers are shown of what is at a sort key. */
  rowsIn(folded: unknown): readonly unknown[];
  /** The faults of what is in no row of one stream alone: of rows to which several contribute, by the memories of all streams; of entries in lists. */
  totalsFault(projection: P, memories: ReadonlyMap<string, unknown>, view: MemoryView): Promise<string | undefined>;
  /** The head of a stream as its items tell it, with how far it is. */
  headIn(items: readonly ViewItem[]): ViewItem | undefined;
  /** True if a reader finds the rows of a stream under its key. */
  isReadByStream: boolean;
  /** True if a reader may go through a list of all rows without naming it. */
  isListed: boolean;
  /** The same view, with a mark in each of its rows. */
  marked(projection: P, mark: string): AnyProjection;
  /** True if a mark is in what readers are shown. */
  showsMark(projection: P): boolean;
  /** Changes something of a stream behind the engine's back. Answers whether there was anything to change. */
  spoil(projection: P, stream: WholeStream): Promise<boolean>;
  /** The changes of shared rows; undefined where one transaction does not take them, or a highest value would fall. */
  changes(projection: P, aging: Aging): readonly RowChange[] | undefined;
}

/** The commits of each stream. */
export type Streams = ReadonlyMap<string, readonly Commit[]>;

export const headStored = (items: readonly ViewItem[]): ViewItem | undefined => items.find(({ sort }) => sort === 'head');

/** The members of a kind whose rows are each made by one stream. */
export const ofOneStream = {
  rowsIn: (folded: unknown): readonly unknown[] => (folded === undefined ? [] : [folded]),
  totalsFault: async () => undefined,
  headIn: headStored,
  isReadByStream: true,
  showsMark: () => true,
  changes: () => [],
};

export const isWhole = ({ begun, parked }: ViewItem): boolean => !begun && !parked;

/** A field that no code makes. */
const spoilt = 'spoilt';
export const spoiltValue = <T>(value: T): T => ({ ...(value as object), [spoilt]: true }) as T;

/** A view whose handlers are each replaced by one that changes the result of the first. */
export const handledBy = (projection: AnyProjection, change: (made: never) => unknown): AnyProjection => {
  const wrapped =
    (on: On): On =>
    (before, event) =>
      change(on(before, event) as never);
  const on = Object.entries(projection.on).map(([type, handler]) => [type, handler && wrapped(handler as On)]);
  return { ...projection, on: Object.fromEntries(on) } as AnyProjection;
};

import { later, type Span } from '../instant.ts';
import type { Message, Recorded } from '../message.ts';
import type { Kept, PatternMemory } from './formats.ts';

/** Any pattern's map from event types to values.
 * @example const values: AnyValues = { MoneyWithdrawn: ({ data }: Recorded<Withdrawn>) => data.amount };
 */
export type AnyValues = Readonly<Record<string, ((event: never) => number | undefined) | undefined>>;

/** An event that comes to a watch, beside the newest that it has seen.
 * @example const arrival: Arrival = { event, newest: event.at, late: false };
 */
export type Arrival = Readonly<{
  event: Recorded;
  newest: string;
  /** Older than the newest by more than the declared lateness. */
  late: boolean;
}>;

/**
 * The result of a pattern: its new memory, and the data of the events to raise.
 * @example const taken: Taken = { kept: { events: [] }, raised: [] };
 */
export type Taken = Readonly<{ kept: PatternMemory; raised: readonly object[] }>;

/** A pattern made ready to run.
 * @example const mechanism: Mechanism = windowMechanism(pattern, 0, 100);
 */
export type Mechanism = Readonly<{
  types: readonly string[];
  /** The values of events for it, which say alone whether one counts. */
  of: readonly AnyValues[];
  /** Undefined: the event does not count for it. */
  take: (kept: PatternMemory, arrival: Arrival) => Taken | undefined;
  /** The time until which it waits for an event, and the event to raise if none came by then. */
  waitsUntil?: (kept: PatternMemory) => string | undefined;
  due?: (kept: PatternMemory, at: string) => Taken;
  /** Without what is too old to be part of anything that is still to come, also where its own events stay away. */
  thinned?: (kept: PatternMemory, newest: string) => PatternMemory;
  /** The most that it ever adds to a commit. */
  bytes: number;
  faults: readonly string[];
}>;

/** An instant in milliseconds.
 * @example time('1970-01-01T00:00:01.000Z'); // 1000
 */
export const time = (at: string): number => Date.parse(at);

/** The later of two instants, of which the first may be none yet.
 * @example newer('', '2026-11-21T12:00:00.000Z'); // '2026-11-21T12:00:00.000Z'
 */
export const newer = (known: string, at: string): string => (time(known) > time(at) ? known : at);

const epoch = '1970-01-01T00:00:00.000Z';
/** A span in milliseconds.
 * @example length({ minutes: 1 }); // 60000
 */
export const length = (span: Span): number => time(later(epoch, span));

/**
 * The most bytes of an event's id in an item.
 * @example const bytes = most * idBytes;
 */
export const idBytes = 190;

/**
 * The most bytes of a stored event in an item.
 * @example const bytes = most * keptBytes;
 */
export const keptBytes = 230;

/**
 * The value of an event for a pattern; undefined: it does not count. Integers only, since floating-point sums depend on the order.
 * @example countedOf({ MoneyWithdrawn: () => 1 }, event);
 */
export const countedOf = (values: AnyValues, event: Recorded): number | undefined => {
  const value = Object.hasOwn(values, event.type) ? values[event.type]?.(event as never) : undefined;
  if (value !== undefined && !Number.isSafeInteger(value))
    throw new TypeError(
      `The value of ${event.type} (${event.id}) is ${value}: a watch takes safe integers, such as minor units, or undefined where the event does not count.`,
    );
  return value;
};

/**
 * True if an event may count for a pattern, whatever is remembered. One whose value throws does: that is for the reaction to say.
 * @example mayCount(windowMechanism(pattern, 0, 100), event);
 */
export const mayCount = ({ of }: Pick<Mechanism, 'of'>, event: Recorded): boolean => {
  try {
    return of.some((values) => countedOf(values, event) !== undefined);
  } catch {
    return true;
  }
};

const placeOf = (id: string): readonly [stream: string, version: number] => {
  const slash = id.lastIndexOf('/');
  return [id.slice(0, slash), Number(id.slice(slash + 1))];
};

/**
 * True if one event came after another: within one stream by their versions, else by their times.
 * @example isAfter(['a-1/2', at, 1], ['a-1/1', at, 1]); // true
 */
export const isAfter = ([id, at]: Kept, [otherId, otherAt]: Kept): boolean => {
  const [[stream, version], [otherStream, otherVersion]] = [placeOf(id), placeOf(otherId)];
  return stream === otherStream ? version > otherVersion : at >= otherAt;
};

/**
 * A total order, independent of arrival: by time, and at the same time by stream and version.
 * @example const sorted = events.toSorted(inOrder);
 */
export const inOrder = (a: Kept, b: Kept): number => {
  if (a[1] !== b[1]) return a[1] < b[1] ? -1 : 1;
  const [[streamA, versionA], [streamB, versionB]] = [placeOf(a[0]), placeOf(b[0])];
  if (streamA !== streamB) return streamA < streamB ? -1 : 1;
  return versionA - versionB;
};

/**
 * Sorts events, drops those before a time, and keeps at most the newest `most`.
 * @example const kept = remembered([...before, event], time(newest) - 60_000, 100);
 */
export const remembered = (events: readonly Kept[], since: number, most: number): Kept[] =>
  events
    .filter(([, at]) => time(at) >= since)
    .sort(inOrder)
    .slice(-most);

/** A pattern's memory as it is stored: what says nothing is left out, and so is a memory that says nothing.
 * @example storedMemory({ events: [], flagged: [] }); // undefined
 */
export const storedMemory = ({ events, answers = [], flagged = [], settled }: PatternMemory): PatternMemory | undefined => {
  const more = {
    ...(answers.length > 0 && { answers }),
    ...(flagged.length > 0 && { flagged }),
    ...(settled && settled.count > 0 && { settled }),
  };
  return events.length === 0 && Object.keys(more).length === 0 ? undefined : { events, ...more };
};

/** An event as it is kept.
 * @example keptOf(event, 5_000); // ['account-7f3a/3', '2026-11-21T12:00:00.000Z', 5000]
 */
export const keptOf = ({ id, at }: Recorded<Message>, value: number): Kept => [id, at, value];

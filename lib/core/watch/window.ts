import type { Kept, PatternMemory } from './formats.ts';
import {
  type Arrival,
  countedOf,
  idBytes,
  keptBytes,
  keptOf,
  length,
  type Mechanism,
  remembered,
  type Taken,
  time,
} from './mechanism.ts';
import type { CountWithin, SumWithin } from './patterns.ts';

/** Exact for all values: a sum beyond the safe integers is rounded once, instead of throwing. */
const sumOf = (events: readonly Kept[]): bigint => events.reduce((sum, [, , value]) => sum + BigInt(value), 0n);

/**
 * Sliding windows. Each ends at an event and reaches back by the span, both ends in it. A window that fills up is raised unless one
 * was that ends within a span of it, before or after; so no two have an event in common, and there is one in a span at most.
 * @example windowMechanism({ kind: 'count-within', of: values, reaches: 5, within: { minutes: 1 } }, 0, 100).take(kept, arrival);
 */
export const windowMechanism = (pattern: CountWithin<never> | SumWithin<never>, lateness: number, most: number): Mechanism => {
  const span = length(pattern.within);
  const isFull = (events: readonly Kept[]) =>
    pattern.kind === 'count-within' ? events.length >= pattern.reaches : sumOf(events) > BigInt(pattern.exceeds);

  const thinned = ({ events, flagged = [] }: PatternMemory, newest: string): PatternMemory => {
    const since = time(newest) - lateness - span;
    return { events: remembered(events, since, most), flagged: flagged.filter((end) => time(end) >= since) };
  };

  const take = (kept: PatternMemory, { event, newest, late }: Arrival): Taken | undefined => {
    const value = countedOf(pattern.of, event);
    if (value === undefined || late) return undefined;
    // An event must not lower a sum: a raised event cannot be taken back.
    if (value < 0 && pattern.kind === 'sum-within')
      throw new RangeError(`The value of ${event.type} (${event.id}) is ${value}: a sum takes no negative values.`);
    const events = remembered([...kept.events, keptOf(event, value)], time(newest) - lateness - span, most);
    const oldest = time(events[0]?.[1] ?? event.at);
    const flagged = (kept.flagged ?? []).filter((end) => time(end) >= oldest - span);
    const until = (end: number) => events.filter(([, at]) => time(at) <= end && time(at) >= end - span);
    // Windows that the event is in. Windows that were full before have been raised, or are near one that was.
    const end = until(time(event.at) + span)
      .map(([, at]) => at)
      .filter((at) => at >= event.at && !flagged.some((other) => Math.abs(time(other) - time(at)) <= span))
      .find((at) => isFull(until(time(at))));
    if (end === undefined) return { kept: { events, flagged }, raised: [] };
    const window = until(time(end));
    const ids = window.map(([id]) => id);
    const figures = { from: window[0]![1], to: end, count: window.length, sum: Number(sumOf(window)), events: ids };
    return { kept: { events, flagged: [...flagged, end] }, raised: [figures] };
  };

  const limitFaults =
    pattern.kind === 'count-within'
      ? [
          ...(Number.isSafeInteger(pattern.reaches) && pattern.reaches >= 2 ? [] : ['`reaches` must be 2, 3 or more']),
          ...(pattern.reaches > most ? [`it can never count ${pattern.reaches}, since it keeps ${most}: raise \`most\``] : []),
        ]
      : [
          ...(Number.isSafeInteger(pattern.exceeds) && pattern.exceeds >= 0
            ? []
            : ['`exceeds` must be a safe integer, 0 or more']),
        ];
  return {
    types: Object.keys(pattern.of),
    of: [pattern.of],
    take,
    thinned,
    bytes: most * (keptBytes + idBytes + 26) + 300,
    faults: [...limitFaults, ...(span > 0 ? [] : ['`within` must be longer than nothing'])],
  };
};

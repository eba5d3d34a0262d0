import type { Kept, PatternMemory } from './formats.ts';
import { type Arrival, countedOf, idBytes, inOrder, keptBytes, keptOf, type Mechanism, type Taken, time } from './mechanism.ts';
import type { FarFromUsual } from './patterns.ts';

/**
 * The count, the sum and the sum of squares: exact, so that mean and deviation do not depend on the order, as Welford's recurrence does. Rounding
 * happens once, at the end.
 */
type Settled = Readonly<{ count: number; sum: bigint; squares: bigint }>;

const settledOf = ({ settled }: PatternMemory): Settled =>
  settled
    ? { count: settled.count, sum: BigInt(settled.sum), squares: BigInt(settled.squares) }
    : { count: 0, sum: 0n, squares: 0n };

const withValue = ({ count, sum, squares }: Settled, [, , value]: Kept): Settled => ({
  count: count + 1,
  sum: sum + BigInt(value),
  squares: squares + BigInt(value) * BigInt(value),
});

/** Mean and sample deviation, from two values on. */
const usual = ({ count, sum, squares }: Settled) => {
  const n = BigInt(count);
  return {
    count,
    mean: Number(sum) / count,
    deviation: Math.sqrt(Number(n * squares - sum * sum) / Number(n * (n - 1n))),
  };
};

/**
 * A value far outside of the usual. A raised value counts for later statistics like any other.
 * @example usualMechanism({ kind: 'far-from-usual', of: values, deviations: 4, after: 20 }, 0, 100).take(kept, arrival);
 */
export const usualMechanism = (pattern: FarFromUsual<never>, lateness: number, most: number): Mechanism => {
  const { deviations, after, atLeast = 0 } = pattern;

  const judged = ([id, at, value]: Kept, before: Settled) => {
    if (before.count < after) return [];
    const { count, mean, deviation } = usual(before);
    const off = Math.abs(value - mean);
    return off > deviations * deviation && off >= atLeast ? [{ at, value, count, mean, deviation, events: [id] }] : [];
  };

  const take = (kept: PatternMemory, { event, newest, late }: Arrival): Taken | undefined => {
    const value = countedOf(pattern.of, event);
    if (value === undefined || late) return undefined;
    const own = keptOf(event, value);
    const all = [...kept.events, own].sort(inOrder);
    const flagged = kept.flagged ?? [];
    // A late event changes the statistics before all later events, so those are judged again.
    let before = settledOf(kept);
    const raised = all.flatMap((each) => {
      const figures = inOrder(each, own) < 0 || flagged.includes(each[0]) ? [] : judged(each, before);
      before = withValue(before, each);
      return figures;
    });
    // Without a lateness nothing comes before it any more.
    const events = lateness > 0 ? all.filter(([, at]) => time(at) >= time(newest) - lateness).slice(-most) : [];
    const settled = all.slice(0, all.length - events.length).reduce(withValue, settledOf(kept));
    const ids = new Set(events.map(([id]) => id));
    return {
      kept: {
        events,
        flagged: [...flagged, ...raised.flatMap(({ events }) => events)].filter((id) => ids.has(id)),
        settled: { count: settled.count, sum: String(settled.sum), squares: String(settled.squares) },
      },
      raised,
    };
  };

  return {
    types: Object.keys(pattern.of),
    of: [pattern.of],
    take,
    bytes: most * (keptBytes + 2 * idBytes + 160) + 300,
    faults: [
      ...(Number.isFinite(deviations) && deviations > 0 ? [] : ['`deviations` must be above 0']),
      ...(Number.isSafeInteger(after) && after >= 2 ? [] : ['`after` must be 2, 3 or more: a deviation takes two values']),
      ...(Number.isFinite(atLeast) && atLeast >= 0 ? [] : ['`atLeast` must be 0 or more']),
    ],
  };
};

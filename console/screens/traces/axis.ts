/** A stretch of time in which nothing happened, drawn shorter than it was. */
type Gap = Readonly<{ from: number; to: number }>;

export type Axis = Readonly<{
  /** Where a time is, from 0 to 1. */
  at: (milliseconds: number) => number;
  gaps: readonly Gap[];
  /** Round times; behind a folded gap they are counted from its end. */
  ticks: readonly Readonly<{ time: number; after?: number }>[];
}>;

/** A gap this many times as long as all else together is folded: beside it the rest would be a dot. */
const foldedFrom = 3;
/** The part of the axis that a folded gap takes. */
const foldedTakes = 0.06;
const mostTicks = 6;
/** Words of two ticks need so much of the axis between them. */
const narrowest = 0.1;

const gapsIn = (times: readonly number[]): readonly Gap[] => {
  const sorted = [...new Set(times)].sort((a, b) => a - b);
  return sorted.slice(1).map((to, i) => ({ from: sorted[i]!, to }));
};
const lengthOf = ({ from, to }: Gap) => to - from;
const sum = (gaps: readonly Gap[]) => gaps.reduce((all, gap) => all + lengthOf(gap), 0);

/** The gaps to be folded, the longest first: each is far longer than all that is left. */
const foldedOf = (gaps: readonly Gap[]): readonly Gap[] => {
  const longestFirst = gaps.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  let left = sum(gaps);
  const folded: Gap[] = [];
  for (const gap of longestFirst) {
    const rest = left - lengthOf(gap);
    if (rest === 0 || lengthOf(gap) < foldedFrom * rest) break;
    folded.push(gap);
    left = rest;
  }
  return folded.sort((a, b) => a.from - b.from);
};

const steps = [1, 2, 5];

/** Round times, at most so many, over a length. */
const stepOf = (length: number): number => {
  let size = 10 ** Math.floor(Math.log10(length / mostTicks));
  for (;;) {
    const fits = steps.find((step) => length / (step * size) <= mostTicks);
    if (fits !== undefined) return fits * size;
    size *= 10;
  }
};

/** An axis over the times at which something happened (milliseconds since the first): to scale, but for long stretches of nothing. */
export const axisOf = (times: readonly number[]): Axis => {
  const [first, last] = [Math.min(...times, 0), Math.max(...times, 0)];
  const folded = foldedOf(gapsIn([first, ...times]));
  const left = last - first - sum(folded);
  const whole = 1 - folded.length * foldedTakes;
  const at = (milliseconds: number): number => {
    const time = Math.min(last, Math.max(first, milliseconds));
    let [length, share] = [time - first, 0];
    for (const gap of folded) {
      if (time <= gap.from) break;
      const within = Math.min(time, gap.to) - gap.from;
      length -= within;
      share += (within / lengthOf(gap)) * foldedTakes;
    }
    return share + (left === 0 ? 0 : (length / left) * whole);
  };
  if (left === 0) return { at, gaps: folded, ticks: [{ time: first }] };
  const step = stepOf(left);
  const stretches = [first, ...folded.map(({ to }) => to)].map((from, i) => ({
    from,
    to: folded[i]?.from ?? last,
    isFirst: i === 0,
  }));
  const ticks: { time: number; after?: number }[] = [];
  let place = Number.NEGATIVE_INFINITY;
  for (const { from, to, isFirst } of stretches)
    for (let time = isFirst ? Math.ceil(from / step) * step : from; time <= to; time += step) {
      if (at(time) - place < narrowest) continue;
      place = at(time);
      ticks.push(isFirst || time === from ? { time } : { time, after: time - from });
    }
  return { at, gaps: folded, ticks };
};

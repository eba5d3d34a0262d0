import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Latencies in milliseconds. */
export type Latency = Readonly<{ count: number; p50: number; p90: number; p99: number; p999: number; max: number }>;

/** What became of a request. */
export type Ended = Readonly<{
  command: string;
  /** Milliseconds from the beginning of the run until it was due. */
  due: number;
  /** Milliseconds by which this machine sent it late. */
  late: number;
  /** Milliseconds from the moment when it was due until its last answer. */
  took: number;
  /** Its last answer, such as `201`, `422 insufficient-funds` or `no answer`. */
  status: string;
  /** `open` if the run ended before an answer: it counts for the latency, with the time so far. */
  kind: 'done' | 'refused' | 'error' | 'open';
  /** The attempts after the first. */
  retries: number;
}>;

/** An hour in microseconds: no client waits for longer. */
const longest = 3_600_000_000;
/** A request that is sent later than this was held up by this machine, not by its timers. */
export const sentLate = 50;

/** A histogram of log-linear buckets (HDR), of microseconds: each figure is right to three digits. Two are merged by `add`. */
const histogram = (): RecordableHistogram => createHistogram({ lowest: 1, highest: longest, figures: 3 });

const latencyOf = (of: RecordableHistogram): Latency => {
  const at = (percent: number) => (of.count === 0 ? 0 : of.percentile(percent) / 1_000);
  return { count: of.count, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: of.count === 0 ? 0 : of.max / 1_000 };
};

const record = (into: RecordableHistogram, milliseconds: number) =>
  into.record(Math.min(longest, Math.max(1, Math.round(milliseconds * 1_000))));

const kept = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
};

type Kept = Readonly<{ latency: RecordableHistogram; statuses: Map<string, number> }>;

/** The figures of a part of the requests. */
export type Part = Readonly<{ latency: Latency; statuses: Readonly<Record<string, number>> }>;

/** The figures of the requests that were due in an interval that begins at this second. */
export type Interval = Readonly<{ second: number; latency: Latency }>;

export type Figures = Part &
  Readonly<{
    refused: number;
    errors: number;
    retries: number;
    late: Readonly<{ count: number; most: number }>;
    commands: readonly (Part & Readonly<{ command: string }>)[];
    intervals: readonly Interval[];
    visible: readonly Readonly<{ view: string; latency: Latency; failed: number }>[];
  }>;

/** Collects what became of requests. The requests of a run of some seconds are also told by intervals, of which there are at most 120. */
export const figures = (seconds: number) => {
  const width = Math.max(1, Math.ceil(seconds / 120));
  const commands = new Map<string, Kept>();
  const intervals = new Map<number, RecordableHistogram>();
  const views = new Map<string, { latency: RecordableHistogram; failed: number }>();
  let done = 0;
  const counts = { refused: 0, errors: 0, retries: 0, late: 0, most: 0 };
  const viewOf = (view: string) => kept(views, view, () => ({ latency: histogram(), failed: 0 }));

  const parts = (): Figures => {
    const all = histogram();
    for (const { latency } of commands.values()) all.add(latency);
    const sums = new Map<string, number>();
    for (const { statuses } of commands.values())
      for (const [status, count] of statuses) sums.set(status, (sums.get(status) ?? 0) + count);
    const { late, most, ...rest } = counts;
    return {
      latency: latencyOf(all),
      statuses: Object.fromEntries([...sums].sort()),
      ...rest,
      late: { count: late, most },
      commands: [...commands]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([command, { latency, statuses }]) => ({
          command,
          latency: latencyOf(latency),
          statuses: Object.fromEntries([...statuses].sort()),
        })),
      intervals: [...intervals].sort(([a], [b]) => a - b).map(([second, latency]) => ({ second, latency: latencyOf(latency) })),
      visible: [...views].map(([view, { latency, failed }]) => ({ view, latency: latencyOf(latency), failed })),
    };
  };
  return {
    ended: ({ command, due, late, took, status, kind, retries }: Ended): void => {
      const { latency, statuses } = kept(commands, command, () => ({ latency: histogram(), statuses: new Map() }));
      record(latency, took);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const second = Math.floor(due / 1_000 / width) * width;
      record(kept(intervals, second, histogram), took);
      counts.retries += retries;
      if (kind === 'done') done += 1;
      if (kind === 'refused') counts.refused += 1;
      if (kind === 'error') counts.errors += 1;
      if (late > sentLate) counts.late += 1;
      counts.most = Math.max(counts.most, late);
    },
    /** A view shows a command so many milliseconds after the command was answered; undefined where it did not. */
    visible: (view: string, milliseconds: number | undefined): void => {
      const of = viewOf(view);
      if (milliseconds === undefined) of.failed += 1;
      else record(of.latency, milliseconds);
    },
    isWithoutSuccess: (): boolean => done === 0,
    /** The figures so far. */
    taken: parts,
  };
};

export type Collecting = ReturnType<typeof figures>;

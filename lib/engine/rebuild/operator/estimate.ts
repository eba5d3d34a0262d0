import type { Commit } from '../../../core/commit.ts';
import type { AnyProjection } from '../../../core/projection.ts';
import { nowOf } from '../../instant.ts';
import { pages } from '../../pages.ts';
import type { Clock, Page, Scanner, Store, View, ViewReader } from '../../ports.ts';
import { itemSize, readUnits, sum } from '../../store/size.ts';
import type { Part, PartProgress, Rebuild, RebuildSettings, RebuildState, Rebuilds } from '../ports.ts';
import { defaultWorkSettings, rebuildSettings } from '../settings.ts';
import type { Working } from '../slice.ts';
import { looksAtRows } from '../steps.ts';
import { work } from '../worker.ts';
import { countedView } from './estimate-table.ts';

/** What it is estimated from. Nothing is written. */
export type Estimating = Readonly<{
  projection: AnyProjection;
  scanner: Scanner;
  clock: Clock;
  /** At least 0, less than 1. */
  random(): number;
  aboutCommits(): Promise<number>;
}>;

export type Estimate = Readonly<{
  projection: string;
  revision: number;
  commits: number;
  streams: number;
  readUnits: number;
  writeUnits: number;
  /** In US dollars, at list prices on demand. */
  price: number;
  seconds: number;
  /** What it was estimated from: so many commits of the store's own, in so many segments out of how many. */
  sample: Readonly<{ commits: number; segments: number; of: number }>;
  settings: RebuildSettings;
}>;

/** List prices of 2026-11 in us-east-1, in US dollars: units on demand, a second of a function with 1 GB, a transition of a state machine. */
const prices = { readUnit: 0.125e-6, writeUnit: 0.625e-6, functionSecond: 16.7e-6, transition: 25e-6 };
/** So many transitions for each part of the work, and for the steps in between. */
const transitions = { part: 4, steps: 20 };
/** What one worker writes in a second, beside reading; and what the steps of the state machine and the wait for the last functions take. */
const [writesPerSecond, stepSeconds] = [1_000, 60];

const sampleCommits = 20_000;
const commitsPerSegment = 400;
const mostSegments = 1_000_000;

type Sample = Readonly<{ commits: readonly Commit[]; segments: number; of: number }>;

/** A segment, or nothing if it holds more than it should: then there are more commits than was said. */
const segmentOf = async (
  { scanner }: Estimating,
  segment: number,
  of: number,
  most: number,
): Promise<readonly Commit[] | undefined> => {
  const commits: Commit[] = [];
  for await (const page of pages((asked) => scanner.scan({ segment, of }, asked), { limit: defaultWorkSettings.pageCommits })) {
    commits.push(...page.commits);
    if (commits.length > most) return undefined;
  }
  return commits;
};

/** Different segments, each as likely as any other. */
const sampleOf = async (estimating: Estimating): Promise<Sample> => {
  const about = await estimating.aboutCommits();
  let of = about <= sampleCommits ? 1 : Math.ceil(about / commitsPerSegment);
  for (;;) {
    const most = of === 1 ? sampleCommits * 2 : commitsPerSegment * 50;
    const commits: Commit[] = [];
    const looked = new Set<number>();
    let fits = true;
    while (fits && looked.size < of && commits.length < sampleCommits) {
      const segment = Math.floor(estimating.random() * of);
      if (looked.has(segment)) continue;
      looked.add(segment);
      const found = await segmentOf(estimating, segment, of, most);
      if (found) commits.push(...found);
      else fits = false;
    }
    if (fits || of === mostSegments) return { commits, segments: looked.size, of };
    of = Math.min(mostSegments, of * 64);
  }
};

/** The sample as a store, with what reading it would cost. */
const sampleStore = (commits: readonly Commit[]) => {
  const streams = Map.groupBy(
    commits.toSorted((a, b) => a.commit - b.commit),
    ({ stream }) => stream,
  );
  let units = 0;
  const read = (found: readonly Commit[]) => {
    units += readUnits(sum(found.map(itemSize)));
  };
  const store: Pick<Store, 'read' | 'find'> = {
    read: async (stream, { from, to = Number.POSITIVE_INFINITY }): Promise<Page> => {
      const found = (streams.get(stream) ?? []).filter(({ commit }) => commit >= from && commit <= to);
      read(found);
      return { commits: found };
    },
    find: async (stream, commit) => {
      const found = streams.get(stream)?.find((each) => each.commit === commit);
      read(found ? [found] : []);
      return found;
    },
  };
  const scanner: Scanner = {
    scan: async (_, { after, limit = defaultWorkSettings.pageCommits }) => {
      const from = after ? after.commit : 0;
      const page = commits.slice(from, from + limit);
      const bytes = page.reduce((sum, commit) => sum + itemSize(commit), 0);
      const more = from + limit < commits.length;
      return { commits: page, units: bytes / 8_192, ...(more && { next: { stream: '', commit: from + limit } }) };
    },
  };
  const taken = () => {
    const was = units;
    units = 0;
    return was;
  };
  return { store: store as Store, scanner, taken };
};

/** A record that is in whatever state is asked for, and keeps what its workers come to. */
const pretended = (rebuild: Rebuild) => {
  const parts = new Map<Part, PartProgress>();
  let state: RebuildState = 'filling';
  const rebuilds = {
    load: async () => ({ ...rebuild, state }),
    loadPart: async () => undefined,
    savePart: async (_: string, progress: PartProgress) => void parts.set(progress.part, progress),
  } as unknown as Rebuilds;
  return {
    rebuilds,
    parts,
    become: (next: RebuildState) => {
      state = next;
    },
  };
};

/** Does the fill and the verify of a sample in earnest, on a table that only counts, and answers what all of it would come to. */
export const estimateRebuild = async (estimating: Estimating, asked: Partial<RebuildSettings> = {}): Promise<Estimate> => {
  const { projection, clock } = estimating;
  const settings = rebuildSettings(asked);
  const { commits, segments, of } = await sampleOf(estimating);
  const counted = countedView(projection);
  const sample = sampleStore(commits);
  const unlimited = { ...settings, unitsPerSecond: Number.MAX_VALUE };
  const now = nowOf(clock);
  const [{ name, revision }, kind] = [projection, 'rebuild'] as const;
  const about = {
    id: '',
    projection: name,
    revision,
    kind,
    since: now,
    by: '',
    why: '',
    startedAt: now,
    aboutCommits: commits.length,
  };
  const { rebuilds, parts, become } = pretended({ ...about, state: 'filling', settings: unlimited });
  const working: Working = {
    projection,
    store: sample.store,
    view: counted.view as View & ViewReader,
    // The sample stands still, and so does the time in which it is looked at.
    clock: { now: () => 0, wait: async () => {} },
    log: { info: () => {}, warn: () => {}, error: () => {} },
    scanner: sample.scanner,
    viewScanner: counted.scanner,
    dirty: { note: async () => {}, list: async () => ({ notes: [] }), clear: async () => {} },
    rebuilds,
    meter: {
      taken: () => {
        const { read, write } = counted.meter.taken();
        return { read: read + sample.taken(), write };
      },
    },
    settings: { ...defaultWorkSettings, behindMilliseconds: 0 },
  };
  const order = { rebuild: '', number: 0, of: 1 };
  await work(working, { ...order, task: 'fill' });
  become('verifying');
  await work(working, { ...order, task: 'verify' });
  if (looksAtRows({ projection }, { kind, settings })) await work(working, { ...order, task: 'rows' });
  const factor = segments === 0 ? 0 : of / segments;
  const total = (part: Part | undefined, units: 'readUnits' | 'writeUnits') =>
    [...parts.values()].reduce((sum, each) => sum + (part === undefined || each.part === part ? each[units] : 0), 0) * factor;
  const [readUnits, writeUnits] = [total(undefined, 'readUnits'), total(undefined, 'writeUnits')];
  const workers = settings.concurrency;
  const workSeconds = Math.max(readUnits / settings.unitsPerSecond, writeUnits / (workers * writesPerSecond));
  const seconds = stepSeconds + workSeconds;
  const transitionsInAll = transitions.steps + settings.segments * 3 * transitions.part;
  return {
    projection: name,
    revision,
    commits: Math.round(commits.length * factor),
    streams: Math.round((parts.get('fill')?.streams ?? 0) * factor),
    readUnits: Math.ceil(readUnits),
    writeUnits: Math.ceil(writeUnits),
    price:
      Math.ceil(
        (readUnits * prices.readUnit +
          writeUnits * prices.writeUnit +
          workSeconds * workers * prices.functionSecond +
          transitionsInAll * prices.transition) *
          10_000,
      ) / 10_000,
    seconds: Math.ceil(seconds),
    sample: { commits: commits.length, segments, of },
    settings,
  };
};

import type { Commit } from '../../../core/commit.ts';
import type { AnyProjection } from '../../../core/projection.ts';
import { bill } from '../../cost/prices.ts';
import { pages } from '../../pages.ts';

import type { Scanner } from '../../ports.ts';
import type { RebuildSettings } from '../ports.ts';

import { defaultWorkSettings, rebuildSettings } from '../settings.ts';
import { looksAtRows } from '../steps.ts';
import { unitsOf } from './estimate-units.ts';

/** The sources of an estimate. Nothing is written. */
export type Estimating = Readonly<{
  projection: AnyProjection;
  scanner: Scanner;
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
  /** In US dollars, at list prices on demand in us-east-1. */
  price: number;
  seconds: number;
  /** The sample: so many commits of the store, in so many segments out of how many. */
  sample: Readonly<{ commits: number; segments: number; of: number }>;
  settings: RebuildSettings;
}>;

/** So many transitions for each part of the work, and for the steps in between. */
const transitions = { part: 4, steps: 20 };
/** The writes of one worker in a second, beside reading; and the seconds of the state machine's steps and of the wait for the last functions. */
const [writesPerSecond, stepSeconds] = [1_000, 60];

const sampleCommits = 20_000;
const commitsPerSegment = 400;
const mostSegments = 1_000_000;

type Sample = Readonly<{ commits: readonly Commit[]; segments: number; of: number }>;

/** A segment, or nothing if it holds more than it should: then there are more commits than expected. */
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

/** Folds a sample, and estimates the whole: by the sizes of the items that are made, and how often each is read and written. */
export const estimateRebuild = async (estimating: Estimating, asked: Partial<RebuildSettings> = {}): Promise<Estimate> => {
  const { projection } = estimating;
  const settings = rebuildSettings(asked);
  const { commits, segments, of } = await sampleOf(estimating);
  const factor = segments === 0 ? 0 : of / segments;
  const looksAtItems = looksAtRows({ projection }, { kind: 'rebuild', settings });
  const units = unitsOf(projection, commits, { compared: 1 / settings.compareOneOf, looksAtItems });
  const [readUnits, writeUnits] = [units.read * factor, units.write * factor];
  const workers = settings.concurrency;
  const workSeconds = Math.max(readUnits / settings.unitsPerSecond, writeUnits / (workers * writesPerSecond));
  const seconds = stepSeconds + workSeconds;
  const transitionsInAll = transitions.steps + settings.segments * 3 * transitions.part;
  return {
    projection: projection.name,
    revision: projection.revision,
    commits: Math.round(commits.length * factor),
    streams: Math.round(units.streams * factor),
    readUnits: Math.ceil(readUnits),
    writeUnits: Math.ceil(writeUnits),
    // A worker's function has one gigabyte.
    price:
      Math.ceil(
        bill({ readUnits, writeUnits, functionGigabyteSeconds: workSeconds * workers, transitions: transitionsInAll }).total *
          10_000,
      ) / 10_000,
    seconds: Math.ceil(seconds),
    sample: { commits: commits.length, segments, of },
    settings,
  };
};

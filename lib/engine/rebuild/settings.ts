import { invalid } from '../problems.ts';
import { dirtyShards } from '../view/ports.ts';
import type { Rebuild, RebuildSettings, Work } from './ports.ts';

/** The limits of a rebuild, by default; each figure's reason is beside it. */
export const defaultRebuildSettings: RebuildSettings = {
  /** Twice as many as work at once: the last ones are over soon after each other. */
  segments: 16,
  concurrency: 8,
  /** A third of what one partition of the table gives, 8 MB a second: live traffic keeps the rest. */
  unitsPerSecond: 1_000,
  compareOneOf: 20,
};

/** The plan holds three pieces of work for each, of about 100 bytes, and a state of an execution at most 256 KB. */
const mostSegments = 500;
const limits: Readonly<Record<keyof RebuildSettings, number>> = {
  segments: mostSegments,
  concurrency: 100,
  unitsPerSecond: 1_000_000,
  compareOneOf: 1_000_000,
};

/** Up to so many commits every stream is looked at twice, rather than that half a minute is waited: that takes a second or two. */
export const smallCommits = 1_000;

/** Settings as they were asked for, and as they are otherwise. */
export const rebuildSettings = (asked: Partial<RebuildSettings> = {}): RebuildSettings => {
  for (const [name, most] of Object.entries(limits)) {
    const value = asked[name as keyof RebuildSettings];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1 && value <= most))
      throw invalid(name, `a whole number from 1 to ${most}`);
  }
  return { ...defaultRebuildSettings, ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) };
};

/** The limits of a worker before it hands over to the next; each figure's reason is beside it. */
export type WorkSettings = Readonly<typeof defaultWorkSettings>;

export const defaultWorkSettings = {
  /** A page is in memory as a whole, with the rows that it makes. */
  pageCommits: 1_000,
  /** Calls on the view's table at the same time: as many as the SDK has connections. */
  callsAtOnce: 50,
  /** Streams folded at the same time; each may hold a page of the store. */
  streamsAtOnce: 25,
  /** A function that may run for five minutes hands on early enough to end a page and its wait. */
  sliceMilliseconds: 120_000,
  /** The time that a stream may be behind before that counts as a difference: far longer than a delivery takes. */
  behindMilliseconds: 20_000,
  /** The time that a requested repair may take. */
  mendMilliseconds: 300_000,
  /** The first of the differences that are listed; all are counted. */
  listedDifferences: 100,
};

/** Which parts a rebuild has, and of how many numbers each. */
export const partsOf = ({
  kind,
  settings: { segments },
  small,
  state,
}: Pick<Rebuild, 'kind' | 'settings' | 'small' | 'state'>): Readonly<Partial<Record<Work['task'], number>>> => ({
  ...(kind !== 'audit' && { fill: segments }),
  ...(kind === 'rebuild' && (small ? { 'catch-up': segments } : { drain: dirtyShards })),
  verify: segments,
  rows: segments,
  ...((state === 'repairing' || state === 'audited') && { recheck: 1 }),
});

import { instant } from '../instant.ts';
import type { Scanner, View, ViewReader } from '../ports.ts';
import type { DirtyNotes } from '../view/ports.ts';
import type { Projecting } from '../view/projecting.ts';
import type { Difference, Meter, PartProgress, Rebuild, RebuildState, Rebuilds, ViewScanner, Work } from './ports.ts';
import { defaultWorkSettings, type WorkSettings } from './settings.ts';

/** The ports and settings of a worker. */
export type Working = Projecting &
  Readonly<{
    view: View & ViewReader;
    scanner: Scanner;
    viewScanner: ViewScanner;
    dirty: DirtyNotes;
    rebuilds: Rebuilds;
    meter: Meter;
    settings?: WorkSettings;
  }>;

/** The result of one page. */
export type Turn = Readonly<{
  /** The start of the next one; absent at the end. */
  next?: Readonly<Record<string, unknown>>;
  commits: number;
  streams: number;
  dirty?: number;
  /** The units of the scan; all others are metered. */
  scanUnits?: number;
  differences?: readonly Difference[];
}>;

export type TakePage = (after: PartProgress['after']) => Promise<Turn>;

/** In which state of its rebuild each kind of work is done. */
const stateOf: Readonly<Record<Work['task'], RebuildState>> = {
  fill: 'filling',
  drain: 'draining',
  'catch-up': 'draining',
  verify: 'verifying',
  rows: 'verifying',
  recheck: 'repairing',
};

const beginning = ({ task, number }: Work): PartProgress => ({
  part: task,
  number,
  done: false,
  commits: 0,
  streams: 0,
  dirty: 0,
  readUnits: 0,
  writeUnits: 0,
  differences: [],
  found: 0,
});

const same = (a: Difference, b: Difference) => a.stream === b.stream && a.row === b.row && a.what === b.what;

const after = (
  progress: PartProgress,
  turn: Turn,
  units: Readonly<{ read: number; write: number }>,
  listed: number,
): PartProgress => {
  const { after: _, notBefore: __, pause: ___, ...before } = progress;
  // A stream may be on several pages, and is wrong once.
  const found = (turn.differences ?? []).filter((each) => !progress.differences.some((known) => same(known, each)));
  return {
    ...before,
    ...(turn.next && { after: turn.next }),
    done: turn.next === undefined,
    commits: progress.commits + turn.commits,
    streams: progress.streams + turn.streams,
    dirty: progress.dirty + (turn.dirty ?? 0),
    readUnits: progress.readUnits + units.read,
    writeUnits: progress.writeUnits + units.write,
    differences: [...progress.differences, ...found].slice(0, listed),
    found: progress.found + found.length,
  };
};

/**
 * One slice of a worker's time: page after page, each with its position saved, so that the next slice continues there. It works as fast as
 * its share of the units allows, and only while its rebuild is in the state that it is for. Answers whether all is done.
 */
export const slice = async (
  working: Working,
  work: Work,
  pageOf: (rebuild: Rebuild) => TakePage,
): Promise<Readonly<{ done: boolean }>> => {
  const { rebuilds, clock, meter, settings = defaultWorkSettings } = working;
  const current = async () => {
    const rebuild = await rebuilds.load(work.rebuild);
    return rebuild?.state === stateOf[work.task] ? rebuild : undefined;
  };
  const began = clock.now();
  const left = () => began + settings.sliceMilliseconds - clock.now();
  const rebuild = await current();
  if (!rebuild) return { done: true };
  let progress = (await rebuilds.loadPart(work.rebuild, work.task, work.number)) ?? beginning(work);
  const unitsPerMillisecond = rebuild.settings.unitsPerSecond / rebuild.settings.concurrency / 1_000;
  const page = pageOf(rebuild);
  meter.taken();
  while (!progress.done) {
    const rest = left();
    if (rest <= 0) return { done: false };
    const { notBefore, pause = 0 } = progress;
    // A function whose clock was ahead may have written a time that is hours away.
    const wait = notBefore === undefined ? 0 : Math.min(Date.parse(notBefore) - clock.now(), pause);
    if (wait > 0) await clock.wait(Math.min(wait, rest));
    if (wait > rest) return { done: false };
    // Looked at before each page: who cancels, or stops the execution behind its back, stops the workers too.
    if (!(await current())) return { done: true };
    const turned = clock.now();
    const turn = await page(progress.after);
    const taken = meter.taken();
    const read = taken.read + (turn.scanUnits ?? 0);
    const pauseAfter = read / unitsPerMillisecond;
    progress = {
      ...after(progress, turn, { read, write: taken.write }, settings.listedDifferences),
      ...(turn.next && { notBefore: instant(turned + pauseAfter), pause: Math.ceil(pauseAfter) }),
    };
    await rebuilds.savePart(work.rebuild, progress);
  }
  return { done: true };
};

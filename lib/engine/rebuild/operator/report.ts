import { notFound } from '../../problems.ts';
import {
  isOver,
  type Part,
  type PartProgress,
  type Rebuild,
  type RebuildRecord,
  type Rebuilds,
  type RollBack,
} from '../ports.ts';
import { reconciled } from '../reconcile.ts';
import { defaultWorkSettings, partsOf } from '../settings.ts';
import type { Ordering } from './requests.ts';

/** A rebuild with how far it is: what `GET /ops/rebuilds/{id}` answers. */
export type RebuildReport = Rebuild &
  Readonly<{
    progress: Readonly<{
      /** Read in the present state (or in all, when it is over), of about how many. */
      commits: number;
      aboutCommits: number;
      streams: number;
      /** Streams that were noted while it was filled, and how many of them are drained. */
      dirty: number;
      drained: number;
      commitsPerSecond: number;
      /** Of the present state; absent if it is unknown. */
      secondsLeft?: number;
      segments: Readonly<{ done: number; of: number }>;
      readUnits: number;
      writeUnits: number;
    }>;
  }>;

const total = (parts: readonly PartProgress[], of: (part: PartProgress) => number) =>
  parts.reduce((sum, part) => sum + of(part), 0);

const shownPart = ({ state, kind }: Rebuild): Part => {
  if (state === 'filling') return 'fill';
  if (state === 'draining') return 'drain';
  if (state === 'verifying' || state === 'repairing' || state === 'audited') return 'verify';
  return kind === 'audit' ? 'verify' : 'fill';
};

const progressNow = (rebuild: Rebuild, parts: readonly PartProgress[], now: number): RebuildReport['progress'] => {
  const over = isOver(rebuild);
  const part = shownPart(rebuild);
  const shown = parts.filter((each) => each.part === part);
  const of = (wanted: Part) => parts.filter((each) => each.part === wanted);
  const commits = total(shown, (each) => each.commits);
  const begun = Date.parse(over ? rebuild.startedAt : rebuild.since);
  const seconds = Math.max(0.001, ((over ? Date.parse(rebuild.endedAt ?? rebuild.since) : now) - begun) / 1_000);
  const rate = commits / seconds;
  const known = !over && rate > 0 && part !== 'drain';
  return {
    commits,
    // An estimate that turns out too low is no reason for 140 %.
    aboutCommits: Math.max(rebuild.aboutCommits, commits),
    streams: total(shown, (each) => each.streams),
    dirty: total(of('fill'), (each) => each.dirty),
    drained: total(of('drain'), (each) => each.streams),
    commitsPerSecond: Math.round(rate * 10) / 10,
    ...(known && { secondsLeft: Math.ceil(Math.max(0, rebuild.aboutCommits - commits) / rate) }),
    segments: { done: shown.filter(({ done }) => done).length, of: partsOf(rebuild)[part] ?? 0 },
    readUnits: total(parts, (each) => each.readUnits),
    writeUnits: total(parts, (each) => each.writeUnits),
  };
};

type Reporting = Pick<Ordering, 'rebuilds' | 'executions' | 'clock'>;

const withProgress = async (reporting: Reporting, found: Rebuild): Promise<RebuildReport> => {
  const rebuild = await reconciled(reporting, found);
  const parts = await reporting.rebuilds.parts(rebuild.id, partsOf(rebuild));
  const differences = parts.flatMap((part) => part.differences).slice(0, defaultWorkSettings.listedDifferences);
  const found_ = total(parts, (part) => part.found);
  return {
    ...rebuild,
    ...(rebuild.found === undefined && found_ > 0 && { differences, found: found_ }),
    progress: progressNow(rebuild, parts, reporting.clock.now()),
  };
};

/** One rebuild, with its progress. */
export const reportRebuild = async (reporting: Reporting, id: string): Promise<RebuildReport> => {
  const found = await reporting.rebuilds.load(id);
  if (!found) throw notFound(`rebuild ${id}`);
  return withProgress(reporting, found);
};

/** One of the list: a rebuild with its progress, or a roll back as it is. */
export const reportRecorded = async (reporting: Reporting, id: string): Promise<RebuildReport | RollBack> => {
  const found = await reporting.rebuilds.recorded(id);
  if (!found) throw notFound(`rebuild ${id}`);
  return found.kind === 'roll-back' ? found : withProgress(reporting, found);
};

/** Running ones and past ones, with the roll backs among them, the newest first. */
export const listRebuilds = async (reporting: Reporting, projection?: string): Promise<readonly RebuildRecord[]> =>
  Promise.all(
    (await reporting.rebuilds.list(projection)).map((each) => (each.kind === 'roll-back' ? each : reconciled(reporting, each))),
  );

/** The progress of the newest rebuild of a view, running or ended. */
export type NewestRebuild = Readonly<{ rebuild: string; state: string; commits: number; aboutCommits: number }>;

/** Tells readers of a view that no revision answers yet how far it is. */
export const progressOf =
  (rebuilds: Pick<Rebuilds, 'list' | 'parts'>) =>
  async (projection: string): Promise<NewestRebuild | undefined> => {
    // A roll back of a view that went and came again says nothing of how far this one is.
    const newest = (await rebuilds.list(projection)).find((each) => each.kind !== 'roll-back');
    if (!newest) return undefined;
    const parts = await rebuilds.parts(newest.id, { fill: newest.settings.segments });
    const commits = total(parts, (part) => part.commits);
    return { rebuild: newest.id, state: newest.state, commits, aboutCommits: Math.max(newest.aboutCommits, commits) };
  };

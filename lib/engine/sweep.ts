import type { Commit } from '../core/commit.ts';
import { type AnyProjection, handledTypes, sourceOf } from '../core/projection.ts';
import { isPublished } from '../core/public-event.ts';
import { parseStream } from '../core/stream.ts';
import type { Queue, Scanner, ScanPage, SweepPlace, SweepPlaces, View } from './ports.ts';
import { type Publishing, publish } from './publish.ts';
import type { SweepSettings } from './settings.ts';
import { type Found, findings, type Marks } from './sweep-findings.ts';
import { repair } from './sweep-repair.ts';

/** A projection that commits should arrive at. */
export type Target = Readonly<{ projection: AnyProjection; view: Pick<View, 'head'>; queue: Queue }>;

export type Sweeping = Readonly<{
  scanner: Scanner;
  places: SweepPlaces;
  targets: readonly Target[];
  publishing: Publishing;
  settings: SweepSettings;
}>;

/** What one run came to. */
export type Swept = Readonly<{
  segment: number;
  commits: number;
  units: number;
  /** Streams in projections that did not have all. */
  lagging: number;
  /** Pointers that were sent, commits that were published again, and what was left for a later pass. */
  sent: number;
  published: number;
  left: number;
  passEnded: boolean;
}>;

const instant = (milliseconds: number) => new Date(milliseconds).toISOString();
const earlier = (a: string, b: string | undefined) => (b !== undefined && b < a ? b : a);

const revisions = (targets: readonly Target[]) =>
  targets
    .map(({ projection }) => `${projection.name}.r${projection.revision}:${handledTypes(projection).join()}`)
    .sort()
    .join(' ');

type Pass = Pick<SweepPlace, 'run' | 'pass' | 'repeatedBefore'>;

const beginning = ({ targets, settings, publishing }: Sweeping, pass: Pass, checkedBefore?: string): SweepPlace => ({
  ...pass,
  segment: 0,
  segments: settings.segments,
  startedAt: instant(publishing.clock.now()),
  targets: revisions(targets),
  ...(checkedBefore !== undefined && { checkedBefore }),
});

/** Where this run begins: where the last one ended, or anew if there was none or if it went by other segments or projections. */
const placeToBegin = (sweeping: Sweeping, there: SweepPlace | undefined): SweepPlace => {
  const { targets, settings, publishing } = sweeping;
  const repeatedBefore = instant(publishing.clock.now() - settings.graceMilliseconds);
  if (!there) return beginning(sweeping, { run: 0, pass: 0, repeatedBefore });
  if (there.segments === settings.segments && there.targets === revisions(targets)) return there;
  return beginning(sweeping, { run: there.run, pass: 0, repeatedBefore: there.repeatedBefore });
};

/** The place after this run. At the end of a pass it says from when on the next one has to look. */
const placeAfter = (sweeping: Sweeping, place: SweepPlace, after: ScanPage['next'], oldestLeft: string | undefined) => {
  const { settings, publishing } = sweeping;
  const run = place.run + 1;
  const { after: _, ...there } = { ...place, run, ...(oldestLeft !== undefined && { oldestLeft }) };
  if (after) return { ...there, after };
  if (place.segment + 1 < place.segments) return { ...there, segment: place.segment + 1 };
  const took = publishing.clock.now() - Date.parse(place.startedAt);
  if (took > settings.passMilliseconds)
    publishing.log.error('The sweep takes longer than declared.', { hours: Math.round(took / 360_000) / 10 });
  const looked = Date.parse(place.startedAt) - settings.graceMilliseconds;
  const checkedBefore = earlier(instant(looked - settings.clockMilliseconds), oldestLeft);
  return beginning(sweeping, { run, pass: place.pass + 1, repeatedBefore: instant(looked) }, checkedBefore);
};

const marksOf = ({ settings, publishing }: Sweeping, place: SweepPlace, graceMilliseconds: number): Marks => ({
  dueBefore: instant(publishing.clock.now() - graceMilliseconds),
  ...(place.pass % settings.thoroughEvery !== 0 && place.checkedBefore !== undefined && { checkedBefore: place.checkedBefore }),
  repeat: { from: place.repeatedBefore, before: instant(Date.parse(place.startedAt) - settings.graceMilliseconds) },
});

/** Commits that leave a trace where they arrive, and those that are public beside or without. */
const concerns = ({ targets, publishing }: Sweeping, commit: Commit): boolean => {
  const category = parseStream(commit.stream)?.category;
  const decider = publishing.aggregates.find((aggregate) => aggregate.category === category);
  const handled = ({ projection }: Target) =>
    sourceOf(projection, commit.stream) !== undefined && commit.events.some(({ type }) => projection.on[type] !== undefined);
  return targets.some(handled) || (decider !== undefined && isPublished(decider, commit));
};

/**
 * One run: looks at the rest of a segment of the table, as far as the ceiling lets it, for commits that should have arrived long ago and did
 * not, and sends those. It repeats nothing that arrived, relies on no order of the scan, and may be run twice at once or be interrupted.
 */
export const sweep = async (
  sweeping: Sweeping,
  { graceMilliseconds = sweeping.settings.graceMilliseconds }: Readonly<{ graceMilliseconds?: number }> = {},
): Promise<Swept> => {
  const { scanner, places, settings, publishing } = sweeping;
  const { clock, log } = publishing;
  const began = clock.now();
  const loaded = await places.load();
  const place = placeToBegin(sweeping, loaded);
  const marks = marksOf(sweeping, place, graceMilliseconds);
  const repairing = repair(sweeping.targets, (commits) => publish(publishing, commits), { log, backlog: settings.backlog });
  const counts = { commits: 0, units: 0, lagging: 0, sent: 0, published: 0, left: 0 };
  let { after, oldestLeft } = place;
  for (;;) {
    const page = await scanner.scan(
      { segment: place.segment, of: place.segments },
      { limit: settings.pageCommits, ...(after && { after }) },
    );
    const found: Found = await findings(
      sweeping.targets,
      page.commits.filter((commit) => concerns(sweeping, commit)),
      marks,
    );
    const repaired = await repairing(found);
    counts.commits += page.commits.length;
    counts.units += page.units + found.reads;
    counts.lagging += found.lagging.length;
    counts.sent += repaired.sent;
    counts.published += repaired.published;
    counts.left += repaired.left;
    // Also what was just sent: only the next look shows that it arrived.
    for (const { oldest } of found.lagging) oldestLeft = earlier(oldest.at, oldestLeft);
    after = page.next;
    const spent = counts.units >= settings.unitsPerRun || counts.sent + counts.published >= settings.repairsPerRun;
    if (!after || spent || clock.now() - began >= settings.runMilliseconds) break;
  }
  const saved = await places.save(placeAfter(sweeping, place, after, oldestLeft), loaded?.run);
  if (!saved) log.warn('Another sweep ran at the same time: this one repeats nothing, and its place is not kept.', {});
  return { segment: place.segment, ...counts, passEnded: saved && !after && place.segment + 1 === place.segments };
};

import { instant } from '../instant.ts';
import type { Clock, Log, Scanner, ScanPage, Store } from '../ports.ts';
import type { SweepSettings } from '../settings.ts';
import type { SweepPlace, SweepPlaces } from './ports.ts';
import { findings, type Marks, sayBeyond } from './sweep-findings.ts';
import { repair } from './sweep-repair.ts';
import { type SweepTarget, withoutBuilding } from './sweep-target.ts';

export type Sweeping = Readonly<{
  /** The identity of the table: findings about another table do not apply to this one. */
  table?: string;
  scanner: Scanner;
  store: Pick<Store, 'read'>;
  places: SweepPlaces;
  targets: readonly SweepTarget[];
  clock: Clock;
  log: Log;
  settings: SweepSettings;
}>;

/** The result of one run. */
export type Swept = Readonly<{
  segment: number;
  commits: number;
  units: number;
  /** Streams whose consumer lacks commits. */
  lagging: number;
  /** Pointers that were sent, and findings that were left for a later pass. */
  sent: number;
  left: number;
  passEnded: boolean;
  /** Cursors beyond the end of their streams. */
  beyond: number;
}>;

const earlier = (a: string, b: string | undefined) => (b !== undefined && b < a ? b : a);

const subscriptions = ({ table, targets }: Sweeping) =>
  [...(table === undefined ? [] : [table]), ...targets.map(({ takes }) => takes).sort()].join(' ');

type Pass = Pick<SweepPlace, 'run' | 'pass'>;

type Left = Readonly<Record<string, string>>;

const beginning = (sweeping: Sweeping, pass: Pass, checked?: Readonly<{ checkedBefore: string; left: Left }>): SweepPlace => ({
  ...pass,
  segment: 0,
  segments: sweeping.settings.segments,
  startedAt: instant(sweeping.clock.now()),
  targets: subscriptions(sweeping),
  ...checked,
});

/**
 * The start of this run: the end of the last one, or the beginning if there was none or if it was for another table or other segments. A pass goes on when
 * consumers change, or it would never end where it takes longer than they stay the same: a new consumer's commits are all checked in the rest of this pass and
 * in the next one.
 */
const placeToBegin = (sweeping: Sweeping, there: SweepPlace | undefined): SweepPlace => {
  if (!there) return beginning(sweeping, { run: 0, pass: 0 });
  const before = new Set(there.targets.split(' '));
  const isOther = there.targets === '' || (sweeping.table !== undefined && !before.has(sweeping.table));
  if (isOther || there.segments !== sweeping.settings.segments) return beginning(sweeping, { run: there.run, pass: 0 });
  const fresh = sweeping.targets.filter(({ takes }) => !before.has(takes)).map(({ name }) => [name, '']);
  const added: Left = Object.fromEntries(fresh);
  return {
    ...there,
    targets: subscriptions(sweeping),
    ...(fresh.length > 0 && { left: { ...there.left, ...added }, leaving: { ...there.leaving, ...added } }),
  };
};

/** True for a pass that knows of no earlier one: it reads the cursors of all commits, and takes as long as it takes. */
const isFirst = ({ checkedBefore }: SweepPlace): boolean => checkedBefore === undefined;

/** The share of its time after which a pass should have ended: the rest is for runs that fail. */
const inTime = 0.9;

/** True while a segment is not done that should be by now. Else a run looks at a page, so that a pass over a small table takes an hour. */
const isBehind = ({ settings, clock }: Sweeping, { segment, segments, startedAt }: SweepPlace): boolean =>
  clock.now() - Date.parse(startedAt) > ((segment + 1) / segments) * inTime * settings.passMilliseconds;

/** The place after this run. At the end of a pass it says from when on the next one has to look. */
const placeAfter = (sweeping: Sweeping, place: SweepPlace, after: ScanPage['next'], leaving: Left) => {
  const { settings, clock, log } = sweeping;
  const run = place.run + 1;
  const { after: _, ...there } = { ...place, run, leaving };
  if (after) return { ...there, after };
  if (place.segment + 1 < place.segments) return { ...there, segment: place.segment + 1 };
  const took = clock.now() - Date.parse(place.startedAt);
  if (took > settings.passMilliseconds && !isFirst(place))
    log.error('The sweep takes longer than declared.', { hours: Math.round(took / 360_000) / 10 });
  const looked = Date.parse(place.startedAt) - settings.graceMilliseconds;
  // Commits that one consumer lacks are looked for again only in its own table.
  const checkedBefore = instant(looked - settings.clockMilliseconds);
  return beginning(sweeping, { run, pass: place.pass + 1 }, { checkedBefore, left: leaving });
};

/** In each pass some segments are checked whatever the times of their commits, others in the next one. */
const isThorough = ({ settings }: Sweeping, { pass, segment }: SweepPlace): boolean =>
  (pass + segment) % settings.thoroughEvery === 0;

const marksOf = (sweeping: Sweeping, place: SweepPlace, graceMilliseconds: number): Marks => ({
  dueBefore: instant(sweeping.clock.now() - graceMilliseconds),
  ...(!isThorough(sweeping, place) && place.checkedBefore !== undefined && { checkedBefore: place.checkedBefore }),
  ...(place.left && { left: place.left }),
});

/**
 * One run of the pass over the whole table: looks at the rest of a segment, as far as the ceiling lets it, for commits that should have arrived long ago and
 * did not, and sends those. Most are found long before, by what is noted of each commit when it is stored. It repeats nothing that arrived, relies on no order
 * of the scan, and may be run twice at once or be interrupted.
 */
export const sweep = async (
  given: Sweeping,
  { graceMilliseconds: asked }: Readonly<{ graceMilliseconds?: number }> = {},
): Promise<Swept> => {
  const { scanner, places, settings, clock, log } = given;
  const began = clock.now();
  const sweeping = { ...given, targets: await withoutBuilding(given.targets) };
  const loaded = await places.load();
  const place = placeToBegin(sweeping, loaded);
  const marks = marksOf(sweeping, place, asked ?? settings.graceMilliseconds);
  const unitsPerRun = asked !== undefined || isBehind(sweeping, place) ? settings.unitsPerRun : 0;
  const { send, isLeft } = repair({ log, backlog: settings.backlog, most: settings.repairsPerConsumer });
  const counts = { commits: 0, units: 0, lagging: 0, sent: 0, left: 0, beyond: 0 };
  const leaving: Record<string, string> = { ...place.leaving };
  let { after } = place;
  for (;;) {
    const page = await scanner.scan(
      { segment: place.segment, of: place.segments },
      { limit: settings.pageCommits, ...(after && { after }) },
    );
    const { lagging, beyond, unlooked, reads } = await findings({ ...sweeping, isLeft }, page.commits, marks);
    sayBeyond(log, beyond);
    const { sent, left } = await send(lagging);
    counts.commits += page.commits.length;
    counts.units += page.units + reads;
    counts.lagging += lagging.length;
    counts.beyond += beyond.length;
    counts.sent += sent;
    counts.left += left;
    // This includes what was just sent: only the next check shows that it arrived.
    for (const { target, oldest } of [...lagging, ...unlooked]) leaving[target.name] = earlier(oldest.at, leaving[target.name]);
    after = page.next;
    if (!after || counts.units >= unitsPerRun || clock.now() - began >= settings.runMilliseconds) break;
  }
  const saved = await places.save(placeAfter(sweeping, place, after, leaving), loaded?.run);
  if (!saved) log.warn('Another sweep ran at the same time: this one sends nothing and does not save its position.', {});
  return { segment: place.segment, ...counts, passEnded: saved && !after && place.segment + 1 === place.segments };
};

import { instant } from '../instant.ts';
import type { Clock, Log, Scanner, ScanPage, Store } from '../ports.ts';
import type { SweepSettings } from '../settings.ts';
import type { SweepPlace, SweepPlaces } from './ports.ts';
import { type Beyond, findings, type Marks } from './sweep-findings.ts';
import { repair } from './sweep-repair.ts';
import type { SweepTarget } from './sweep-target.ts';

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

/** The most findings of a kind that one line of the log names. */
const named = 20;

/** Reports what an operator has to see to: see foldstream restored. */
const sayBeyond = ({ log }: Sweeping, beyond: readonly Beyond[]): void => {
  if (beyond.length === 0) return;
  log.error('Some cursors are beyond their streams.', { count: beyond.length, first: beyond.slice(0, named) });
};

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

/** The start of this run: the end of the last one, or the beginning if there was none or if it was for another table, other segments or targets. */
const placeToBegin = (sweeping: Sweeping, there: SweepPlace | undefined): SweepPlace => {
  if (!there) return beginning(sweeping, { run: 0, pass: 0 });
  if (there.segments === sweeping.settings.segments && there.targets === subscriptions(sweeping)) return there;
  return beginning(sweeping, { run: there.run, pass: 0 });
};

/** The place after this run. At the end of a pass it says from when on the next one has to look. */
const placeAfter = (sweeping: Sweeping, place: SweepPlace, after: ScanPage['next'], leaving: Left) => {
  const { settings, clock, log } = sweeping;
  const run = place.run + 1;
  const { after: _, ...there } = { ...place, run, leaving };
  if (after) return { ...there, after };
  if (place.segment + 1 < place.segments) return { ...there, segment: place.segment + 1 };
  const took = clock.now() - Date.parse(place.startedAt);
  if (took > settings.passMilliseconds)
    log.error('The sweep takes longer than declared.', { hours: Math.round(took / 360_000) / 10 });
  const looked = Date.parse(place.startedAt) - settings.graceMilliseconds;
  // Commits that one consumer lacks are looked for again only in its own table.
  const checkedBefore = instant(looked - settings.clockMilliseconds);
  return beginning(sweeping, { run, pass: place.pass + 1 }, { checkedBefore, left: leaving });
};

const marksOf = ({ settings, clock }: Sweeping, place: SweepPlace, graceMilliseconds: number): Marks => ({
  dueBefore: instant(clock.now() - graceMilliseconds),
  ...(place.pass % settings.thoroughEvery !== 0 && place.checkedBefore !== undefined && { checkedBefore: place.checkedBefore }),
  ...(place.left && { left: place.left }),
});

/** Leaves out the revisions that are being built: they lack commits on purpose, and their rebuild fills them. */
const withoutBuilding = async (targets: readonly SweepTarget[]): Promise<readonly SweepTarget[]> => {
  const building = await Promise.all(targets.map((target) => target.isBuilding?.()));
  return targets.filter((_, i) => !building[i]);
};

/**
 * One run: looks at the rest of a segment of the table, as far as the ceiling lets it, for commits that should have arrived long ago and did
 * not, and sends those. It repeats nothing that arrived, relies on no order of the scan, and may be run twice at once or be interrupted.
 */
export const sweep = async (
  given: Sweeping,
  { graceMilliseconds = given.settings.graceMilliseconds }: Readonly<{ graceMilliseconds?: number }> = {},
): Promise<Swept> => {
  const { scanner, places, settings, clock, log } = given;
  const began = clock.now();
  const sweeping = { ...given, targets: await withoutBuilding(given.targets) };
  const loaded = await places.load();
  const place = placeToBegin(sweeping, loaded);
  const marks = marksOf(sweeping, place, graceMilliseconds);
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
    sayBeyond(sweeping, beyond);
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
    if (!after || counts.units >= settings.unitsPerRun || clock.now() - began >= settings.runMilliseconds) break;
  }
  const saved = await places.save(placeAfter(sweeping, place, after, leaving), loaded?.run);
  if (!saved) log.warn('Another sweep ran at the same time: this one sends nothing and does not save its position.', {});
  return { segment: place.segment, ...counts, passEnded: saved && !after && place.segment + 1 === place.segments };
};

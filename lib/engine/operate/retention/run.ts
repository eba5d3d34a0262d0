import { later } from '../../../core/instant.ts';
import { byEnd, endPartition, monthOfEnd, monthsBetween } from '../../../core/personal/ends.ts';
import type { HeldRow } from '../../../core/personal/register.ts';
import type { Retention } from '../../../core/personal/retention.ts';
import { atOnce } from '../../at-once.ts';
import { nowOf } from '../../instant.ts';
import type { Log } from '../../ports.ts';
import { partitionOf } from '../../view/lists.ts';
import type { RetentionPlace, RetentionPlaces } from '../ports.ts';
import { type Dealt, dealWith, type Register, type Retaining } from './subject.ts';

/** The limits of a run. */
type Limits = Readonly<{ rows: number; atOnce: number; milliseconds: number; lookBackDays: number; wholeDays: number }>;

export const retentionLimits: Limits = {
  rows: 100,
  atOnce: 8,
  // A function has 15 minutes.
  milliseconds: 10 * 60 * 1_000,
  // Rows come into the register out of order, by a little; by more in an import or a rebuild.
  lookBackDays: 2,
  wholeDays: 30,
};

/** A page of the streams of a category that have ended, in the order of their ends, and the place behind it. */
type Ended = Readonly<{ rows: readonly HeldRow[]; place: string }>;

/** Before every end. */
export const beginning = '0';

/** The streams of a category that have ended, as the register says, from a place on. */
export async function* endedRows(
  { reader }: Register,
  category: string,
  { from, until, limit }: Readonly<{ from: string; until: string; limit: number }>,
): AsyncGenerator<Ended> {
  for (const month of monthsBetween(monthOfEnd(from), monthOfEnd(until))) {
    const partition = partitionOf({ by: () => month }, undefined, endPartition(category, month));
    let after: Readonly<Record<string, unknown>> | undefined = { at: from };
    while (after) {
      const page = await reader.list({ list: byEnd, partition, direction: 'oldest-first', limit, after });
      const last = page.items.at(-1)?.lists?.[byEnd]?.at;
      if (last !== undefined) yield { rows: page.items.flatMap(({ row }) => (row ? [row as HeldRow] : [])), place: last };
      after = page.next;
    }
  }
}

/** Why a run does nothing. */
class NotReady extends Error {
  override name = 'NotReady';
}

/** The register, if it can be relied on. A stream that is parked in it may hold values of anybody. */
export const readyRegister = async ({ register }: Pick<Retaining, 'register'>): Promise<Register> => {
  const found = await register();
  if (!found)
    throw new NotReady(
      'No revision of the register subjects-held answers yet, so nobody is erased: build it with foldstream rebuild subjects-held.',
    );
  const { items } = await found.parked.parked(1);
  if (items.length > 0)
    throw new NotReady(
      'Streams are parked in the register subjects-held, so nobody is erased: see foldstream projections, and resume them first.',
    );
  return found;
};

const dayOf = (at: string): string => at.slice(0, 10);
const inPlaces = (seen: RetentionPlace['seen'], days: number): RetentionPlace['seen'] =>
  Object.fromEntries(Object.entries(seen).map(([category, at]) => [category, later(at.slice(0, 24), { days: -days })]));

/** Where a run begins: where the last one stopped; or with a pass of today, a little before the last one's end, or from the beginning. Undefined if today's is done. */
export const nextPlace = (
  place: RetentionPlace | undefined,
  { declared, revision, now, limits }: Readonly<{ declared: string; revision: number; now: string; limits: Limits }>,
): RetentionPlace | undefined => {
  const day = dayOf(now);
  const isSame = place?.declared === declared && place.revision === revision;
  if (isSame && !place.done) return place;
  if (isSame && place.day === day) return undefined;
  const isWhole = !isSame || place.failed > 0 || later(place.wholeSince, { days: limits.wholeDays }) <= now;
  return {
    declared,
    revision,
    day,
    wholeSince: isWhole ? now : place.wholeSince,
    seen: isWhole ? {} : inPlaces(place.seen, limits.lookBackDays),
    done: false,
    failed: 0,
  };
};

/** The result of a run. */
export type Retained = Readonly<Record<Dealt, number>> & Readonly<{ failed: number; more: boolean }>;

type Running = Retaining & Readonly<{ places: RetentionPlaces; log: Log; limits: Limits }>;

type Count = Record<Dealt, number> & { failed: number };
const none = (): Count => ({ erased: 0, 'erased before': 0, kept: 0, failed: 0 });

/** Deals with the subjects of a page. What fails with one does not stop the others. */
const dealWithAll = async (
  retaining: Omit<Retaining, 'register'> & Readonly<{ log: Log; limits: Limits }>,
  register: Register,
  rows: readonly HeldRow[],
): Promise<Count> => {
  const count = none();
  await atOnce(retaining.limits.atOnce, new Set(rows.map(({ subject }) => subject)), async (subject) => {
    try {
      count[await dealWith(retaining, register, subject)] += 1;
    } catch (error) {
      count.failed += 1;
      retaining.log.error('A subject could not be dealt with.', { error });
    }
  });
  return count;
};

type Pass = Omit<Running, 'register'> & Readonly<{ register: Register; now: string; end: number }>;

/** Goes on with one category. Answers the place that it came to, and whether its time was over before it came to streams that are not due yet. */
const goThrough = async (
  pass: Pass,
  begun: RetentionPlace,
  [category, { keep }]: readonly [string, Retention],
): Promise<Readonly<{ place: RetentionPlace; count: Count; more: boolean }>> => {
  const { register, places, limits, now, end, erasing } = pass;
  const count = none();
  let place = begun;
  const from = begun.seen[category] ?? beginning;
  for await (const page of endedRows(register, category, { from, until: now, limit: limits.rows })) {
    // `later` keeps the order, so that those behind the first one that is not due are not either.
    const due = page.rows.filter(({ endedAt }) => endedAt !== undefined && later(endedAt, keep) <= now);
    const isOver = due.length < page.rows.length;
    const dealt = await dealWithAll(pass, register, due);
    for (const what of Object.keys(count) as (keyof Count)[]) count[what] += dealt[what];
    const seen = isOver ? due.at(-1)?.endedAt : page.place;
    place = {
      ...place,
      failed: place.failed + dealt.failed,
      seen: { ...place.seen, ...(seen !== undefined && { [category]: seen }) },
    };
    await places.save(place);
    if (isOver) break;
    if (erasing.recording.clock.now() >= end) return { place, count, more: true };
  }
  return { place, count, more: false };
};

/**
 * One run: the erasures that are due. It goes through the ended streams of each category with a retention in the order of their ends, keeps its place behind each
 * page, and stops at those that are not due yet, or when its time is over; the next run then goes on. Once a day is done, further runs of that day do nothing.
 */
export const runRetention = async (running: Running): Promise<Retained> => {
  const { retentions, places, erasing, limits } = running;
  const { clock } = erasing.recording;
  const register = await readyRegister(running);
  const [now, end] = [nowOf(clock), clock.now() + limits.milliseconds];
  const declared = JSON.stringify(retentions);
  const total = none();
  let place = nextPlace(await places.load(), { declared, revision: register.revision, now, limits });
  if (!place) return { ...total, more: false };
  for (const one of Object.entries(retentions).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const gone = await goThrough({ ...running, register, now, end }, place, one);
    for (const what of Object.keys(total) as (keyof Count)[]) total[what] += gone.count[what];
    place = gone.place;
    if (gone.more) return { ...total, more: true };
  }
  await places.save({ ...place, done: true });
  return { ...total, more: false };
};

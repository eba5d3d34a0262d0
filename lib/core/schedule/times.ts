import type { Cron } from './cron.ts';

/** A cron expression in a time zone. */
export type Timetable = Readonly<{ cron: Cron; timezone: string }>;

const minute = 60_000;
const day = 24 * 60 * minute;

/** Making a formatter takes a hundred times longer than using it, and there are few time zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const formatterOf = (timeZone: string): Intl.DateTimeFormat => {
  const kept = formatters.get(timeZone);
  if (kept) return kept;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(timeZone, made);
  return made;
};

/**
 * True if this is a time zone of the IANA database.
 * @example isTimezone('Europe/Vienna'); // true
 */
export const isTimezone = (name: string): boolean => {
  try {
    return /^[A-Za-z]/.test(name) && formatterOf(name) !== undefined;
  } catch {
    return false;
  }
};

/** What the clocks of a zone show at an instant, as the milliseconds of the same date and time in UTC. */
const shownAt = (timezone: string, at: number): number => {
  if (timezone === 'UTC') return at;
  const parts = formatterOf(timezone).formatToParts(at);
  const [year, month, date, hour, minutes, seconds] = (['year', 'month', 'day', 'hour', 'minute', 'second'] as const).map(
    (type) => Number(parts.find((part) => part.type === type)?.value),
  );
  return Date.UTC(year!, month! - 1, date, hour, minutes, seconds);
};

const offsetAt = (timezone: string, at: number): number => shownAt(timezone, at) - Math.floor(at / 1_000) * 1_000;

/**
 * The local date and time at an instant.
 * @example localTime('Europe/Vienna', '2026-12-01T02:00:00.000Z'); // '2026-12-01T03:00'
 */
export const localTime = (timezone: string, at: string): string =>
  new Date(shownAt(timezone, Date.parse(at))).toISOString().slice(0, 16);

/**
 * The instant of a local time, given the offsets before and after any change near it. A time that exists twice is the first of the two. One that
 * does not exist, since the clocks are put forward over it, is as long after the change as it would have been without.
 */
const instantOf = (timezone: string, local: number, before: number, after: number): number => {
  if (before === after) return local - before;
  return offsetAt(timezone, local - before) === before || offsetAt(timezone, local - after) !== after
    ? local - before
    : local - after;
};

/** The instants of one local day, in order and each once. */
const onDay = ({ cron, timezone }: Timetable, start: number): readonly number[] => {
  const date = new Date(start);
  const isOne =
    cron.months.includes(date.getUTCMonth() + 1) &&
    cron.days.includes(date.getUTCDate()) &&
    cron.weekdays.includes(date.getUTCDay());
  if (!isOne) return [];
  const [before, after] = [offsetAt(timezone, start - day), offsetAt(timezone, start + 2 * day)];
  const instants = cron.hours.flatMap((hour) =>
    cron.minutes.map((minutes) => instantOf(timezone, start + (hour * 60 + minutes) * minute, before, after)),
  );
  return before === after ? instants : [...new Set(instants)].sort((a, b) => a - b);
};

/** A day that occurs at all occurs within eight years: 29 February around 2100. */
const farthest = 8 * 366 + 2;

/** The times after an instant, in order: without an end, unless none comes within eight years. */
function* timesFrom(timetable: Timetable, after: number): Generator<number> {
  const first = Math.floor(shownAt(timetable.timezone, after) / day) * day;
  // A change of the clocks may take a time past midnight, between the times of the next day: a day is merged with the times left of the one before.
  let left: readonly number[] = [];
  for (let i = -1, empty = 0; empty < farthest; i++) {
    const today = first + i * day;
    const found = [...new Set([...left, ...onDay(timetable, today)])].sort((a, b) => a - b);
    const end = onDay(timetable, today + day)[0] ?? Number.POSITIVE_INFINITY;
    left = found.filter((at) => at >= end);
    const due = found.filter((at) => at < end && at > after);
    yield* due;
    empty = due.length > 0 ? 0 : empty + 1;
  }
}

/**
 * The first time after an instant; undefined if there is none within eight years.
 * @example timeAfter({ cron: parseCron('0 3 1 * *'), timezone: 'Europe/Vienna' }, '2026-11-21T12:00:00.000Z'); // '2026-12-01T02:00:00.000Z'
 */
export const timeAfter = (timetable: Timetable, after: string): string | undefined => {
  const { value } = timesFrom(timetable, Date.parse(after)).next();
  return typeof value === 'number' ? new Date(value).toISOString() : undefined;
};

/**
 * The times after one instant up to and including another, in order.
 * @example [...timesBetween(timetable, '2026-11-21T12:00:00.000Z', '2027-01-01T12:00:00.000Z')].length; // 2
 */
export function* timesBetween(timetable: Timetable, after: string, until: string): Generator<string> {
  const end = Date.parse(until);
  for (const at of timesFrom(timetable, Date.parse(after))) {
    if (at > end) return;
    yield new Date(at).toISOString();
  }
}

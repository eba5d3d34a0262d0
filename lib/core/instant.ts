/**
 * Tells whether a text has the form of times in commits: only texts in this form sort as the instants do.
 * @example isInstant('2026-11-21T12:00:00.000Z'); // true
 */
export const isInstant = (text: string): boolean => {
  const milliseconds = Date.parse(text);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === text;
};

/** A length of time. Years and months are those of the calendar, in UTC.
 * @example const halfAnHour: Span = { minutes: 30 };
 */
export type Span = Readonly<{
  years?: number;
  months?: number;
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
}>;

/** The same day and time of another month, in milliseconds. A day that this month does not have is the first instant of the month after it: a later
 * instant never comes out as an earlier one. */
const monthsLater = (milliseconds: number, months: number): number => {
  if (months === 0) return milliseconds;
  const from = new Date(milliseconds);
  const [year, month] = [from.getUTCFullYear(), from.getUTCMonth() + months];
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  if (from.getUTCDate() > days) return Date.UTC(year, month + 1, 1);
  return Date.UTC(year, month, from.getUTCDate()) + (((milliseconds % dayMilliseconds) + dayMilliseconds) % dayMilliseconds);
};

const dayMilliseconds = 24 * 60 * 60 * 1_000;

/**
 * Adds a span to an instant: a process has no clock but the times of events.
 * @example later('2026-11-21T12:00:00.000Z', { minutes: 30 }); // '2026-11-21T12:30:00.000Z'
 */
export const later = (at: string, { years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0 }: Span): string =>
  new Date(
    monthsLater(Date.parse(at), years * 12 + months) + (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000,
  ).toISOString();

/**
 * The earlier of two instants.
 * @example earlierOf('2026-11-21T12:00:00.000Z', '2026-11-21T11:00:00.000Z'); // '2026-11-21T11:00:00.000Z'
 */
export const earlierOf = (a: string, b: string): string => [a, b].sort()[0]!;

/**
 * Tells whether a text has the form of times in commits: only texts in this form sort as the instants do.
 * @example isInstant('2026-11-21T12:00:00.000Z'); // true
 */
export const isInstant = (text: string): boolean => {
  const milliseconds = Date.parse(text);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === text;
};

/** A length of time.
 * @example const halfAnHour: Span = { minutes: 30 };
 */
export type Span = Readonly<{ days?: number; hours?: number; minutes?: number; seconds?: number }>;

/**
 * Adds a span to an instant: a process has no clock but the times of events.
 * @example later('2026-11-21T12:00:00.000Z', { minutes: 30 }); // '2026-11-21T12:30:00.000Z'
 */
export const later = (at: string, { days = 0, hours = 0, minutes = 0, seconds = 0 }: Span): string =>
  new Date(Date.parse(at) + (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000).toISOString();

/**
 * The earlier of two instants.
 * @example earlierOf('2026-11-21T12:00:00.000Z', '2026-11-21T11:00:00.000Z'); // '2026-11-21T11:00:00.000Z'
 */
export const earlierOf = (a: string, b: string): string => [a, b].sort()[0]!;

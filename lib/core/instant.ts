/**
 * Tells whether a text has the form of times in commits: only texts in this form sort as the instants do.
 * @example isInstant('2026-11-21T12:00:00.000Z'); // true
 */
export const isInstant = (text: string): boolean => {
  const milliseconds = Date.parse(text);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === text;
};

import * as z from 'zod';
import { invalid } from '../engine/problems.ts';

const instant = z.iso.datetime({ offset: true });

/** An instant of a request, written as those of commits are. */
export const instantOf = (name: string, value: string | undefined): string | undefined => {
  if (value === undefined) return undefined;
  const time = new Date(value);
  // Only instants of the years 0000 to 9999 are written as those of commits are, and compare with them as texts.
  if (!instant.safeParse(value).success || Number.isNaN(time.getTime()) || !/^\d{4}-/.test(time.toISOString()))
    throw invalid(name, 'an instant such as 2026-11-21T12:00:00Z');
  return time.toISOString();
};

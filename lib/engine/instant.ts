import type { Clock } from './ports.ts';

/** An instant as everything stored and answered has it. */
export const instant = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** The instant that a clock shows. */
export const nowOf = (clock: Pick<Clock, 'now'>): string => instant(clock.now());

/** The latest of some instants. */
export const latest = (...instants: readonly (string | undefined)[]): string =>
  instants.reduce<string>((a, b) => (b !== undefined && b > a ? b : a), '');

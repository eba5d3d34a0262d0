import type { Clock } from '../ports.ts';
import type { Phase, Phases } from './ports.ts';

/**
 * The time for which a function treats a revision as being built without asking again. Draining begins only when this, and a function's
 * timeout, have passed since the revision went live.
 */
export const phaseSeconds = 5;

/** Which phase a revision is in: from memory, or asked now. */
export type KnownPhase = (options?: Readonly<{ now: boolean }>) => Promise<Phase['phase']>;

/** Asks at most every few seconds while a revision is being built; once it is live it stays live, and is not asked again. */
export const knownPhase = (
  phases: Pick<Phases, 'load'>,
  { name, revision }: Readonly<{ name: string; revision: number }>,
  clock: Pick<Clock, 'now'>,
): KnownPhase => {
  let known: Readonly<{ phase: Phase['phase']; until: number }> | undefined;
  return async ({ now } = { now: false }) => {
    // A clock that was put back must not make a phase last.
    const age = known ? known.until - clock.now() : 0;
    if (known && (known.phase === 'live' || (!now && age > 0 && age <= phaseSeconds * 1_000))) return known.phase;
    const asked = clock.now();
    const phase = (await phases.load(name, revision))?.phase ?? 'building';
    known = { phase, until: asked + phaseSeconds * 1_000 };
    return phase;
  };
};

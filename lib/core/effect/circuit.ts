import { later } from '../instant.ts';
import type { CircuitSettings } from './effect.ts';

/** The state of a provider's circuit. Stored format of 2026-11; it may be lost, which closes the circuit. */
export type Circuit = Readonly<{
  /** Failed tries in a row. */
  failures: number;
  /** Open: no try is made before this, and one then. */
  openUntil?: string;
  /** The number of its changes: the optimistic lock. */
  changes: number;
}>;

const opensAfter = 5;
const probesAfter = { seconds: 30 };

/** Whether a try may be made: at once, as the one probe of an open circuit (if `next` can be stored), or not before an instant. */
export type Admission = Readonly<{ admits: 'try' } | { admits: 'probe'; next: Circuit } | { admits: 'none'; until: string }>;

/**
 * Whether a provider is asked at an instant. A circuit that is open for longer than any clock could mean is probed at once: the clock that opened it
 * was wrong.
 */
export const admission = (
  { probesAfter: pause = probesAfter }: CircuitSettings,
  circuit: Circuit | undefined,
  at: string,
): Admission => {
  if (circuit?.openUntil === undefined) return { admits: 'try' };
  const { openUntil, changes } = circuit;
  const isDue = openUntil <= at || openUntil > later(later(at, pause), pause);
  if (!isDue) return { admits: 'none', until: openUntil };
  return { admits: 'probe', next: { ...circuit, openUntil: later(at, pause), changes: changes + 1 } };
};

/** The circuit after a try; undefined where it stays as it is. A refusal is an answer: the provider is there. */
export const circuitAfter = (
  { opensAfter: most = opensAfter, probesAfter: pause = probesAfter }: CircuitSettings,
  circuit: Circuit | undefined,
  answered: boolean,
  at: string,
): Circuit | undefined => {
  const { failures = 0, openUntil, changes = 0 } = circuit ?? {};
  if (answered) return failures === 0 && openUntil === undefined ? undefined : { failures: 0, changes: changes + 1 };
  const next = { failures: failures + 1, changes: changes + 1 };
  return next.failures >= most ? { ...next, openUntil: later(at, pause) } : next;
};

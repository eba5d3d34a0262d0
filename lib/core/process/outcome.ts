/**
 * The outcome of one attempt of a send on its target.
 * @example const outcome: SendOutcome = { number: 1, attempt: 1, commit: 8, at: '2026-11-21T12:00:00.000Z' };
 */
export type SendOutcome = Readonly<{
  number: number;
  attempt: number;
  commit: number;
  at: string;
  refused?: Readonly<{ reason: string; detail?: unknown }>;
  /** The outcome of an effect, in a commit of its stream. */
  told?: Told;
}>;

/**
 * What a process is told of a performance.
 * @example const told: Told = { how: 'answered', answer: { v: 1, data: { charge: 'ch_1' } } };
 */
export type Told =
  | Readonly<{ how: 'answered'; answer: Readonly<{ v: number; data: unknown }> }>
  | Readonly<{ how: 'refused'; reason: string; detail?: unknown }>
  | Readonly<{ how: 'timed-out'; attempts: number; why: string }>;

import type { Recorded } from '../message.ts';
import type { AnyProjection, RowPerStream } from '../projection.ts';
import { parseStream } from '../stream.ts';
import { effectDecider, effectName } from './decider.ts';
import type { AnyEffect } from './effect.ts';
import type { EffectEvent } from './events.ts';
import { type KnownOutcome, statusOf } from './performance.ts';

/** The view of all performances of all effects; no view of a manifest's own may have its name.
 * @example GET /views/effect-performances?list=standing-still&by=failing
 */
export const performancesName = 'effect-performances';

/** A performance as operators see it in the list. Stored format of 2026-11.
 * @example const row: PerformanceRow = { effect: 'chargeCard', performance, instance: 'payment-o1', status: 'open', since, requestedAt, changedAt, attempts: 0 };
 */
export type PerformanceRow = Readonly<{
  effect: string;
  /** The name of its stream, which requests of operators are about. */
  performance: string;
  /** The stream of the instance that asked for it. */
  instance: string;
  /** `failing`: its last try failed, and more follow. `late`: an outcome came after the process had been told another one, for a person to see to. */
  status: 'open' | 'failing' | 'answered' | 'refused' | 'timed-out' | 'late';
  /** Since when it has had this status. */
  since: string;
  requestedAt: string;
  changedAt: string;
  attempts: number;
  /** When it is tried again, and when it is given up. */
  again?: string;
  giveUpAt?: string;
  /** Why the last try failed, or the provider refused it. */
  why?: string;
  /** The outcome that came late. */
  late?: 'answered' | 'refused';
  /** The operator who gave the outcome, or had it tried again. */
  by?: string;
}>;

/** The statuses of a performance that an operator has to look at: it fails, got no answer, or a second one.
 * @example needingOperator.includes(row.status); // true for a row of the list `standing-still`
 */
export const needingOperator: readonly PerformanceRow['status'][] = ['failing', 'timed-out', 'late'];

type Row = PerformanceRow | undefined;

const begun = ({ stream, at }: Recorded): PerformanceRow => ({
  effect: effectName(stream),
  performance: parseStream(stream) ? stream : '',
  instance: '',
  status: 'open',
  since: at,
  requestedAt: at,
  changedAt: at,
  attempts: 0,
});

const changed = (row: Row, event: Recorded, status: PerformanceRow['status'], more: Partial<PerformanceRow> = {}) => {
  const { again: _, ...known } = row ?? begun(event);
  return { ...known, status, since: status === known.status ? known.since : event.at, changedAt: event.at, ...more };
};

const closed = (row: Row, event: Recorded, status: PerformanceRow['status'], more: Partial<PerformanceRow> = {}) => {
  const { giveUpAt: _, ...known } = changed(row, event, status, more);
  return known;
};

const by = (hand: Readonly<{ by: string }> | undefined) => (hand ? { by: hand.by } : {});
const whyOf = (outcome: KnownOutcome) => ('answer' in outcome ? {} : { why: outcome.reason });

const declared = {
  kind: 'row-per-stream',
  name: performancesName,
  revision: 2,
  may: ['operator'],
  // As with instances: what goes its way is in no list, whose key each performance would write.
  lists: {
    'standing-still': {
      by: ({ status }: PerformanceRow) => (needingOperator.includes(status) ? status : undefined),
      sort: (row: PerformanceRow) => row.since,
    },
  },
  filters: ['effect', 'status'],
  on: {
    EffectRequested: (row, event) => {
      const { instance, giveUpAt } = event.data;
      return changed(row, event, 'open', { instance, giveUpAt });
    },
    EffectTried: (row, event) => ({ ...(row ?? begun(event)), changedAt: event.at, attempts: event.data.attempt }),
    EffectFailed: (row, event) => {
      const { why, again } = event.data;
      return changed(row, event, 'failing', { why, ...(again !== undefined && { again }) });
    },
    EffectAnswered: (row, event) => closed(row, event, 'answered', by(event.data.byHand)),
    EffectRefused: (row, event) => closed(row, event, 'refused', { why: event.data.reason, ...by(event.data.byHand) }),
    EffectTimedOut: (row, event) => closed(row, event, 'timed-out', { why: event.data.why }),
    EffectAnsweredLate: (row, event) => {
      const { outcome, byHand } = event.data;
      return closed(row, event, 'late', { late: statusOf(outcome), ...whyOf(outcome), ...by(byHand) });
    },
    EffectRetried: (row, event) => changed(row, event, 'open', { giveUpAt: event.data.giveUpAt, by: event.data.by }),
    EffectGivenUp: (row, event) => closed(row, event, 'timed-out', { why: event.data.why }),
  },
} as const satisfies Omit<RowPerStream<PerformanceRow, EffectEvent>, 'from'>;

/**
 * The rows' handlers, independent of the manifest: the hash of their code is theirs, and they tell the kernel's view from a manifest's own.
 * @example performancesOf(effects)[0]?.on === performanceRows; // true
 */
export const performanceRows = declared.on;

/** The view of the performances of some effects; none where there are no effects.
 * @example const projections = [...manifest.projections, ...performancesOf(effectsOf(manifest))];
 */
export const performancesOf = (effects: readonly AnyEffect[]): readonly AnyProjection[] =>
  effects.length === 0 ? [] : [{ ...declared, from: effects.map(effectDecider) } as AnyProjection];

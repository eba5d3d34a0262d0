import { type Trail, trailOf } from '../../core/commit.ts';
import type { AdapterOutcome } from '../../core/effect/adapter.ts';
import type { Circuit } from '../../core/effect/circuit.ts';
import { effectCategory } from '../../core/effect/decider.ts';
import type { AnyEffect } from '../../core/effect/effect.ts';
import { performanceEvents } from '../../core/effect/events.ts';
import type { Performance } from '../../core/effect/performance.ts';
import { needingOperator, type PerformanceRow, performancesName } from '../../core/effect/performances-view.ts';
import { hasSealedLike, masked } from '../../core/personal/sealed.ts';
import { ProblemError } from '../../core/problem.ts';
import { parseStream } from '../../core/stream.ts';
import { currentSchema } from '../../core/version.ts';
import type { Circuits, EffectOrder } from '../effect/ports.ts';
import type { Log } from '../ports.ts';
import { invalid, notFound } from '../problems.ts';
import type { PageAnswer, PageRequest } from '../query/page.ts';
import type { Revisions } from '../query/revision.ts';
import { sendOrders } from '../send-orders.ts';
import { type Loading, load } from '../store/load.ts';
import type { Ages, Lag } from './projections.ts';
import { type ByStatus, type Consumer, lagsOf, rowsByStatus } from './rows-by-status.ts';

/** An effect as operators see it. */
export type OperatedEffect = Consumer &
  Readonly<{
    effect: AnyEffect;
    /** For `effectDecider(effect)`: its performances are read, and never written. */
    loading: Loading;
  }>;

export type EffectOperating = Readonly<{
  effects: readonly OperatedEffect[];
  /** The kernel's view of all performances. */
  performances: Revisions;
  circuits: Pick<Circuits, 'load'>;
  ages: Pick<Ages, 'ofQueues'>;
  log: Log;
}>;

type Status = PerformanceRow['status'];

/** How one effect is: its backlog, and the circuit of its provider. */
type EffectState = Readonly<{ effect: string; provider: string; circuit: 'closed' | 'open'; openUntil?: string; lag: Lag }>;

export type EffectsReport = Readonly<{
  effects: readonly EffectState[];
  /** Rows of the view: those that need an operator have the longest in their status first. */
  performances: PageAnswer['items'];
  cursor?: string;
}>;

export type PerformancesRequest = Pick<PageRequest, 'limit' | 'cursor' | 'direction'> &
  ByStatus<Status> &
  Readonly<{ effect?: string }>;

const circuitOf = (circuit: Circuit | undefined): Pick<EffectState, 'circuit' | 'openUntil'> =>
  circuit?.openUntil === undefined ? { circuit: 'closed' } : { circuit: 'open', openUntil: circuit.openUntil };

/** How each effect is, without its performances. */
export const effectStates = async (
  operating: Pick<EffectOperating, 'circuits' | 'ages' | 'log'> &
    Readonly<{ effects: readonly Omit<OperatedEffect, 'loading'>[] }>,
): Promise<readonly EffectState[]> => {
  const { effects, circuits } = operating;
  const providers = effects.map(({ effect: { name, provider = name } }) => provider);
  const [lags, open] = await Promise.all([
    lagsOf(effects, operating),
    Promise.all(providers.map((provider) => circuits.load(provider))),
  ]);
  return effects.map(({ effect: { name: effect } }, i) => ({
    effect,
    provider: providers[i]!,
    ...circuitOf(open[i]),
    lag: lags[i]!,
  }));
};

/** How each effect is, and its performances of one status; without a status, those that fail, got no answer, or got a second one. */
export const reportEffects = async (
  operating: EffectOperating,
  { effect, ...page }: PerformancesRequest,
): Promise<EffectsReport> => {
  const performances = { revisions: operating.performances, name: performancesName, needing: needingOperator };
  const [effects, { items, cursor }] = await Promise.all([
    effectStates(operating),
    rowsByStatus<Status>(performances, { ...page, ...(effect !== undefined && { equals: { effect } }) }),
  ]);
  return { effects, performances: items, ...(cursor !== undefined && { cursor }) };
};

/** The most commits of a performance that are shown: its last ones. */
const shownOf = 200;

const known = async ({ effects }: Pick<EffectOperating, 'effects'>, performance: string) => {
  const category = parseStream(performance)?.category;
  const operated = effects.find(({ effect }) => effectCategory(effect.name) === category);
  if (!operated) throw notFound(`effect with the performance '${performance}'`);
  const now = await load(operated.loading, performance);
  if (now.commit === 0) throw notFound(`performance '${performance}'`);
  return { operated, commit: now.commit, state: now.state as Performance };
};

export type PerformanceReport = Readonly<{
  performance: string;
  effect: string;
  status: Performance['status'];
  instance: string;
  input: unknown;
  attempts: number;
  /** The idempotency key, by which the provider's own log can be searched. */
  key?: string;
  steps: readonly Readonly<{
    commit: number;
    version: number;
    at: string;
    actor: string;
    correlation: string;
    type: string;
    data: unknown;
  }>[];
  /** The number of earlier commits, which are not shown. */
  earlier: number;
}>;

/** One performance, with all that became of it. */
export const readPerformance = async (
  operating: Pick<EffectOperating, 'effects'>,
  performance: string,
): Promise<PerformanceReport> => {
  const { operated, commit, state } = await known(operating, performance);
  const from = Math.max(1, commit - shownOf + 1);
  const { commits } = await operated.loading.store.read(performance, { from, to: commit, limit: shownOf });
  const { status, instance, input, attempts, key } = state;
  return {
    performance,
    effect: operated.effect.name,
    status,
    instance,
    input: masked(input.data),
    attempts,
    ...(key !== undefined && { key }),
    steps: commits.flatMap((each) =>
      performanceEvents(each).map(({ type, data }) => ({
        commit: each.commit,
        version: each.version,
        at: each.at,
        actor: each.meta.actor,
        correlation: each.meta.correlation,
        type,
        data: masked(data),
      })),
    ),
    earlier: from - 1,
  };
};

type Ask = Readonly<{ performance: string; why: string; by: string }> & Trail;
type Ordered = Readonly<{ performance: string; order: 'retry' | 'answer'; status: Performance['status']; correlation: string }>;

const orderOf = ({ performance, why, by, correlation, traceparent }: Ask): EffectOrder => ({
  performance,
  reason: why,
  by,
  ...trailOf({ correlation, traceparent }),
});

/** Has a performance tried again, at once, under the same key: one that is open, or that got no answer. */
export const retryPerformance = async (operating: Pick<EffectOperating, 'effects'>, ask: Ask): Promise<Ordered> => {
  const { performance, correlation } = ask;
  const { operated, state } = await known(operating, performance);
  const { status } = state;
  if (status !== 'open' && status !== 'timed-out')
    throw new ProblemError({
      kind: 'not-unanswered',
      detail: `${performance} is ${status}: there is nothing to try again.`,
      extra: { performanceStatus: status },
    });
  await sendOrders(operated.queue, operated.effect.name, [{ retry: orderOf(ask) }]);
  return { performance, order: 'retry', status, correlation };
};

/** Records an outcome that an operator knows, as from the provider's own records. An answer must fit the effect's schema. */
export const answerPerformance = async (
  operating: Pick<EffectOperating, 'effects'>,
  { outcome, ...ask }: Ask & Readonly<{ outcome: AdapterOutcome }>,
): Promise<Ordered> => {
  const { performance, correlation } = ask;
  const { operated, state } = await known(operating, performance);
  const { status } = state;
  if (status === 'answered' || status === 'refused')
    throw new ProblemError({
      kind: 'not-unanswered',
      detail: `${performance} is ${status}: its outcome is known.`,
      extra: { performanceStatus: status },
    });
  const fits = 'refused' in outcome || currentSchema(operated.effect.answer).safeParse(outcome.done).success;
  // A personal value by hand would be in the queue as it is, and a sealed one may be another person's.
  if (!fits || hasSealedLike(outcome)) throw invalid('outcome', `an answer of ${operated.effect.name}, as its schema has it`);
  await sendOrders(operated.queue, operated.effect.name, [{ answer: { ...orderOf(ask), outcome } }]);
  return { performance, order: 'answer', status, correlation };
};

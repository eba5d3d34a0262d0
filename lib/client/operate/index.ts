// The package's entry `foldstream/operator`: a typed client of the routes for operators, for browsers and Node.
import type { CostReport } from '../../engine/cost/measured.ts';
import type { Trace } from '../../engine/history/trace.ts';
import type { Model } from '../../engine/model/model.ts';
import { type ClientOptions, sending } from '../send.ts';
import { callsOver, pathOf } from './calls.ts';
import { effectCalls } from './effects.ts';
import { flowCalls } from './flow.ts';
import { letterCalls } from './letters.ts';
import { processCalls } from './processes.ts';
import { rebuildCalls } from './rebuilds.ts';
import { scheduleCalls } from './schedules.ts';
import { streamCalls } from './streams.ts';
import { subjectCalls } from './subjects.ts';
import { viewCalls } from './views.ts';

/**
 * Makes the client of the routes for operators; the token must be an operator's.
 * @example
 * const ops = operator({ url, token: () => session.accessToken });
 * await ops.processes.order('transferProcess', 't1', 'resolve', 'paid out in cash');
 */
export const operator = (options: ClientOptions) => {
  const calls = callsOver(sending(options));
  return {
    ...flowCalls(calls),
    views: viewCalls(calls),
    rebuilds: rebuildCalls(calls),
    deadLetters: letterCalls(calls),
    processes: processCalls(calls),
    effects: effectCalls(calls),
    schedules: scheduleCalls(calls),
    streams: streamCalls(calls),
    subjects: subjectCalls(calls),
    /** What a request caused, by its correlation id. */
    trace: (correlation: string) => calls.get<Trace>(`/ops/trace${pathOf(correlation)}`),
    /** What the last hour has cost, by its metrics. */
    cost: () => calls.get<CostReport>('/ops/cost'),
    /** What the manifest declares. */
    model: () => calls.get<Model>('/ops/model'),
    /** The API's own description, which anybody may read. */
    described: () => calls.get<Readonly<Record<string, unknown>>>('/openapi.json'),
    /** The domain's own code, as a script for a worker. */
    domainScript: () => calls.text('/ops/console/domain.js'),
  };
};

/**
 * The client that `operator` makes.
 * @example const resumed = (ops: Operator) => ops.views.resume('account-balance', 'account-a1');
 */
export type Operator = ReturnType<typeof operator>;

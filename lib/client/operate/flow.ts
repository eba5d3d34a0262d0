import type { Flow } from '../../engine/operate/flow/report.ts';
import type { Calls } from './calls.ts';

/** The whole deployment, as it is now. */
export const flowCalls = ({ get }: Calls) => ({
  /** How everything is from the API to the last consumer: rates, lags, and what stands still. */
  flow: (signal?: AbortSignal) => get<Flow>('/ops/flow', {}, signal),
});

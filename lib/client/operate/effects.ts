import type { EffectsReport, PerformanceReport } from '../../engine/operate/effects.ts';
import type { Query } from '../reads.ts';
import { type Calls, pathOf } from './calls.ts';

type Asked = Query &
  Readonly<{
    status?: string;
    effect?: string;
    until?: string;
    order?: 'oldest-first' | 'newest-first';
    limit?: number;
    cursor?: string;
  }>;
type Answer = Readonly<{ done: unknown } | { refused: string }>;
type Ordered = Readonly<{ performance: string; correlation: string }>;

/** Effects and their performances. */
export const effectCalls = ({ get, post }: Calls) => ({
  /** How each effect is, and its performances of one status; without a status, those that need an operator. */
  report: (asked: Asked = {}) => get<EffectsReport>('/ops/effects', asked),
  performance: (performance: string) => get<PerformanceReport>(`/ops/effects${pathOf(performance)}`),
  retry: (performance: string, why: string) => post<Ordered>(`/ops/effects${pathOf(performance, 'retry')}`, { why }),
  /** Records the outcome of a performance that got none. */
  answer: (performance: string, why: string, outcome: Answer) =>
    post<Ordered>(`/ops/effects${pathOf(performance, 'answer')}`, { why, outcome }),
});

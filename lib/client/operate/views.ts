import type { ProjectionsReport, ViewActs } from '../../engine/operate/projections.ts';
import { type Calls, pathOf } from './calls.ts';

/** What an operator asks of views, and of the consumer that announces public events. */
export const viewCalls = ({ get, post }: Calls) => ({
  /** Every view with its parked streams and its lag, and the publisher. */
  report: () => get<ProjectionsReport>('/ops/projections'),
  /** Asks for a parked stream to be taken up again. */
  resume: (view: string, stream: string, { revision, ...reason }: Readonly<{ revision?: number; why?: string }> = {}) =>
    post<Readonly<{ projection: string; revision: number; stream: string; commit: number }>>(
      `/ops/projections${pathOf(view, 'parked', stream, 'resume')}`,
      reason,
      { revision },
    ),
  /** What operators did to a view beside rebuilds: what they resumed and refolded, and why. */
  acts: (view: string, { revision }: Readonly<{ revision?: number }> = {}) =>
    get<ViewActs>(`/ops/projections${pathOf(view, 'acts')}`, { revision }),
  /** Lets the previous revision answer. */
  rollBack: (view: string, asked: Readonly<{ why: string; revision?: number }>) =>
    post<Readonly<{ projection: string; revision: number; previous: number; since: string; by: string; why: string }>>(
      `/ops/projections${pathOf(view, 'roll-back')}`,
      asked,
    ),
});

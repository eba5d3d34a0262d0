import type { InstanceOrder, InstanceReport, ProcessesReport } from '../../engine/operate/processes.ts';
import type { Query } from '../reads.ts';
import { type Calls, pathOf } from './calls.ts';

type Asked = Query &
  Readonly<{
    status?: 'running' | 'parked' | 'stuck' | 'ended';
    process?: string;
    until?: string;
    order?: 'oldest-first' | 'newest-first';
    limit?: number;
    cursor?: string;
  }>;
type Ordered = Readonly<{ process: string; instance: string; order: InstanceOrder; status: string; correlation: string }>;

/** Processes and their instances. */
export const processCalls = ({ get, post }: Calls) => ({
  /** The lag of each process, and its instances of one status; without a status, those that stand still. */
  report: (asked: Asked = {}) => get<ProcessesReport>('/ops/processes', asked),
  instance: (process: string, instance: string) => get<InstanceReport>(`/ops/processes${pathOf(process, instance)}`),
  order: (process: string, instance: string, order: InstanceOrder, why: string) =>
    post<Ordered>(`/ops/processes${pathOf(process, instance, order)}`, { why }),
});

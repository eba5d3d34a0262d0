import type { ScheduleReport } from '../../engine/operate/schedules.ts';
import { type Calls, pathOf } from './calls.ts';

/** Schedules, and what operators order of them. */
export const scheduleCalls = ({ get, post }: Calls) => {
  const order = (schedule: string, kind: string, body: object) =>
    post<ScheduleReport>(`/ops/schedules${pathOf(schedule, kind)}`, body);
  return {
    report: async () => (await get<Readonly<{ schedules: readonly ScheduleReport[] }>>('/ops/schedules')).schedules,
    pause: (schedule: string, why: string) => order(schedule, 'pause', { why }),
    resume: (schedule: string, why: string) => order(schedule, 'resume', { why }),
    run: (schedule: string, time: string, why: string) => order(schedule, 'run', { time, why }),
    skip: (schedule: string, time: string, why: string) => order(schedule, 'skip', { time, why }),
  };
};

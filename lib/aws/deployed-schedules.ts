import { scheduleName } from '../core/deployed-names.ts';
import type { Manifest } from '../core/manifest.ts';
import type { AnySchedule } from '../core/schedule/schedule.ts';
import { environment } from './environment.ts';
import { queueBeside } from './queue-name.ts';

/** A schedule as it is deployed. */
export type DeployedSchedule = Readonly<{ name: string; schedule: AnySchedule; queueUrl: string }>;

/** The schedules of the manifest with their queues, beside the queue at SCHEDULE_QUEUE_URL. */
export const deployedSchedules = ({ schedules = {} }: Manifest): readonly DeployedSchedule[] =>
  Object.entries(schedules).map(([name, schedule]) => ({
    name,
    schedule,
    queueUrl: queueBeside(environment('SCHEDULE_QUEUE_URL'), scheduleName(environment('STACK'), name)),
  }));

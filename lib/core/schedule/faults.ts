import type { May, Who } from '../access.ts';
import type { AnyDecider } from '../decider.ts';
import { isInstant } from '../instant.ts';
import type { AnyProjection } from '../projection.ts';
import { parseCron, WrongCron } from './cron.ts';
import type { AnySchedule } from './schedule.ts';
import { isTimezone } from './times.ts';

/** The kinds of views that a schedule may go through. */
const hasOneRow: Readonly<Record<AnyProjection['kind'], boolean>> = {
  'row-per-stream': true,
  'row-per-commit': false,
  'rows-per-stream': false,
  'rows-per-commit': false,
  'shared-rows': false,
};

const scheduleName = /^[a-z][A-Za-z0-9]{0,39}$/;
const forProcesses = (may: May) => (may as readonly Who[]).includes('process');

const cronFault = (name: string, cron: string): readonly string[] => {
  try {
    parseCron(cron);
    return [];
  } catch (error) {
    if (error instanceof WrongCron) return [`The schedule ${name} has the cron expression '${cron}': ${error.message}.`];
    throw error;
  }
};

type Parts = Readonly<{
  aggregates: readonly AnyDecider[];
  projections: readonly AnyProjection[];
  categories: readonly string[];
}>;

const faultsIn = (name: string, schedule: AnySchedule, parts: Parts): readonly string[] => {
  const { cron, timezone = 'UTC', since, catchUp, sends, each } = schedule;
  const { aggregates, projections, categories } = parts;
  return [
    ...(scheduleName.test(name)
      ? []
      : [`The schedule '${name}' must be 1 to 40 letters and digits, beginning with a small letter.`]),
    // Both stand as the actor in what they caused.
    ...(categories.includes(name) ? [`The schedule '${name}' has the name of a category: choose another.`] : []),
    ...cronFault(name, cron),
    ...(isTimezone(timezone)
      ? []
      : [`The schedule ${name} has the time zone '${timezone}', which is none of the IANA database, such as Europe/Vienna.`]),
    ...(isInstant(since) ? [] : [`The schedule ${name}: since '${since}' is not an instant such as 2026-11-21T12:00:00.000Z.`]),
    ...(['all', 'latest', 'none'].includes(catchUp)
      ? []
      : [`The schedule ${name} has catchUp '${catchUp}': choose all, latest or none.`]),
    ...(sends.length > 0 ? [] : [`The schedule ${name} sends to no aggregate: name one in \`sends\`.`]),
    ...sends
      .filter((target) => !aggregates.includes(target))
      .map((target) => `The schedule ${name} sends to ${target.category}, which is no aggregate of the manifest.`),
    ...sends
      .filter(({ commands }) => !Object.values(commands).some(({ may }) => forProcesses(may)))
      .map((target) => `The schedule ${name} sends to ${target.category}, of which no command is for 'process'.`),
    ...(each === undefined || projections.some((view) => view.name === each.name)
      ? []
      : [`The schedule ${name} goes through ${each.name}, which is no view of the manifest.`]),
    ...(each === undefined || hasOneRow[each.kind]
      ? []
      : [`The schedule ${name} goes through ${each.name}, which is not a view with one row for each stream.`]),
  ];
};

/**
 * Finds the faults of the declared schedules; none if they are right.
 * @example scheduleFaults({ monthlyStatement }, { aggregates: [account], projections: [accountBalance], categories: ['account'] }); // []
 */
export const scheduleFaults = (schedules: Readonly<Record<string, AnySchedule>>, parts: Parts): readonly string[] =>
  Object.entries(schedules).flatMap(([name, schedule]) => faultsIn(name, schedule, parts));

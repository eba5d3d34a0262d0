import type { AnyDecider } from '../decider.ts';
import type { Send } from '../process/process.ts';
import type { AnyProjection } from '../projection.ts';
import { type Cron, parseCron } from './cron.ts';
import type { Timetable } from './times.ts';

/**
 * What happens to times that were missed, as in an outage: each of them is run, in order; only the latest; or none of them.
 * @example const catchUp: CatchUp = 'all';
 */
export type CatchUp = 'all' | 'latest' | 'none';

/**
 * One time of a schedule: the instant that names it, and the local date and time in the schedule's zone.
 * @example const month = ({ local }: Occasion) => local.slice(0, 7);
 */
export type Occasion = Readonly<{ time: string; local: string }>;

/**
 * One time of a schedule, for one row of the view that it goes through.
 * @example const close = ({ id }: OccasionOf<Balance>) => send(account, id, 'Close', { reason: 'unused' });
 */
export type OccasionOf<Row> = Occasion & Readonly<{ id: string; row: Row }>;

/** A view with one row for each stream, as far as a schedule goes through it. */
type Each<Row> = Readonly<{
  kind: 'row-per-stream';
  name: string;
  on: Readonly<Record<string, ((row: Row | undefined, event: never) => Row | undefined) | undefined>>;
}>;

type Declared<Targets extends readonly AnyDecider[]> = Readonly<{
  /** Minute, hour, day of the month, month, day of the week. */
  cron: string;
  /** The zone whose clocks the expression means; the default is UTC. */
  timezone?: string;
  /** Times before this one are not run, even if the schedule is deployed later. */
  since: string;
  catchUp: CatchUp;
  /** The deciders that it sends commands to. */
  sends: Targets;
}>;

/** Any schedule, for code that is driven by a manifest and knows no domain.
 * @example const names = Object.entries(manifest.schedules ?? {}).map(([name, { cron }]: [string, AnySchedule]) => `${name}: ${cron}`);
 */
export interface AnySchedule extends Declared<readonly AnyDecider[]> {
  /** The view that it goes through: one command for each row. Without it there is one command for each time. */
  readonly each?: Readonly<{ kind: AnyProjection['kind']; name: string }>;
  readonly command: (occasion: never) => Send | undefined;
}

/**
 * Declares a schedule: a command at certain times, once for each time. With `each` it is one command for each row of a view. `command` is pure;
 * where it returns undefined nothing is sent.
 * @example
 * schedule({
 *   cron: '0 3 1 * *', timezone: 'Europe/Vienna', since: '2026-12-01T00:00:00.000Z', catchUp: 'all', sends: [account], each: accountBalance,
 *   command: ({ id, local }) => send(account, id, 'IssueStatement', { month: monthBefore(local) }),
 * });
 */
export const schedule: {
  <Row extends object, const Targets extends readonly AnyDecider[]>(
    declared: Declared<Targets> &
      Readonly<{ each: Each<Row>; command: (occasion: OccasionOf<NoInfer<Row>>) => Send<Targets[number]> | undefined }>,
  ): AnySchedule;
  <const Targets extends readonly AnyDecider[]>(
    declared: Declared<Targets> &
      Readonly<{ each?: undefined; command: (occasion: Occasion) => Send<Targets[number]> | undefined }>,
  ): AnySchedule;
} = (declared: object): never => declared as never;

/** The zone of a schedule that names none. */
const defaultZone = 'UTC';

/** A declaration's own times, as text: what is kept beside its progress. */
export const writtenTimes = ({ cron, timezone = defaultZone }: Pick<AnySchedule, 'cron' | 'timezone'>) => ({ cron, timezone });

/** The times of a schedule.
 * @example timeAfter(timetableOf(monthlyStatement), '2026-11-21T12:00:00.000Z');
 */
export const timetableOf = ({ cron, timezone = defaultZone }: Pick<AnySchedule, 'cron' | 'timezone'>): Timetable => ({
  cron: parsed(cron),
  timezone,
});

const kept = new Map<string, Cron>();
const parsed = (cron: string): Cron => {
  const before = kept.get(cron);
  if (before) return before;
  const made = parseCron(cron);
  kept.set(cron, made);
  return made;
};

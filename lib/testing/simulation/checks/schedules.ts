import type { Commit } from '../../../core/commit.ts';
import type { Manifest } from '../../../core/manifest.ts';
import { type AnySchedule, timetableOf } from '../../../core/schedule/schedule.ts';
import { localTime, timesBetween } from '../../../core/schedule/times.ts';
import { latest } from '../../../engine/instant.ts';
import type { ViewItem } from '../../../engine/ports.ts';

type Rest = Readonly<{
  /** Now; up to when everything was seen to, and triggers came at the times; and the latest instant that a wrong clock has shown. */
  seen: Readonly<{ now: string; until: string; triggered: string; furthest: string }>;
  /** The rows of a view that a schedule goes through; undefined where they may be incomplete. */
  rowsOf: (view: string) => readonly ViewItem[] | undefined;
  /** Commits were lost by a restore, with the rows that they made. */
  restored: boolean;
  count: (what: string, more?: number) => void;
}>;

type Streams = ReadonlyMap<string, readonly Commit[]>;

/** `process/schedule/<name>/<time>`: the id of a command that a schedule sent. */
const sentId = /^process\/schedule\/([^/]+)\/(.+)$/;

const timesOf = (schedule: AnySchedule, until: string): readonly string[] => {
  const before = new Date(Date.parse(schedule.since) - 1).toISOString();
  return [...timesBetween(timetableOf(schedule), before, until)];
};

/** The times that each target must have had: all, the last one, or those that came when no clock was ahead of them. */
const owed = (
  { catchUp }: AnySchedule,
  all: readonly string[],
  { restored, seen: { furthest, triggered, until } }: Rest,
): readonly string[] => {
  const past = all.filter((time) => time <= until);
  if (catchUp === 'all') return past;
  if (catchUp === 'latest') return past.slice(-1);
  // What a restore loses of it is left out as any that was missed.
  return restored ? [] : past.filter((time) => time > furthest && time <= triggered);
};

/** Whether a target has had a time, or, where only the last one is sent, a later one that not all releases know: it takes the place of the others. */
const had = ({ catchUp }: AnySchedule, sent: readonly string[] = [], time: string, { until }: Rest['seen']): boolean =>
  catchUp === 'latest' ? sent.some((one) => one >= time && one <= until) : sent.includes(time);

const rowsFault = (
  name: string,
  schedule: AnySchedule,
  all: readonly string[],
  sent: ReadonlyMap<string, readonly string[]>,
  { rowsOf, restored, seen }: Rest,
): string | undefined => {
  const { catchUp, each, command } = schedule;
  const rows = rowsOf(each!.name);
  const time = all.filter((one) => one <= seen.until).at(-1);
  const local = time && localTime(timetableOf(schedule).timezone, time);
  if (!rows || catchUp === 'none' || time === undefined) return undefined;
  for (const { key: id, row } of rows) {
    const send = command({ time, local, id, row } as never);
    if (send && !had(schedule, sent.get(send.to), time, seen)) return `${send.to} was not sent the command of ${name} of ${time}`;
  }
  if (restored || catchUp !== 'all') return undefined;
  for (const [stream, times] of sent) {
    const [first = ''] = times.toSorted();
    const hole = all.find((one) => one > first && one <= seen.until && !times.includes(one));
    if (hole !== undefined) return `${stream} was sent the command of ${name} of ${first}, and not that of ${hole}`;
  }
  return undefined;
};

const scheduleFault = (
  name: string,
  versions: readonly AnySchedule[],
  sent: ReadonlyMap<string, readonly string[]>,
  rest: Rest,
): string | undefined => {
  const [newest] = versions.slice(-1) as [AnySchedule];
  const { furthest, now } = rest.seen;
  const declared = versions.map((version) => timesOf(version, latest(furthest, now)));
  for (const [stream, times] of sent) {
    rest.count(`sent by ${name}`, times.length);
    const twice = times.find((time, i) => times.indexOf(time) !== i);
    if (twice !== undefined) return `${stream} was sent the command of ${name} of ${twice} twice`;
    const none = times.find((time) => !declared.some((all) => all.includes(time)));
    if (none !== undefined) return `${stream} was sent a command of ${name} of ${none}, which is no time that has come`;
  }
  const [first = [], ...others] = declared;
  const all = first.filter((time) => others.every((each) => each.includes(time)));
  if (newest.each) return rowsFault(name, newest, all, sent, rest);
  for (const time of owed(newest, all, rest)) {
    const local = localTime(timetableOf(newest).timezone, time);
    const send = newest.command({ time, local } as never);
    if (send && !had(newest, sent.get(send.to), time, rest.seen))
      return `${send.to} was not sent the command of ${name} of ${time}`;
  }
  return undefined;
};

/** The faults of all schedules at rest, by the ids of the commits on their targets: each time once, none that was not to be, and none missing that was owed. */
export const schedulesFault = (releases: readonly Manifest[], streams: Streams, rest: Rest): string | undefined => {
  for (const name of Object.keys(releases.at(-1)?.schedules ?? {})) {
    const sent = new Map<string, string[]>();
    for (const [stream, commits] of streams)
      for (const { command } of commits) {
        const [, by, time = ''] = sentId.exec(command) ?? [];
        if (by === name) sent.set(stream, [...(sent.get(stream) ?? []), time]);
      }
    const versions = releases.flatMap(({ schedules = {} }) => schedules[name] ?? []);
    const fault = scheduleFault(name, versions, sent, rest);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

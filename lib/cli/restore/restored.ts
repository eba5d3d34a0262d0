import { randomUUID } from 'node:crypto';
import { sqs } from '../../aws/delivery/queue.ts';
import { sweepPlaces } from '../../aws/operate/sweep-places.ts';
import { openDeadlines } from '../../aws/process/former-deadlines.ts';
import { eventBridgeScheduler, schedulerClient } from '../../aws/process/scheduler.ts';
import { sourceCursors } from '../../aws/process/source-cursors.ts';
import { allCursors, allDeadlines, allHeads, emptyQueues, purgeMilliseconds } from '../../aws/restore/places.ts';
import { scheduleProgresses } from '../../aws/schedule/progresses.ts';
import { commitScanner } from '../../aws/store/commit-scanner.ts';
import { commitStore } from '../../aws/store/commit-store.ts';
import { aboutCommits } from '../../aws/store/count.ts';
import { systemClock, systemHash } from '../../aws/system.ts';
import { announcerName } from '../../core/announcer.ts';
import type { Manifest } from '../../core/manifest.ts';
import { pascal } from '../../core/stream.ts';
import { instant } from '../../engine/instant.ts';
import type { RestoredProcess } from '../../engine/restore/ports.ts';
import { type Reset, type Resetting, resetToRestored } from '../../engine/restore/reset.ts';
import { deployedProcesses, deployedProjections, deployedSchedules } from '../deployed.ts';
import { usesExternalEngine } from '../local/endpoint.ts';
import { type Connected, connect } from '../stack.ts';
import { type Print, some } from '../terminal/lines.ts';
import type { Bar } from '../terminal/progress.ts';
import { UserError } from '../terminal/user-error.ts';

export type RestoredVerb = Readonly<{
  manifest: Manifest;
  /** The instant that the commits were restored to. */
  to: string;
  /** The greatest lag of a process at that time, in hours. */
  late: number;
  stack?: string;
}>;

const segments = 16;

/** A stack of an earlier release has no such table, and functions that would put their deadlines elsewhere. */
const deadlinesTableOf = ({ outputs }: Connected): string => {
  const { DeadlinesTable: table } = outputs;
  if (table === undefined)
    throw new UserError(
      'The stack has no table of deadlines among its outputs.',
      'It is of an earlier release: deploy this one there first, with the restored tables.',
    );
  return table;
};

const processesIn = (manifest: Manifest, connection: Connected): readonly RestoredProcess[] => {
  const { client, control, outputs } = connection;
  const tables = { control, deadlines: deadlinesTableOf(connection) };
  return deployedProcesses(manifest, connection).map(({ process, queue, proofs }) => {
    const { category } = process;
    const group = outputs[`${pascal(category)}ScheduleGroup`] ?? '';
    const sides = { client: schedulerClient(), clock: systemClock, proofs, sendNow: async () => {} };
    return {
      process,
      cursors: { ...sourceCursors(client, control, category), ...allCursors(client, control, category) },
      deadlines: { ...openDeadlines(client, tables), ...allDeadlines(client, tables, category) },
      scheduler: eventBridgeScheduler(sides, { group, queueArn: '', role: '' }),
      queue,
    };
  });
};

/** All consumers of a deployment's commits, and their queues, found by its outputs. */
const resettingOn = (manifest: Manifest, connection: Connected) => {
  const { client, commits, control, outputs } = connection;
  const projections = deployedProjections(manifest, connection).map((deployed) => ({
    ...deployed,
    heads: allHeads(client, deployed.table, deployed.projection),
  }));
  const resetting: Omit<Resetting, 'seen'> = {
    scanner: commitScanner(client, commits),
    store: commitStore(client, commits),
    keys: { hash: systemHash },
    places: sweepPlaces(client, control),
    processes: processesIn(manifest, connection),
    schedules: deployedSchedules(manifest, connection).map((each) => ({
      ...each,
      progresses: scheduleProgresses(client, control),
    })),
    views: projections.filter(({ projection }) => projection.name !== announcerName),
    announcers: projections.filter(({ projection }) => projection.name === announcerName),
    segments,
    correlation: randomUUID(),
  };
  const queues = Object.entries(outputs).flatMap(([name, value]) => (/(?:Queue|DeadLetters)$/.test(name) ? [value] : []));
  return { resetting, queues, about: aboutCommits(client, commits) };
};

const resetLine = ({ consumer, cursors, moved, deadlines, attended }: Reset): string => {
  const own =
    deadlines === undefined
      ? ''
      : `, ${deadlines} deadlines that were gone; ${attended ?? 0} instances with something open are attended`;
  return `${consumer}: ${cursors} cursors, of which ${moved} were not where the commits are${own}.`;
};

/** Empties the queues: their messages belong to the lost history, and the sweep sends the valid ones again. */
const emptied = async (queues: readonly string[], print: Print): Promise<void> => {
  await emptyQueues(sqs(), queues);
  print(`${queues.length} queues are emptied: what is still to be delivered is found by the sweep.`);
  // A local cloud empties at once.
  if (!usesExternalEngine()) {
    print('Waiting for a minute, since a queue may take away for so long what comes in.');
    await systemClock.wait(purgeMilliseconds);
  }
};

/** `foldstream restored --to <instant>`: brings all consumers to the restored commits. Returns false if it could not. */
export const restoredVerb = async (
  { manifest, to, late, stack }: RestoredVerb,
  print: Print,
  barOf: (title: string) => Bar,
): Promise<boolean> => {
  const at = Date.parse(to);
  if (!Number.isFinite(at))
    throw new UserError(`'${to}' is not an instant.`, 'Give the one that you restored to, such as 2026-11-28T12:00:00Z.');
  if (at > systemClock.now())
    throw new UserError(`${instant(at)} is in the future.`, 'Give the instant that the commits were restored to.');
  const { resetting, queues, about } = resettingOn(manifest, await connect(stack));
  await emptied(queues, print);
  const [expected, bar] = [await about(), barOf('Checking the commits')];
  const seen = (done: number) => bar.show({ done, about: expected });
  const restored = await resetToRestored({ ...resetting, seen }, { to: at, lateMilliseconds: late * 3_600_000 });
  if ('faults' in restored) {
    bar.end('The commits are not whole. Nothing was changed but the queues.');
    for (const line of some(restored.faults.map(({ stream, commit, what }) => `${stream}, commit ${commit}: ${what}.`)))
      print(line);
    print('Restore them to another instant, or put back the missing commits; then run this again.');
    return false;
  }
  bar.end(`${restored.commits} commits of ${restored.streams} streams were looked at.`);
  for (const reset of restored.resets) print(resetLine(reset));
  print(
    `The sweep starts from the beginning. Views are refolded within moments (correlation ${resetting.correlation}): audit each.`,
  );
  return true;
};

import { randomUUID } from 'node:crypto';
import { systemProofs } from '../../aws/delivery/proofs.ts';
import { sqs, sqsQueue } from '../../aws/delivery/queue.ts';
import { dynamo } from '../../aws/dynamo.ts';
import { sweepPlaces } from '../../aws/operate/sweep-places.ts';
import { deadlineItems } from '../../aws/process/deadlines.ts';
import { eventBridgeScheduler, schedulerClient } from '../../aws/process/scheduler.ts';
import { sourceCursors } from '../../aws/process/source-cursors.ts';
import { allCursors, allDeadlines, allHeads, emptyQueues, purgeMilliseconds } from '../../aws/restore/places.ts';
import { commitScanner } from '../../aws/store/commit-scanner.ts';
import { commitStore } from '../../aws/store/commit-store.ts';
import { aboutCommits } from '../../aws/store/count.ts';
import { systemClock, systemHash } from '../../aws/system.ts';
import { viewTable } from '../../aws/view/table.ts';
import { announcerName } from '../../core/announcer.ts';
import type { Manifest } from '../../core/manifest.ts';
import { pascal } from '../../core/stream.ts';
import { instant } from '../../engine/instant.ts';
import type { RestoredProcess } from '../../engine/restore/ports.ts';
import { type Reset, type Resetting, resetToRestored } from '../../engine/restore/reset.ts';
import { usesExternalEngine } from '../local/endpoint.ts';
import { targetOutputs } from '../stack.ts';
import { type Print, some } from '../terminal/lines.ts';
import { patience } from '../terminal/patience.ts';
import type { Bar } from '../terminal/progress.ts';
import { UserError } from '../terminal/user-error.ts';
import { deployedProjections } from '../view/deployed.ts';

export type RestoredVerb = Readonly<{
  manifest: Manifest;
  /** The instant that the commits were restored to. */
  to: string;
  /** The greatest lag of a process at that time, in hours. */
  late: number;
  stack?: string;
}>;
type Outputs = Readonly<Record<string, string>>;

const segments = 16;

const processesIn = ({ processes = [] }: Manifest, outputs: Outputs): readonly RestoredProcess[] => {
  const [client, queues, control] = [dynamo(patience), sqs(), outputs.ControlTable ?? ''];
  const proofs = systemProofs(client, control);
  return processes.flatMap((process) => {
    const prefix = pascal(process.category);
    const [url, group] = [outputs[`${prefix}Queue`], outputs[`${prefix}ScheduleGroup`]];
    if (url === undefined || group === undefined) return [];
    const sides = { client: schedulerClient(), clock: systemClock, proofs, sendNow: async () => {} };
    return [
      {
        process,
        cursors: { ...sourceCursors(client, control, process.category), ...allCursors(client, control, process.category) },
        deadlines: { ...deadlineItems(client, control), ...allDeadlines(client, control, process.category) },
        scheduler: eventBridgeScheduler(sides, { group, queueArn: '', role: '' }),
        queue: sqsQueue(queues, url, proofs),
      },
    ];
  });
};

/** All consumers of a deployment's commits, and their queues, found by its outputs. */
const resettingOn = (manifest: Manifest, outputs: Outputs) => {
  const { CommitsTable, ControlTable } = outputs;
  if (!CommitsTable || !ControlTable) throw new UserError('The deployment names no tables.', 'Deploy this release first.');
  const client = dynamo(patience);
  const projections = deployedProjections(manifest, outputs).map((deployed) => ({
    ...deployed,
    heads: allHeads(client, deployed.table),
  }));
  const resetting: Omit<Resetting, 'seen'> = {
    scanner: commitScanner(client, CommitsTable),
    store: commitStore(client, CommitsTable),
    keys: { hash: systemHash },
    places: sweepPlaces(client, ControlTable),
    processes: processesIn(manifest, outputs),
    views: projections.filter(({ projection }) => projection.name !== announcerName),
    announcers: projections
      .filter(({ projection }) => projection.name === announcerName)
      .map(({ table, ...announcer }) => ({ ...announcer, view: viewTable(client, table) })),
    segments,
    correlation: randomUUID(),
  };
  const queues = Object.entries(outputs).flatMap(([name, value]) =>
    /(?:Queue|DeadLetters|Undelivered)$/.test(name) ? [value] : [],
  );
  return { resetting, queues, about: aboutCommits(client, CommitsTable) };
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
    throw new UserError(`'${to}' is no instant.`, 'Say it as the restore was told, such as 2026-11-28T12:00:00Z.');
  if (at > systemClock.now())
    throw new UserError(`${instant(at)} is in the future.`, 'Say the instant that the commits were restored to.');
  const { resetting, queues, about } = resettingOn(manifest, await targetOutputs(stack));
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

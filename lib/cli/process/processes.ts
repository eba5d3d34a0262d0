import { randomUUID } from 'node:crypto';
import { systemProofs } from '../../aws/delivery/proofs.ts';
import { sqs, sqsQueue } from '../../aws/delivery/queue.ts';
import { redrive } from '../../aws/delivery/redrive.ts';
import { revisionTables } from '../../aws/deployment/deployments.ts';
import { dynamo } from '../../aws/dynamo.ts';
import { cloudWatchAges } from '../../aws/operate/ages.ts';
import { queueName } from '../../aws/queue-name.ts';
import { rebuildRecords } from '../../aws/rebuild/records.ts';
import { commitStore } from '../../aws/store/commit-store.ts';
import { systemClock, systemHash } from '../../aws/system.ts';
import { activeRevisions } from '../../aws/view/revisions.ts';
import { viewTable } from '../../aws/view/table.ts';
import type { Manifest } from '../../core/manifest.ts';
import { processDecider } from '../../core/process/decider.ts';
import { type InstanceRow, instancesName } from '../../core/process/instances-view.ts';
import { pascal } from '../../core/stream.ts';
import {
  type InstanceOrder,
  type InstanceReport,
  orderInstance,
  type ProcessesReport,
  type ProcessOperating,
  readInstance,
  reportProcesses,
} from '../../engine/operate/processes.ts';
import type { Wait } from '../../engine/process/told.ts';
import { progressOf } from '../../engine/rebuild/operator/report.ts';
import { defaultSettings } from '../../engine/settings.ts';
import { asker } from '../rebuild/connect.ts';
import { type Target, targetOutputs } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';

type One = Target & Readonly<{ process: string; instance: string }>;
type Outputs = Readonly<Record<string, string>>;

/** The processes of the manifest that a deployment has, found by its outputs. */
const operatingOn = (manifest: Manifest, outputs: Outputs, print: Print): ProcessOperating => {
  const [client, queues, control] = [dynamo(), sqs(), outputs.ControlTable ?? ''];
  const said = { info: () => {}, warn: (message: string) => print(message), error: (message: string) => print(message) };
  const loading = {
    store: commitStore(client, outputs.CommitsTable ?? ''),
    // Snapshots are not read: only the functions know the hash of the code that folded them.
    snapshots: { load: async () => undefined, save: async () => {} },
    keys: { hash: systemHash },
    code: '',
    clock: systemClock,
    log: said,
    settings: defaultSettings,
  };
  const proofs = systemProofs(client, control);
  const tableOf = (revision: number) => outputs[`${pascal(instancesName)}R${revision}Table`];
  return {
    processes: (manifest.processes ?? []).flatMap((process) => {
      const url = outputs[`${pascal(process.category)}Queue`];
      if (url === undefined) return [];
      const decider = processDecider(process);
      return [
        {
          process,
          queueName: queueName(url),
          queue: sqsQueue(queues, url, proofs),
          loading: { ...loading, decider },
        },
      ];
    }),
    instances: {
      deployed: manifest.projections.flatMap((projection) => {
        const table = projection.name === instancesName ? tableOf(projection.revision) : undefined;
        return table === undefined ? [] : [{ projection, reader: viewTable(client, table), clock: systemClock }];
      }),
      active: activeRevisions(client, control).load,
      built: progressOf(rebuildRecords(client, control)),
      tableOf: revisionTables(client, control, systemClock),
    },
    ages: cloudWatchAges('', systemClock),
    log: said,
  };
};

const connected = async ({ manifest, stack }: Target, print: Print) => {
  const outputs = await targetOutputs(stack);
  const operating = operatingOn(manifest, outputs, print);
  if (operating.processes.length === 0)
    throw new UserError('No process is deployed there.', 'A manifest names its own in `processes`.');
  return { outputs, operating };
};

const age = (seconds: number | undefined) => (seconds === undefined ? 'age not measured' : `oldest ${Math.round(seconds)} s`);

const rowLine = ({ process, instance, status, since, why, how, waitsUntil }: InstanceRow): string =>
  [
    `  ${process} ${instance}: ${status} since ${since}`,
    ...(how === undefined ? [] : [`ended: ${how}`]),
    ...(why === undefined ? [] : [why]),
    ...(waitsUntil === undefined ? [] : [`next deadline ${waitsUntil}`]),
  ].join('; ');

/** A report as lines for a person. */
export const processLines = ({ processes, instances, cursor }: ProcessesReport): readonly string[] => [
  ...processes.map(
    ({ process, lag: { waiting, inFlight, deadLetters, oldestSeconds } }) =>
      `${process}: ${waiting} waiting, ${inFlight} in work, ${age(oldestSeconds)}, ${deadLetters} dead letters`,
  ),
  ...(instances as readonly InstanceRow[]).map(rowLine),
  ...(instances.length === 0 ? ['  none'] : []),
  ...(cursor === undefined ? [] : ['  and more']),
];

const waitLine = (wait: Wait): string => {
  if (wait.for === 'outcome') return `${wait.to}: the outcome of ${wait.command}, since ${wait.since}`;
  if (wait.for === 'deadline') return `the deadline '${wait.name}', at ${wait.until}`;
  return `a person, being ${wait.status}: ${wait.why}`;
};

/** An instance's story as lines for a person. */
export const instanceLines = (report: InstanceReport): readonly string[] => {
  const { process, instance, status, ended, waits, steps, earlier } = report;
  const [first] = steps;
  return [
    `${process} ${instance}: ${status}${ended === undefined ? '' : `, ${ended}`}`,
    ...waits.map((wait) => `  waits for ${waitLine(wait)}`),
    ...(earlier > 0 ? [`  ... ${earlier} steps before`] : []),
    // A step caused by an operator already names the operator.
    ...steps.map(({ commit, at, says }) => `  ${commit}. ${at} ${says}`),
    ...(first ? [`  In all streams: foldstream trace ${first.correlation}`] : []),
  ];
};

type List = Target & Readonly<{ status?: 'running' | 'stuck' | 'parked' | 'ended'; process?: string }>;

/** `foldstream processes`: lists each process's backlog, and the instances that are stuck or parked, or those of one status. */
export const listProcesses = async ({ status, process, ...target }: List, print: Print): Promise<void> => {
  const { operating } = await connected(target, print);
  const page = { limit: 100, direction: 'oldest-first' } as const;
  const asked = { ...page, ...(status && { status }), ...(process !== undefined && { process }) };
  for (const line of processLines(await reportProcesses(operating, asked))) print(line);
};

/** `foldstream processes show <process> <instance>`. */
export const showInstance = async ({ process, instance, ...target }: One, print: Print): Promise<void> => {
  const { operating } = await connected(target, print);
  for (const line of instanceLines(await readInstance(operating, { process, instance }))) print(line);
};

/** `foldstream processes retry|resume|resolve <process> <instance> --why "..."`. */
export const orderProcess = async (
  { process, instance, order, why, ...target }: One & Readonly<{ order: InstanceOrder; why: string }>,
  print: Print,
): Promise<void> => {
  const { operating } = await connected(target, print);
  const correlation = randomUUID();
  const asked = { process, instance, order, why, by: asker(), correlation };
  const { status } = await orderInstance(operating, asked);
  print(`${instance} of ${process}, ${status} until now, was asked to ${order} (correlation ${correlation}).`);
  print(`See the result: foldstream processes show ${process} ${instance}`);
};

/** `foldstream processes redrive <process>`: sends dead letters back, of the queue and of its rules. */
export const redriveProcess = async ({ process, ...target }: Target & Readonly<{ process: string }>, print: Print) => {
  const { outputs } = await connected(target, print);
  const url = (part: string) => outputs[`${pascal(process)}${part}`];
  const queue = url('Queue');
  if (queue === undefined) throw new UserError(`${process} is not deployed.`);
  let moved = 0;
  for (const letters of [url('DeadLetters'), url('Undelivered')])
    if (letters !== undefined) moved += await redrive(sqs(), letters, queue);
  print(`${moved} letters are back in the queue of ${process}.`);
};

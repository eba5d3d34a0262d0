import { randomUUID } from 'node:crypto';
import { revisionTables } from '../../aws/deployment/deployments.ts';
import { cloudWatchAges } from '../../aws/operate/ages.ts';
import { rebuildRecords } from '../../aws/rebuild/records.ts';
import { commitStore } from '../../aws/store/commit-store.ts';
import { systemClock, systemHash } from '../../aws/system.ts';
import { activeRevisions } from '../../aws/view/revisions.ts';
import { processDecider } from '../../core/process/decider.ts';
import { type InstanceRow, instancesName } from '../../core/process/instances-view.ts';
import {
  type InstanceOrder,
  type InstanceReport,
  orderInstance,
  type ProcessesReport,
  type ProcessOperating,
  readInstance,
  reportProcesses,
} from '../../engine/operate/processes.ts';
import { progressOf } from '../../engine/rebuild/operator/report.ts';
import { asker } from '../asker.ts';
import { deployedProcesses, deployedProjections } from '../deployed.ts';
import { redriveOn } from '../letters.ts';
import { withoutSnapshots } from '../loading.ts';
import { withRows } from '../rows.ts';
import { connect, type Target } from '../stack.ts';
import type { Print } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';
import { lagText, printedLog, waitText } from '../texts.ts';

type One = Target & Readonly<{ process: string; instance: string }>;

/** The processes of a deployment, and the ports for operating them. */
const connected = async ({ manifest, stack }: Target, print: Print) => {
  const connection = await connect(stack);
  const { client, commits, control } = connection;
  const log = printedLog(print);
  const loading = {
    ...withoutSnapshots,
    store: commitStore(client, commits),
    keys: { hash: systemHash },
    clock: systemClock,
    log,
  };
  const processes = deployedProcesses(manifest, connection);
  if (processes.length === 0)
    throw new UserError('The deployment has no process of this manifest.', 'A manifest lists its processes in `processes`.');
  const operating: ProcessOperating = {
    processes: processes.map((deployed) => ({ ...deployed, loading: { ...loading, decider: processDecider(deployed.process) } })),
    instances: {
      deployed: deployedProjections(manifest, connection)
        .filter(({ projection }) => projection.name === instancesName)
        .map(({ projection, view }) => ({ projection, reader: view, clock: systemClock })),
      active: activeRevisions(client, control).load,
      built: progressOf(rebuildRecords(client, control)),
      tableOf: revisionTables(client, control, systemClock),
    },
    ages: cloudWatchAges('', systemClock),
    log,
  };
  return { processes, operating };
};

const rowLine = ({ process, instance, status, since, why, how, waitsUntil }: InstanceRow): string =>
  [
    `  ${process} ${instance}: ${status} since ${since}`,
    ...(how === undefined ? [] : [`ended: ${how}`]),
    ...(why === undefined ? [] : [why]),
    ...(waitsUntil === undefined ? [] : [`next deadline ${waitsUntil}`]),
  ].join('; ');

/** A report as lines for a person. */
export const processLines = (
  { processes, instances, cursor }: ProcessesReport,
  status = 'stuck or parked',
): readonly string[] => [
  ...processes.map(({ process, lag }) => `${process}: ${lagText(lag)}`),
  ...(instances as readonly InstanceRow[]).map(rowLine),
  ...(instances.length === 0 ? [`  no instance is ${status}`] : []),
  ...(cursor === undefined ? [] : ['  and more']),
];

/** An instance's story as lines for a person. */
export const instanceLines = (report: InstanceReport): readonly string[] => {
  const { process, instance, status, ended, waits, steps, earlier } = report;
  const [first] = steps;
  return [
    `${process} ${instance}: ${status}${ended === undefined ? '' : `, ${ended}`}`,
    ...waits.map((wait) => `  waits ${waitText(wait)}`),
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
  const read = (cursor: string | undefined) => reportProcesses(operating, { ...asked, ...(cursor !== undefined && { cursor }) });
  for (const line of processLines(await withRows('instances', page.limit, read), status)) print(line);
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
export const redriveProcess = ({ process, ...asked }: Target & Readonly<{ process: string; why?: string }>, print: Print) =>
  redriveOn(asked, { kind: 'process', name: process }, print);

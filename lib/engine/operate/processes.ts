import { type Commit, type Trail, trailOf } from '../../core/commit.ts';
import { ProblemError } from '../../core/problem.ts';
import type { StepEnded } from '../../core/process/events.ts';
import type { Instance } from '../../core/process/instance.ts';
import { instancesName, standingStill } from '../../core/process/instances-view.ts';
import type { AnyProcess } from '../../core/process/process.ts';
import { streamName } from '../../core/stream.ts';
import { isWatch } from '../../core/watch/formats.ts';
import { instanceOf, type TracedInstance } from '../history/trace.ts';
import { saysOf } from '../history/trace-words.ts';
import type { Log } from '../ports.ts';
import { notFound } from '../problems.ts';
import type { Order } from '../process/ports.ts';
import { kernelOf, type Wait, waitsOf } from '../process/told.ts';
import type { PageAnswer, PageRequest } from '../query/page.ts';
import type { Revisions } from '../query/revision.ts';
import { sendOrders } from '../send-orders.ts';
import { type Loading, load } from '../store/load.ts';
import type { Ages, Lag } from './projections.ts';
import { type ByStatus, type Consumer, lagsOf, rowsByStatus } from './rows-by-status.ts';

/** A process as operators see it. */
export type OperatedProcess = Consumer &
  Readonly<{
    process: AnyProcess;
    /** For `processDecider(process)`: its instances are read, and never written. */
    loading: Loading;
  }>;

export type ProcessOperating = Readonly<{
  processes: readonly OperatedProcess[];
  /** The kernel's view of all instances. */
  instances: Revisions;
  ages: Pick<Ages, 'ofQueues'>;
  log: Log;
}>;

type Status = StepEnded['status'];

export type ProcessesReport = Readonly<{
  processes: readonly Readonly<{ process: string; lag: Lag }>[];
  /** Rows of the view: those that stand still have the longest in their status first. */
  instances: PageAnswer['items'];
  cursor?: string;
}>;

export type InstancesRequest = Pick<PageRequest, 'limit' | 'cursor' | 'direction'> &
  ByStatus<Status> &
  Readonly<{ process?: string }>;

/**
 * The lag of each process, and its instances of one status; without a status, the stuck and parked ones, which need an operator. The instances of a watch run
 * for ever and do not count as running, unless that watch is named.
 */
export const reportProcesses = async (
  operating: ProcessOperating,
  { process, ...page }: InstancesRequest,
): Promise<ProcessesReport> => {
  const instances = { revisions: operating.instances, name: instancesName, needing: standingStill };
  const [lags, { items, cursor }] = await Promise.all([
    lagsOf(operating.processes, operating),
    rowsByStatus<Status>(instances, { ...page, ...(process !== undefined && { equals: { process } }) }),
  ]);
  const processes = operating.processes.map(({ process: { category } }, i) => ({ process: category, lag: lags[i]! }));
  const watches = operating.processes.flatMap((each) => (isWatch(each.process) ? [each.process.category] : []));
  const isShown = (row: Readonly<{ process?: string }>) => process !== undefined || !watches.includes(row.process ?? '');
  return {
    processes,
    instances: page.status === 'running' ? items.filter(isShown) : items,
    ...(cursor !== undefined && { cursor }),
  };
};

type Which = Readonly<{ process: string; instance: string }>;

/** The most commits of an instance that its story describes: its last ones. */
const toldOf = 200;

const known = async ({ processes }: Pick<ProcessOperating, 'processes'>, { process, instance }: Which) => {
  const operated = processes.find(({ process: { category } }) => category === process);
  if (!operated) throw notFound(`process '${process}'`);
  const stream = streamName(process, instance);
  const now = await load(operated.loading, stream);
  if (now.commit === 0) throw notFound(`instance '${instance}' of ${process}`);
  return { operated, stream, commit: now.commit, state: now.state as Instance };
};

type ToldStep = Readonly<Pick<Commit, 'commit' | 'version' | 'at'> & { actor: string; correlation: string; says: string }>;

export type InstanceReport = Which &
  Pick<TracedInstance, 'story'> &
  Readonly<{
    status: Status;
    ended?: string;
    memory: unknown;
    waits: readonly Wait[];
    steps: readonly ToldStep[];
    /** The number of earlier steps, which are not described. */
    earlier: number;
  }>;

/** The history of an instance and what it waits for, in words. */
export const readInstance = async (operating: Pick<ProcessOperating, 'processes'>, which: Which): Promise<InstanceReport> => {
  const { operated, stream, commit, state } = await known(operating, which);
  const from = Math.max(1, commit - toldOf + 1);
  const { commits } = await operated.loading.store.read(stream, { from, to: commit, limit: toldOf });
  const events = commits.flatMap(kernelOf);
  const { status, memory, ended } = state;
  return {
    ...which,
    status,
    ...(ended !== undefined && { ended }),
    story: instanceOf([stream, commits]).story,
    memory,
    waits: waitsOf(stream, commits),
    steps: commits.map((each) => ({
      commit: each.commit,
      version: each.version,
      at: each.at,
      actor: each.meta.actor,
      correlation: each.meta.correlation,
      says: saysOf(each, kernelOf(each), () => events),
    })),
    earlier: from - 1,
  };
};

/** The requests of operators about an instance, and the statuses that each needs. */
const orders = {
  retry: { takes: ['stuck'], kind: 'not-stuck', about: 'stuck: there is nothing to send again' },
  resume: { takes: ['parked'], kind: 'not-parked', about: 'parked: there is nothing to resume' },
  resolve: { takes: ['stuck', 'parked'], kind: 'not-stuck-or-parked', about: 'stuck or parked: there is nothing to resolve' },
} as const;

export type InstanceOrder = keyof typeof orders;

type Ordered = Which & Readonly<{ order: InstanceOrder; status: Status; correlation: string }>;
type Ask = Which & Readonly<{ order: InstanceOrder; why: string; by: string }> & Trail;

/** Puts an order into the process's own queue: its function alone writes its streams. */
export const orderInstance = async (
  operating: Pick<ProcessOperating, 'processes'>,
  { order, why, by, correlation, traceparent, ...which }: Ask,
): Promise<Ordered> => {
  const { operated, stream, state } = await known(operating, which);
  const { status } = state;
  const { takes, kind, about } = orders[order];
  if (!takes.some((taken) => taken === status))
    throw new ProblemError({
      kind,
      detail: `${which.instance} of ${which.process} is ${status}, not ${about}.`,
      extra: { instanceStatus: status },
    });
  const asked: Order = { instance: stream, reason: why, by, ...trailOf({ correlation, traceparent }) };
  await sendOrders(operated.queue, which.process, [{ [order]: asked }]);
  return { ...which, order, status, correlation };
};

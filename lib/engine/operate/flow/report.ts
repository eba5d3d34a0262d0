import { announcerName } from '../../../core/announcer.ts';
import { needingOperator, type PerformanceRow, performancesName } from '../../../core/effect/performances-view.ts';
import type { Manifest } from '../../../core/manifest.ts';
import type { StepEnded } from '../../../core/process/events.ts';
import { type InstanceRow, instancesName, standingStill } from '../../../core/process/instances-view.ts';
import type { AnyProcess } from '../../../core/process/process.ts';
import { sourcesOf } from '../../../core/projection.ts';
import { groupOf } from '../../../core/view/groups.ts';
import { instant } from '../../instant.ts';
import type { Clock } from '../../ports.ts';
import type { Revisions } from '../../query/revision.ts';
import { effectStates, type OperatedEffect } from '../effects.ts';
import { type Lag, measured, type Operating, reportProjections } from '../projections.ts';
import { type Consumer, lagsOf, rowsByStatus } from '../rows-by-status.ts';
import { reportSchedules, type ScheduleOperating } from '../schedules.ts';
import type { Rate, Rates, ReadRates } from './ports.ts';

type Running = Readonly<{ id: string; kind: string; state: string; projection: string; revision: number }>;

/** All of a deployment that the flow shows. */
export type FlowOperating = Readonly<{
  manifest: Pick<Manifest, 'aggregates' | 'groups'>;
  operating: Operating;
  processes: readonly (Consumer & Readonly<{ process: AnyProcess }>)[];
  effects: readonly Omit<OperatedEffect, 'loading'>[];
  scheduling: Pick<ScheduleOperating, 'schedules' | 'progresses'>;
  circuits: Parameters<typeof effectStates>[0]['circuits'];
  instances: Revisions;
  performances: Revisions;
  /** Rebuilds, replays and audits that are running. */
  running: () => Promise<readonly Running[]>;
  rates: ReadRates;
  clock: Pick<Clock, 'now'>;
}>;

/** Of a consumer: how much waits, and how many messages a minute arrive, where that is measured. */
type Flowing = Readonly<{ lag: Lag; perMinute?: number }>;

/** How many need an operator, by their status: `atLeast` if there are more than were counted. */
export type Counted = Readonly<{ byStatus: Readonly<Record<string, number>>; atLeast?: true }>;

/** A view, or the sender of public events, as the flow shows it. */
export type FlowView = Flowing &
  Readonly<{
    name: string;
    revision: number;
    active: boolean;
    /** The group whose queue it shares: the backlog and the rate are those of all its views. */
    group?: string;
    from: readonly string[];
    parked: number;
    moreParked: boolean;
    /** What builds, checks or mends it now. */
    rebuild?: Readonly<{ id: string; kind: string; state: string }>;
  }>;

/** The whole deployment at one moment: what its picture is made of. */
export type Flow = Readonly<{
  at: string;
  /** When the rates were read; absent where nothing measures them. */
  ratesAt?: string;
  api: Partial<Rate>;
  commands: readonly (Readonly<{ category: string }> & Partial<Rate & Readonly<{ throttledPerMinute: number }>>)[];
  publisher: Readonly<{ behindSeconds?: number; errorsPerMinute?: number }>;
  views: readonly FlowView[];
  publicEvents?: FlowView;
  processes: readonly (Flowing &
    Readonly<{
      process: string;
      from: readonly string[];
      sends: readonly string[];
      effects: readonly string[];
      /** Absent while the view of instances is built. */
      standing?: Counted;
    }>)[];
  effects: readonly (Flowing &
    Readonly<{ effect: string; provider: string; circuit: 'closed' | 'open'; openUntil?: string; standing?: Counted }>)[];
  schedules: readonly (Flowing &
    Readonly<{ schedule: string; sends: readonly string[]; late?: string; paused: boolean; next?: string }>)[];
}>;

/** The most rows of one status that are counted. */
const counted = 100;

const countedBy = (rows: readonly Readonly<{ status: string }>[], all: readonly Readonly<{ status: string }>[]): Counted => {
  const groups = Object.entries(Object.groupBy(rows, ({ status }) => status));
  const full = Object.values(Object.groupBy(all, ({ status }) => status)).some((each = []) => each.length >= counted);
  return {
    byStatus: Object.fromEntries(groups.map(([status, own = []]) => [status, own.length])),
    ...(full && { atLeast: true }),
  };
};

/** The rows of one of the kernel's views that need an operator; undefined while it is built. */
const standing = async <Row>(
  { operating: { log } }: FlowOperating,
  asked: Readonly<{ revisions: Revisions; name: string; needing: readonly string[] }>,
): Promise<readonly Row[] | undefined> => {
  const page = { limit: counted, direction: 'oldest-first' } as const;
  const rows = rowsByStatus<string>(asked, page).then(({ items }) => items as readonly Row[]);
  return measured(log, rows, undefined);
};

const lagsIn = (flow: FlowOperating, consumers: readonly Consumer[]) => lagsOf(consumers, flow.operating);

/** The rate of a queue: nothing where it was not measured. */
const rateOf = (rates: Rates | undefined, queue: string): Readonly<{ perMinute?: number }> => {
  const perMinute = rates?.queues.get(queue);
  return perMinute === undefined ? {} : { perMinute };
};

const viewsOf = async (flow: FlowOperating, rates: Rates | undefined) => {
  const { operating, manifest } = flow;
  const [{ projections, publisher }, running] = await Promise.all([reportProjections(operating), flow.running()]);
  const views = projections.map(({ parked, ...view }, i): FlowView => {
    const { projection, queueName } = operating.views[i]!;
    const own = running.find((each) => each.projection === view.name && each.revision === view.revision);
    const group = groupOf(manifest, view);
    return {
      ...view,
      ...(group !== undefined && { group }),
      from: sourcesOf(projection).map(({ category }) => category),
      parked: parked.length,
      ...rateOf(rates, queueName),
      ...(own && { rebuild: { id: own.id, kind: own.kind, state: own.state } }),
    };
  });
  return { views, publisher };
};

const processesOf = async (flow: FlowOperating, rates: Rates | undefined): Promise<Flow['processes']> => {
  if (flow.processes.length === 0) return [];
  const asked = { revisions: flow.instances, name: instancesName, needing: standingStill as readonly StepEnded['status'][] };
  const [lags, rows] = await Promise.all([lagsIn(flow, flow.processes), standing<InstanceRow>(flow, asked)]);
  return flow.processes.map(({ process, queueName }, i) => ({
    process: process.category,
    from: sourcesOf(process as never).map(({ category }) => category),
    sends: process.sends.map(({ category }) => category),
    effects: (process.effects ?? []).map(({ name }) => name),
    lag: lags[i]!,
    ...rateOf(rates, queueName),
    ...(rows && {
      standing: countedBy(
        rows.filter((row) => row.process === process.category),
        rows,
      ),
    }),
  }));
};

const effectsOf = async (flow: FlowOperating, rates: Rates | undefined): Promise<Flow['effects']> => {
  if (flow.effects.length === 0) return [];
  const { ages, log } = flow.operating;
  const asked = { revisions: flow.performances, name: performancesName, needing: needingOperator };
  const [states, rows] = await Promise.all([effectStates({ ...flow, ages, log }), standing<PerformanceRow>(flow, asked)]);
  return states.map((state, i) => ({
    ...state,
    ...rateOf(rates, flow.effects[i]!.queueName),
    ...(rows && {
      standing: countedBy(
        rows.filter((row) => row.effect === state.effect),
        rows,
      ),
    }),
  }));
};

const schedulesOf = async (flow: FlowOperating, rates: Rates | undefined): Promise<Flow['schedules']> => {
  const { operating, scheduling, clock } = flow;
  const reports = await reportSchedules({ ...scheduling, ages: operating.ages, log: operating.log, clock });
  return reports.map(({ schedule, late, paused, next, lag }, i) => ({
    schedule,
    sends: scheduling.schedules[i]!.schedule.sends.map(({ category }) => category),
    ...(late !== undefined && { late }),
    paused: paused !== undefined,
    ...(next !== undefined && { next }),
    lag,
    ...rateOf(rates, scheduling.schedules[i]!.queueName),
  }));
};

/** How everything is, from the API to the last consumer. It only reads. */
export const reportFlow = async (flow: FlowOperating): Promise<Flow> => {
  const { operating, manifest, clock } = flow;
  const queues = [...operating.views, ...flow.processes, ...flow.effects, ...flow.scheduling.schedules];
  const rates = await measured(operating.log, flow.rates([...new Set(queues.map(({ queueName }) => queueName))]), undefined);
  const [{ views, publisher }, processes, effects, schedules] = await Promise.all([
    viewsOf(flow, rates),
    processesOf(flow, rates),
    effectsOf(flow, rates),
    schedulesOf(flow, rates),
  ]);
  const publicEvents = views.find(({ name }) => name === announcerName);
  return {
    at: instant(clock.now()),
    ...(rates && { ratesAt: rates.at }),
    api: rates?.api ?? {},
    commands: manifest.aggregates.map(({ category }) => ({ category, ...rates?.commands.get(category) })),
    publisher: { ...publisher, ...rates?.publisher },
    views: views.filter((view) => view !== publicEvents),
    ...(publicEvents && { publicEvents }),
    processes,
    effects,
    schedules,
  };
};

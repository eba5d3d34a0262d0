import { describe, expect, it } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { transferProcess } from '../../../domains/transfer/process.ts';
import { send } from '../../../lib/core/process/process.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { schedule } from '../../../lib/core/schedule/schedule.ts';
import { type FlowOperating, reportFlow } from '../../../lib/engine/operate/flow/report.ts';
import { memoryCircuits } from '../../../lib/testing/memory/effect.ts';
import { memoryQueue } from '../../../lib/testing/memory/queue.ts';
import { memoryProgresses } from '../../../lib/testing/memory/schedule.ts';
import { memoryParkedList } from '../../../lib/testing/memory/sweep.ts';
import { memoryClock, memoryLog } from '../../../lib/testing/memory/system.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { chargeCard, paying } from '../../support/paying/domain.ts';

const projection = accountBalance as unknown as AnyProjection;
const monthly = schedule({
  cron: '30 2 1 * *',
  since: '2026-12-01T00:00:00.000Z',
  catchUp: 'all',
  sends: [account],
  command: ({ time }: { time: string }) => send(account, 'fees', 'Settle', { reference: time }),
} as never) as never;

type Row = Readonly<{ status: string; since: string }>;
const row = (over: object): Row =>
  ({
    process: 'transferProcess',
    instance: 'x',
    status: 'stuck',
    since: '2026-11-01T00:00:00.000Z',
    ...over,
  }) as Row;

/** One of the kernel's views with these rows, as it is kept. */
const kernelView = async (projection: AnyProjection, rows: readonly Row[], isBuilt = true) => {
  const view = memoryView();
  for (const [i, each] of rows.entries()) {
    const lists = { 'standing-still': { in: JSON.stringify([each.status]), at: each.since } };
    const head = { key: String(i), sort: 'head', stream: `transferProcess-${i}`, commit: 1, row: each, lists };
    await view.putHead(head as never, undefined);
  }
  return {
    deployed: [{ projection, reader: view, clock: memoryClock() }],
    active: async () => (isBuilt ? { projection: projection.name, revision: projection.revision } : undefined),
    built: async () => undefined,
    tableOf: async () => undefined,
  } as never;
};
const [instancesView, performancesView] = ['process-instances', 'effect-performances'].map(
  (wanted) => paying.projections.find(({ name }) => (name as string) === wanted) as unknown as AnyProjection,
) as [AnyProjection, AnyProjection];
const instances = (rows: readonly Row[], isBuilt?: boolean) => kernelView(instancesView, rows, isBuilt);

const house = async (over: Partial<FlowOperating> = {}) => {
  const [view, queue, log] = [memoryView(), memoryQueue(), memoryLog()];
  const head = { key: 'a', sort: 'head', stream: 'account-a', commit: 2 };
  await view.putHead({ ...head, parked: { commit: 3, reason: 'Error: no', at: '2026-11-21T12:00:00.000Z' } } as never, undefined);
  queue.depths = { waiting: 4, inFlight: 2, deadLetters: 1 };
  const flow: FlowOperating = {
    manifest: { aggregates: [account] } as never,
    operating: {
      views: [{ projection, queueName: 'q1', queue, view, parked: memoryParkedList(view) }],
      actives: { load: async () => ({ projection: 'account-balance', revision: projection.revision }) as never },
      ages: { ofQueues: async () => new Map([['q1', 12]]), ofPublisher: async () => 0.5 },
      log,
    },
    processes: [{ process: transferProcess as never, queueName: 'p', queue: memoryQueue() }],
    effects: [{ effect: chargeCard, queueName: 'e', queue: memoryQueue() }],
    scheduling: {
      schedules: [{ name: 'monthly', schedule: monthly, queueName: 's', queue: memoryQueue() }],
      progresses: memoryProgresses(),
    },
    circuits: memoryCircuits(),
    instances: await instances([row({}), row({}), row({ status: 'parked' }), row({ process: 'other' })]),
    performances: await kernelView(performancesView, []),
    running: async () => [],
    rates: async () => undefined,
    clock: memoryClock(),
    ...over,
  };
  return { flow, log };
};

describe('the flow', () => {
  it('tells of each consumer its lag, what feeds it and what stands still; without metrics no rates, not zeros', async () => {
    const { flow } = await house();
    const told = await reportFlow(flow);
    expect(told.ratesAt).toBeUndefined();
    expect(told.api).toEqual({});
    expect(told.commands).toEqual([{ category: 'account' }]);
    expect(told.publisher).toEqual({ behindSeconds: 0.5 });
    expect(told.views).toEqual([
      {
        name: 'account-balance',
        revision: projection.revision,
        active: true,
        from: ['account'],
        parked: 1,
        moreParked: false,
        lag: { waiting: 4, inFlight: 2, deadLetters: 1, oldestSeconds: 12 },
      },
    ]);
    expect(told.processes).toMatchObject([
      { process: 'transferProcess', from: expect.arrayContaining(['transfer']), sends: expect.arrayContaining(['account']) },
    ]);
    expect(told.processes[0]?.standing).toEqual({ byStatus: { stuck: 2, parked: 1 } });
    expect(told.effects).toMatchObject([{ effect: 'chargeCard', circuit: 'closed', standing: { byStatus: {} } }]);
    expect(told.schedules).toMatchObject([{ schedule: 'monthly', sends: ['account'], paused: false }]);
  });

  it('says which views share the queue of a group', async () => {
    const { flow } = await house({
      manifest: { aggregates: [account], groups: { customers: { views: ['account-balance'] } } } as never,
    });
    expect((await reportFlow(flow)).views).toMatchObject([{ name: 'account-balance', group: 'customers' }]);
  });

  it('has the rates that were measured, and the rebuild of this revision that runs', async () => {
    const rebuild = { projection: 'account-balance', revision: projection.revision, kind: 'rebuild' };
    const { flow } = await house({
      running: async () => [
        { ...rebuild, id: 'other', revision: 99, state: 'filling' },
        { ...rebuild, id: 'runs', state: 'filling' },
      ],
      rates: async () => ({
        at: '2026-11-21T12:00:00.000Z',
        api: { perMinute: 60, errorsPerMinute: 1 },
        commands: new Map([['account', { perMinute: 30, errorsPerMinute: 0, throttledPerMinute: 0 }]]),
        queues: new Map([['q1', 29.5]]),
      }),
    });
    const { views, commands, processes, api } = await reportFlow(flow);
    expect(api).toEqual({ perMinute: 60, errorsPerMinute: 1 });
    expect(commands[0]).toMatchObject({ perMinute: 30 });
    expect(views[0]).toMatchObject({ perMinute: 29.5, rebuild: { id: 'runs', kind: 'rebuild', state: 'filling' } });
    expect(processes[0]).not.toHaveProperty('perMinute');
  });

  it('a hundred of one status are at least so many', async () => {
    const { flow } = await house({ instances: await instances(Array.from({ length: 100 }, () => row({}))) });
    expect((await reportFlow(flow)).processes[0]?.standing).toEqual({ byStatus: { stuck: 100 }, atLeast: true });
  });

  it('tells what it can while the view of instances is built, and while metrics are away', async () => {
    const { flow, log } = await house({
      instances: await instances([], false),
      rates: () => Promise.reject(new Error('no metrics')),
    });
    const { processes, ratesAt } = await reportFlow(flow);
    expect([processes.length, processes[0]?.standing, ratesAt]).toEqual([1, undefined, undefined]);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
  });
});

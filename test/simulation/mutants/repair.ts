import type { ViewItem } from '../../../lib/engine/ports.ts';
import type { Order } from '../../../lib/engine/view/orders.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import type { Tamper } from '../../../lib/testing/simulator.ts';
import type { DeliveryMutant } from './tampers.ts';

type Definition = Parameters<NonNullable<Tamper['machine']>>[0];
type State = Readonly<Record<string, unknown>>;
type Change = (states: Readonly<Record<string, State>>) => Readonly<Record<string, State | undefined>>;

const machine = (change: Change): Tamper => ({
  machine: (definition: Definition) => {
    const states = definition.States as Readonly<Record<string, State>>;
    return { ...definition, States: { ...states, ...change(states) } };
  },
});
const orders = (
  change: (refolding: Projecting) => Partial<Projecting['view']>,
  keep: (order: Order) => Order | undefined = (order) => order,
): Tamper => ({
  engine: (real) => ({
    ...real,
    carryOutBatch: (refolding, batch) => {
      const kept = batch.flatMap(({ id, order }) => {
        const left = keep(order);
        return left ? [{ id, order: left }] : [];
      });
      return real.carryOutBatch({ ...refolding, view: { ...refolding.view, ...change(refolding) } }, kept);
    },
  }),
});

/** The state machine's definition in another order than it must be in, or without something: the simulator must notice every one. */
export const machineMutants: Readonly<Record<string, DeliveryMutant>> = {
  'what was noted is drained without the wait': machine(({ Live }) => ({ Live: { ...Live, Next: 'Drain' }, Wait: undefined })),
  'what is filled is verified at once': machine(({ Filled }) => ({
    Filled: { ...Filled, Choices: [{ Variable: '$.plan.kind', StringEquals: 'rebuild', Next: 'Verify' }] },
  })),
  'it is judged before anything was compared': machine(({ Verify, Compare, Judge }) => ({
    Verify: { ...Verify, Next: 'Judge' },
    Judge: { ...Judge, Next: 'Compare' },
    Compare: { ...Compare, Next: 'Judged' },
  })),
  'it is drained before it goes live': machine(({ Filled, Drain, Wait }) => ({
    Filled: { ...Filled, Choices: [{ Variable: '$.plan.kind', StringEquals: 'rebuild', Next: 'Drain' }] },
    Drain: { ...Drain, Next: 'Live' },
    Wait: { ...Wait, Next: 'Verify' },
  })),
  'what was ordered to be mended is not looked at again': machine(() => ({
    Judged: {
      Type: 'Choice',
      Choices: [{ Variable: '$.judged.state', StringEquals: 'repairing', Next: 'Over' }],
      Default: 'Over',
    },
    Recheck: undefined,
  })),
  "the first revision's function works for all": machine((states) => {
    const [first, ...others] = Object.entries(states).filter(([, { ResultPath }]) => ResultPath === '$.function');
    return Object.fromEntries(others.map(([name, state]) => [name, { ...state, Result: first?.[1].Result }]));
  }),
  'a failure is not told to the record': machine(({ Fill, Drain, Compare, ...rest }) => {
    const untold = (state: State | undefined): State => ({
      ...state,
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.cause', Next: 'Failed' }],
    });
    return { Fill: untold(Fill), Drain: untold(Drain), Compare: untold(Compare), Judge: untold(rest.Judge) };
  }),
};

/** As heads were put once: whoever finds the commit number that it has read goes on, whatever was written there since. */
const byCommitAlone: Tamper = {
  view: (real) => {
    const alike = async (before: ViewItem | undefined, key: string) => {
      const there = await real.head(key);
      const isAlike = there?.commit === before?.commit && there?.begun?.done === before?.begun?.done && !there?.parked;
      return isAlike ? there : before;
    };
    return {
      ...real,
      putHead: async (head, before) => real.putHead(head, await alike(before, head.key)),
      putShares: async (moves, changes) =>
        real.putShares(
          await Promise.all(moves.map(async ({ head, before }) => ({ head, before: await alike(before, head.key) }))),
          changes,
        ),
    };
  },
};

/** Projects deliveries as if each row were written by code that has read the head just before. */
const lateRows: Tamper = {
  engine: (real) => ({
    ...real,
    projectBatch: ({ view, ...projecting }, batch) => {
      const putRow: typeof view.putRow = async (item) => view.putRow(item, await view.head(item.key));
      return real.projectBatch({ ...projecting, view: { ...view, putRow } }, batch);
    },
  }),
};

/** Mechanisms that a repair relies on, each removed alone. */
export const repairMutants: Readonly<Record<string, DeliveryMutant>> = {
  'a head is put where its commit number is as it was read': byCommitAlone,
  'a row that comes late goes over what a refold has put': lateRows,
  'a function that finds its place taken goes on': {
    alone: true,
    engine: (real) => ({
      ...real,
      projectBatch: ({ view, ...projecting }, batch) => {
        const putRow: typeof view.putRow = async (...given) => (await view.putRow(...given)) || true;
        return real.projectBatch({ ...projecting, view: { ...view, putRow } }, batch);
      },
    }),
  },
  'a refold leaves the place behind its end free': {
    alone: true,
    view: (real) => ({
      ...real,
      putRow: async (item, before, only) => only !== undefined || real.putRow(item, before),
    }),
  },
  'a refold is reported and not carried out': orders(
    () => ({}),
    (order) => ('refold' in order ? undefined : order),
  ),
  'a repair leaves totals as they are': orders(
    () => ({}),
    (order) => ('mend' in order ? undefined : order),
  ),
  'a total is mended by the first page of its streams': orders(({ view }) => ({
    streamsIn: async (...given) => {
      const { next: _, ...page } = await view.streamsIn(...given);
      return page;
    },
  })),
  'a repair looks at the first page of the rows that are there': orders(({ view }) => ({
    rowsOf: async (...given) => {
      const { next: _, ...page } = await view.rowsOf(...given);
      return page;
    },
  })),
  "a repair leaves rows that are nobody's": orders(() => ({ rowsOf: async () => ({ items: [] }) })),
};

import { ProblemError } from '../../../core/problem.ts';
import { sourceOf, sourcesOf } from '../../../core/projection.ts';
import type { Ordering } from '../../../engine/rebuild/operator/requests.ts';
import { age } from '../age.ts';
import { spoil } from '../spoil.ts';
import type { Engine } from '../world/engine.ts';
import { Injected } from '../world/faults.ts';
import type { Pool } from '../world/pool.ts';
import type { SimulatedTable } from '../world/table.ts';
import type { World } from '../world/world.ts';
import type { SimulatedControl } from './control.ts';
import type { DeployedView } from './deployed-view.ts';
import type { Mending } from './plan.ts';

/** As long as another one runs, or the revision is not live yet. */
const [tries, between] = [8, 700];

type Parts = Readonly<{
  engine: Engine;
  orderPool: Pool<Ordering>;
  own: readonly DeployedView[];
  table: SimulatedTable;
}>;

/** Changes of a revision in place: somebody damages its table, operators repair it, replay a category, or refold one stream. */
export const mendings = (world: World, control: SimulatedControl, { engine, orderPool, own, table }: Parts) => {
  const dice = world.dice('mendings');
  const { name, plan, phases, spoilt, aged } = control;

  const order = async ({ what }: Mending, { projection }: DeployedView): Promise<unknown> => {
    const { revision } = projection;
    const asked = { projection: name, revision, by: 'olga', why: what, settings: plan.settings };
    const streams = table.streams().filter((stream) => sourceOf(projection, stream));
    const stream = streams.length > 0 ? dice.pick(streams) : 'none-0';
    const { category } = dice.pick(sourcesOf(projection));
    return orderPool.invoke<unknown>((ordering) => {
      if (what === 'repair')
        return engine.orderAudit(ordering, { ...asked, settings: { ...plan.settings, compareOneOf: 1 }, repair: true });
      if (what === 'replay') return engine.orderReplay(ordering, { ...asked, category });
      return engine.orderRefold(ordering, { ...asked, stream, correlation: 'operator' });
    });
  };

  /** Requests a refold until the queue accepts it; a stream without a refold is left to the last audit. */
  const refoldSoon = async ({ projection }: DeployedView, stream: string): Promise<void> => {
    const { revision } = projection;
    for (let attempt = 1; attempt <= tries; attempt++) {
      await world.time.sleep(dice.next() * between);
      const asked = { projection: name, revision, stream, correlation: 'operator' };
      const taken = orderPool.invoke((ordering) => engine.orderRefold(ordering, asked));
      if (await taken.then(Boolean, () => false)) return;
    }
    spoilt.add(revision);
  };

  /** Other code has written a stream, and two operators at once request its refold. */
  const ages = async (view: DeployedView): Promise<void> => {
    const { projection } = view;
    const streams = table.streams().filter((stream) => sourceOf(projection, stream));
    if (streams.length === 0) return;
    const stream = dice.pick(streams);
    // Readers see the rows of that code meanwhile.
    aged.add(projection.revision);
    if (!(await age(projection, view.view, stream, table.commitsOf(stream), dice))) return;
    world.note('operator', () => `other code has left ${stream} in ${name} r${projection.revision}`);
    world.count('aged');
    await Promise.all([refoldSoon(view, stream), refoldSoon(view, stream)]);
  };

  const mend = async (mending: Mending): Promise<void> => {
    const { what } = mending;
    if (what === 'age') return ages(own[mending.revision === 'first' ? 0 : 1]!);
    const view = own[mending.revision === 'first' ? 0 : 1]!;
    const { projection } = view;
    world.note('operator', () => `${what} ${name} r${projection.revision}`);
    for (let attempt = 1; attempt <= tries; attempt++) {
      const isLive = (await phases.load(name, projection.revision))?.phase === 'live';
      try {
        if (what !== 'spoil') {
          await order(mending, view);
          if (what === 'refold') world.count('streams refolded');
          return;
        }
        if (isLive && (await spoil(projection, view.view, dice))) {
          spoilt.add(projection.revision);
          world.count('spoilt');
          return;
        }
      } catch (cause) {
        world.note('operator', () => `${what}: ${String(cause)}`);
        const isRefused =
          cause instanceof ProblemError && ['rebuild-running', 'not-built', 'not-found'].includes(cause.problem.kind);
        // Also a queue may refuse.
        const isLost = cause instanceof Injected || String(cause).includes('did not accept a request');
        if (!isRefused && !isLost) world.broken(`to ${what} ${name} fails: ${String(cause)}`);
      }
      await world.time.sleep(dice.next() * between);
    }
  };
  return () => {
    for (const mending of plan.mendings) world.time.after(mending.at, () => void mend(mending));
  };
};

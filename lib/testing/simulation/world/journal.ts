import type { Commit } from '../../../core/commit.ts';
import { toNoted } from '../../../engine/operate/sweep/journal.ts';
import type { LookingAtNew } from '../../../engine/operate/sweep/look.ts';
import type { Queue } from '../../../engine/ports.ts';
import type { Engine, Tamper } from './engine.ts';
import { Injected } from './faults.ts';
import { feed } from './feed.ts';
import { type Instance, pool } from './pool.ts';
import { simulatedQueue } from './queue.ts';
import { distant } from './wire.ts';
import type { World } from './world.ts';

/** So few that a note of a batch has to be split. */
const noteBytes = 120;
/** Notes are looked at within a run while it is rough. Afterwards some work is due only in hours, since clocks were hours ahead. */
const lookAfter = (isCalm: boolean): number => (isCalm ? 600_000 : 700);
const own = 'journal ';

type Looking = (instance: Instance) => Omit<LookingAtNew, 'journal'>;

/**
 * The second consumer of the table's stream, which notes each commit, and the looks at what was noted. It loses records as the publisher does, and others. All its
 * dice are its own.
 */
export const simulatedJournal = (world: World, engine: Engine, { surelyNoted = false }: Tamper, looking: Looking) => {
  const refusals = world.dice('journal refusals');
  const port: Pick<Queue, 'send'> = {
    send: async (messages) =>
      messages.flatMap((message, index) => {
        if (world.happens('refused', refusals)) return [{ index, reason: 'InternalFailure' }];
        queue.send(JSON.stringify(message));
        return [];
      }),
  };
  const portFor = (instance: Instance) => distant(world, instance, 'journal', port);
  const lookPool = pool(world, 'look', (instance) => ({ ...looking(instance), journal: portFor(instance) }), { own });
  const queue = simulatedQueue(
    world,
    'journal',
    async (batch) => {
      try {
        const { failed, sent, beyond } = await lookPool.invoke((context) =>
          engine.lookAtNew({ ...context, settings: { ...context.settings, noteBytes } }, batch),
        );
        world.count('repaired by a look', sent);
        if (beyond > 0) world.broken('a look finds a cursor beyond its stream');
        return failed;
      } catch (cause) {
        if (!(cause instanceof Injected) && cause instanceof TypeError) world.broken(`a look fails: ${String(cause)}`);
        throw cause;
      }
    },
    { delay: () => lookAfter(world.isCalm()) },
  );
  const guardPool = pool(world, 'guard', (instance) => ({ queue: portFor(instance), most: noteBytes }), { own });
  const taken: (commit: Commit) => void = feed(
    world,
    (commits) => guardPool.invoke((noting) => engine.note(noting, commits.map(toNoted))),
    { name: 'journal feed', loses: !surelyNoted },
  );
  return { taken, redrive: queue.redrive };
};

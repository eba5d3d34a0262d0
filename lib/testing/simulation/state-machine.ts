import type { Leading } from '../../engine/rebuild/lead.ts';
import type { Executions, Work } from '../../engine/rebuild/ports.ts';
import type { Working } from '../../engine/rebuild/slice.ts';
import type { Engine } from './engine.ts';
import type { Pool } from './pool.ts';
import type { World } from './world.ts';

class Stopped extends Error {
  override name = 'Stopped';
}

const attempts = 6;
const longest = 3_000;
/** From one state to the next (milliseconds). */
const between = 300;

type Machine = Readonly<{ engine: Engine; leadPool: Pool<Leading>; workPool: Pool<Working> }>;

/**
 * The state machine's executions, as its definition has them: each task again when it fails, some of them twice at the same time, workers until
 * they are done; who stops an execution stops no invocation that is under way.
 */
export const simulatedExecutions = (world: World, { engine, leadPool, workPool }: Machine): Executions => {
  const { time, note } = world;
  const dice = world.dice('state machine');
  const statuses = new Map<string, 'running' | 'succeeded' | 'failed'>();

  const run = async (id: string): Promise<void> => {
    let failed = false;
    const task = async <T>(invoke: () => Promise<T>): Promise<T> => {
      for (let attempt = 0; ; attempt++) {
        if (statuses.get(id) !== 'running') throw new Stopped();
        try {
          if (world.happens('retried', dice)) void invoke().catch(() => {});
          return await invoke();
        } catch (cause) {
          note(id, () => `a task fails: ${String(cause)}`);
          if (attempt >= attempts) throw cause;
          await time.sleep(dice.next() * Math.min(longest, 100 * 2 ** attempt));
        }
      }
    };
    const lead = async <T>(step: (leading: Leading) => Promise<T>) => {
      await time.sleep(dice.next() * between);
      return task(() => leadPool.invoke(step));
    };
    const map = async (items: readonly Work[], concurrency: number): Promise<void> => {
      const left = [...items];
      const worker = async () => {
        for (let work = left.shift(); work && !failed; work = left.shift()) {
          const order = work;
          while (!failed && !(await task(() => workPool.invoke((working) => engine.work(working, order)))).done);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, worker));
    };
    try {
      const { kind, concurrency, ...plan } = await lead((leading) => engine.plan(leading, id));
      if (kind === 'rebuild') {
        await map(plan.fill, concurrency);
        const { waitSeconds } = await lead((leading) => engine.endBuilding(leading, id));
        await time.sleep(waitSeconds * 1_000);
        await map(plan.drain, concurrency);
      }
      await lead((leading) => engine.beginVerify(leading, id));
      await map(plan.verify, concurrency);
      await lead((leading) => engine.judge(leading, id));
      statuses.set(id, 'succeeded');
    } catch (cause) {
      failed = true;
      if (cause instanceof Stopped) return;
      note(id, () => `fails: ${String(cause)}`);
      try {
        await lead((leading) => engine.failRebuild(leading, id, String(cause)));
      } catch {
        note(id, () => 'cannot say so either');
      }
      statuses.set(id, 'failed');
    }
  };

  return {
    start: async (id) => {
      if (statuses.has(id)) return;
      statuses.set(id, 'running');
      void run(id);
    },
    stop: async (id) => {
      if (statuses.get(id) === 'running') statuses.set(id, 'failed');
    },
    status: async (id) => statuses.get(id),
  };
};

import type { Executions } from '../../../engine/rebuild/ports.ts';
import { mostMilliseconds } from '../world/pool.ts';
import type { World } from '../world/world.ts';
import { machineOf } from './states-language.ts';
import { Failed, NotPlayable, type Playing, play, Stopped } from './states-player.ts';

/** From one step of the lead to the next (milliseconds). */
const between = 300;
/** A run lasts some seconds, so retries come that much sooner than on AWS. */
const backOffMilliseconds = 100;

type Parts = Readonly<{
  /** In the Amazon States Language, as it is deployed. */
  definition: unknown;
  invoke: (functionName: string, payload: unknown) => Promise<unknown>;
  /** True if the record says that a rebuild has ended. */
  isOver: (rebuild: string) => Promise<boolean>;
}>;

/**
 * The state machine's executions, by its own definition. Beside what that says, some invocations happen twice at the same time; and who
 * stops an execution stops no invocation that is under way.
 */
export const simulatedExecutions = (world: World, { definition, invoke, isOver }: Parts): Executions => {
  const { time, note } = world;
  const dice = world.dice('state machine');
  const machine = machineOf(definition);
  const statuses = new Map<string, 'running' | 'succeeded' | 'failed'>();

  const playingOf = (id: string): Playing => ({
    invoke: (functionName, payload) => {
      if (world.happens('retried', dice)) void invoke(functionName, payload).catch(() => {});
      return invoke(functionName, payload);
    },
    between: () => time.sleep(dice.next() * between),
    wait: (seconds) => time.sleep(seconds * 1_000),
    backOff: (seconds) => time.sleep(seconds * backOffMilliseconds),
    after: (seconds, run) => {
      if (seconds * 1_000 <= mostMilliseconds) time.after(seconds * 1_000, run);
    },
    random: dice.next,
    goesOn: () => statuses.get(id) === 'running',
    failed: (cause) => note(id, () => `a state fails: ${String(cause)}`),
  });

  const run = async (id: string): Promise<void> => {
    try {
      await play(playingOf(id), machine, { rebuild: id });
      statuses.set(id, 'succeeded');
    } catch (cause) {
      if (cause instanceof Stopped) return;
      note(id, () => `fails: ${String(cause)}`);
      statuses.set(id, 'failed');
      if (cause instanceof NotPlayable) world.broken(`the state machine cannot go on with ${id}: ${cause.message}`);
      // The execution ended without writing that to the record: a reader of the record finds it.
      if (!(cause instanceof Failed)) return;
    }
    if (!(await isOver(id))) world.broken(`the execution of ${id} has ${statuses.get(id)}, and its record says that it goes on`);
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

import type { Manifest } from '../../../core/manifest.ts';
import { parseStream } from '../../../core/stream.ts';
import { stateCache } from '../../../engine/command/cache.ts';
import type { CommandAnswer, Commanding, CommandRequest } from '../../../engine/command/request.ts';
import type { Snapshots, Store } from '../../../engine/ports.ts';
import { defaultSettings } from '../../../engine/settings.ts';
import { type Engine, type Tamper, untampered } from './engine.ts';
import { type Instance, pool } from './pool.ts';
import { distant } from './wire.ts';
import type { World } from './world.ts';

/** So small that snapshots are taken, cached states grow too old, and conflicts are given up within one run. */
const settings = { ...defaultSettings, snapshotBytes: 700, cacheAgeMilliseconds: 1_500, tries: 8 };

type Parts = Readonly<{
  engine: Engine;
  tamper: Tamper;
  store: Store;
  snapshots: Snapshots;
  manifestOf: (instance: Instance) => Manifest;
}>;

/** The command function, in several instances: each keeps its states for every aggregate. */
export const simulatedCommands = (world: World, { engine, tamper, store, snapshots, manifestOf }: Parts) => {
  const commandPool = pool(world, 'command', (instance) => {
    const made = new Map<string, Commanding>();
    return (category: string): Commanding => {
      const decider = manifestOf(instance).aggregates.find((each) => each.category === category);
      if (!decider) throw new Error(`The manifest has no ${category}.`);
      const commanding =
        made.get(category) ??
        (tamper.commanding ?? untampered)({
          decider,
          code: `release-${instance.release}`,
          store: distant(world, instance, 'store', store),
          snapshots: distant(world, instance, 'snapshots', snapshots),
          keys: instance.keys,
          clock: instance.clock,
          log: instance.log,
          settings,
          cache: stateCache(settings.cacheBytes),
        });
      made.set(category, commanding);
      return commanding;
    };
  });
  return (request: CommandRequest): Promise<CommandAnswer> =>
    commandPool.invoke((commandingOf) => engine.handleCommand(commandingOf(parseStream(request.stream)!.category), request));
};

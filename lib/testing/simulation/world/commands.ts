import { type AnyDecider, decidesOn } from '../../../core/decider.ts';
import type { Manifest } from '../../../core/manifest.ts';
import { parseStream } from '../../../core/stream.ts';
import { withThoseAlong } from '../../../core/together/along.ts';
import { stateCache } from '../../../engine/command/cache.ts';
import type { CommandAnswer, Commanding, CommandRequest, Others } from '../../../engine/command/request.ts';
import type { Snapshots, Store } from '../../../engine/ports.ts';
import { defaultSettings } from '../../../engine/settings.ts';
import type { SimulatedSubjects } from '../personal/subjects.ts';
import { type Engine, type Tamper, untampered } from './engine.ts';
import { type Instance, pool } from './pool.ts';
import { distant } from './wire.ts';
import type { World } from './world.ts';

/** So small that snapshots are taken, cached states grow too old, and conflicts are given up within one run. */
const settings = { ...defaultSettings, snapshotBytes: 700, cacheAgeMilliseconds: 1_500, tries: 8 };

/** The ports of the aggregates that a decider's commands decide on, whose streams are only read, and of those that commands go along to. */
export const othersOf = (decider: AnyDecider, portsOf: (category: string) => Commanding): Others => {
  const isOther = (category: string) => category !== decider.category;
  const read = decidesOn(decider).filter(isOther).map(portsOf);
  const along = withThoseAlong([decider])
    .filter(({ category }) => isOther(category))
    .map(({ category }) => portsOf(category));
  const onlyRead = (each: Commanding): Commanding => ({ ...each, snapshots: { ...each.snapshots, save: async () => {} } });
  const others = [
    ...read.map(onlyRead),
    ...along.map((each): Commanding => ({ ...each, others: othersOf(each.decider, portsOf) })),
  ];
  return new Map(others.map((each) => [each.decider.category, each]));
};

/** The tables that commands are decided on. */
export type Tables = Readonly<{ store: Store; snapshots: Snapshots }>;

/** The ports by which an instance decides commands, whatever the aggregate; each keeps its own snapshots by `code`. */
export const decidingPorts = (world: World, instance: Instance, code: string, { store, snapshots }: Tables) => ({
  code,
  store: distant(world, instance, 'store', store),
  snapshots: distant(world, instance, 'snapshots', snapshots),
  keys: instance.keys,
  clock: instance.clock,
  log: instance.log,
});

type Parts = Tables &
  Readonly<{
    engine: Engine;
    tamper: Tamper;
    manifestOf: (instance: Instance) => Manifest;
    subjects?: SimulatedSubjects | undefined;
  }>;

/** The command function, in several instances: each keeps its states for every aggregate. */
export const simulatedCommands = (world: World, { engine, tamper, manifestOf, subjects, ...tables }: Parts) => {
  const commandPool = pool(world, 'command', (instance) => {
    const personal = subjects?.sealingOf(instance);
    const ports = decidingPorts(world, instance, `release-${instance.release}`, tables);
    const shared = { ...ports, settings, ...(personal && { personal }) };
    const deciderOf = (category: string): AnyDecider => {
      const decider = manifestOf(instance).aggregates.find((each) => each.category === category);
      if (!decider) throw new Error(`The manifest has no ${category}.`);
      return decider;
    };
    const made = new Map<string, Commanding>();
    const make = (category: string): Commanding => {
      const ports = { ...shared, cache: stateCache(settings.cacheBytes) };
      const decider = deciderOf(category);
      const others = othersOf(decider, (other) => ({ ...ports, decider: deciderOf(other) }));
      return (tamper.commanding ?? untampered)({ ...ports, decider, others });
    };
    return (category: string): Commanding => {
      const commanding = made.get(category) ?? make(category);
      made.set(category, commanding);
      return commanding;
    };
  });
  return (request: CommandRequest): Promise<CommandAnswer> =>
    commandPool.invoke((commandingOf) => engine.handleCommand(commandingOf(parseStream(request.stream)!.category), request));
};

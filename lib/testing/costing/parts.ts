import type { Actor } from '../../core/access.ts';
import { announcerName } from '../../core/announcer.ts';
import type { Commit } from '../../core/commit.ts';
import type { AnyDecider } from '../../core/decider.ts';
import type { Manifest } from '../../core/manifest.ts';
import { processDecider } from '../../core/process/decider.ts';
import { targetsOf } from '../../core/process/performs.ts';
import type { AnyProcess } from '../../core/process/process.ts';
import { type AnyProjection, handledTypes, sourcesOf } from '../../core/projection.ts';
import { groupsIn, type ViewsOfGroup } from '../../core/view/groups.ts';
import { stateCache } from '../../engine/command/cache.ts';
import type { Commanding } from '../../engine/command/request.ts';
import { partNames } from '../../engine/cost/parts.ts';
import type { Count } from '../../engine/cost/prices.ts';
import type { Delivered } from '../../engine/delivery/delivered.ts';
import { gatheredCall } from '../../engine/delivery/gathered.ts';
import type { QueueRecord } from '../../engine/delivery/received.ts';
import { bytesOf } from '../../engine/delivery/send-entries.ts';
import { sqs } from '../../engine/limits.ts';
import type { Sealing } from '../../engine/personal/ports.ts';
import type { Bus, BusEntry, Clock, Keys, Log, Proofs, Snapshots, Store } from '../../engine/ports.ts';
import { keptCursors } from '../../engine/process/kept-cursors.ts';
import type { Cursors, Deadlines, Scheduler } from '../../engine/process/ports.ts';
import type { Reacting } from '../../engine/process/react.ts';
import { routeToProcess } from '../../engine/process/route.ts';
import { defaultSettings, processSettings } from '../../engine/settings.ts';
import { doneBefore, routeToGroup } from '../../engine/view/group/route.ts';
import { keepingHeads } from '../../engine/view/kept-heads.ts';
import { withCursors } from '../../engine/view/kinds/index.ts';
import type { Projecting } from '../../engine/view/projecting.ts';
import { announcing } from '../../engine/view/public-events.ts';
import { routeToView } from '../../engine/view/route.ts';
import type { MemorySubjectKeys } from '../memory/personal.ts';
import { memoryScheduler } from '../memory/process.ts';
import type { Rule } from '../simulation/world/bus.ts';
import { othersOf } from '../simulation/world/commands.ts';
import { rulesOf } from '../simulation/world/processes.ts';
import type { Tally } from './tally.ts';

/** The tables as one part of the deployment reaches them. */
export type PartTables = Readonly<{
  store: Store;
  snapshots: Snapshots;
  view: (projection: AnyProjection) => Projecting['view'];
  cursors: (process: string) => Cursors;
  deadlines: Deadlines;
}>;

/** A command as it is sent: by one user, to one stream. */
export type Sent = Readonly<{ stream: string; type: string; data: object; actor: Actor }>;

/** What all parts of a deployment in one process share. */
export type Deployed = Readonly<{
  manifest: Manifest;
  tablesOf: (part: string) => PartTables;
  tally: Tally;
  clock: Clock;
  keys: Keys;
  proofs: Proofs;
  personal: Readonly<{ keys: MemorySubjectKeys }> & Sealing;
  busOf: (part: string) => Bus;
  /** Without it every process has one of its own. */
  scheduler?: Scheduler;
  /** Commits that were just stored. */
  stored: (commits: readonly Commit[]) => void;
}>;

/** A consumer of the bus: its rules, and its function. */
export type Consumer = Readonly<{
  part: string;
  rules: readonly Omit<Rule, 'deliver'>[];
  /** The seconds for which it gathers messages, and the most of one call. */
  gathers: Readonly<{ seconds: number; most: number }>;
  waiting: QueueRecord[];
  handle: (batch: readonly QueueRecord[]) => Promise<readonly string[]>;
}>;

/** As its queue is deployed: Lambda takes ten messages, or as many as are gathered for one call. */
const gathering = (seconds = 0, views: readonly AnyProjection[] = []): Consumer['gathers'] => ({
  seconds,
  most: seconds > 0 ? gatheredCall(views) : sqs.callMessages,
});

/** Whether one of a consumer's rules has the bus hand it an entry. */
export const matches = (of: Consumer['rules'], { detailType, detail }: Pick<BusEntry, 'detailType' | 'detail'>): boolean => {
  const rules = of.filter(({ detailTypes }) => detailTypes.has(detailType));
  if (rules.length === 0) return false;
  const delivered = JSON.parse(detail) as Delivered;
  return rules.some(({ types }) => delivered.types.some((type) => types.has(type)));
};

const ruleOf = (projection: AnyProjection): Omit<Rule, 'deliver'> => ({
  detailTypes: new Set(sourcesOf(projection).map(({ category }) => `${category}.commit`)),
  types: new Set(handledTypes(projection)),
});

/** What the platform and the logger write around the fields of a line. */
export const lineBytes = 300;

const portsOf = ({ tablesOf, tally, stored }: Deployed, part: string) => {
  const { store, ...more } = tablesOf(part);
  const write = (message: string, fields: object = {}) =>
    tally.add(part, { logGigabytes: (lineBytes + bytesOf(JSON.stringify({ message, ...fields }))) / 1e9 });
  const log: Log = { info: write, warn: write, error: write };
  const followed: Store = {
    ...store,
    append: async (commit) => {
      const answer = await store.append(commit);
      if (answer.stored) stored([commit]);
      return answer;
    },
    appendTogether: async (commits, unmoved) => {
      const answer = await store.appendTogether(commits, unmoved);
      if (answer.stored) stored(commits);
      return answer;
    },
  };
  return { ...more, store: followed, log };
};

/** The ports by which a part decides commands: one cache for each decider, as the functions have. */
const decidingAs = (
  { manifest, clock, keys, personal }: Deployed,
  { store, snapshots, log }: ReturnType<typeof portsOf>,
  code: string,
) => {
  const settings = defaultSettings;
  const aggregateOf = (category: string): AnyDecider => {
    const found = manifest.aggregates.find((each) => each.category === category);
    if (!found) throw new Error(`The manifest has no aggregate ${category}.`);
    return found;
  };
  return (decider: AnyDecider): Commanding => {
    const cache = stateCache(settings.cacheBytes);
    const own = { store, snapshots, log, clock, keys, settings, personal, code, cache };
    return { ...own, decider, others: othersOf(decider, (category) => ({ ...own, decider: aggregateOf(category) })) };
  };
};

/** The functions that answer commands, by category. */
export const commandFunctions = (deployed: Deployed): ReadonlyMap<string, Commanding> => {
  const deciding = decidingAs(deployed, portsOf(deployed, partNames.commands), 'command');
  return new Map(deployed.manifest.aggregates.map((decider) => [decider.category, deciding(decider)] as const));
};

/** A view with the ports of its part. */
const projectingOf = (deployed: Deployed, projection: AnyProjection): Projecting => {
  const { clock } = deployed;
  const { store, view, log } = portsOf(deployed, partNames.view(projection));
  return { projection, store, ...keepingHeads(withCursors(projection, view(projection)), clock), clock, log };
};

export const viewConsumer = (deployed: Deployed, projection: AnyProjection): Consumer => {
  const refolding = projectingOf(deployed, projection);
  return {
    ...{ part: partNames.view(projection), rules: [ruleOf(projection)], waiting: [] },
    gathers: gathering(projection.gatherSeconds),
    handle: (records) => routeToView({ refolding, proofs: deployed.proofs, done: 'Projected.' }, records),
  };
};

/** A group of views: what is received, and the function, are the group's own part; what its views do is that of each. */
export const groupConsumer = (deployed: Deployed, { name, views, gatherSeconds }: ViewsOfGroup): Consumer => {
  const { proofs } = deployed;
  const part = partNames.group(name);
  const { log } = portsOf(deployed, part);
  const group = { name, views: views.map((view) => projectingOf(deployed, view)), proofs, log, done: doneBefore() };
  return {
    ...{ part, rules: views.map(ruleOf), gathers: gathering(gatherSeconds, views), waiting: [] },
    handle: (records) => routeToGroup(group, records),
  };
};

/**
 * The requests of its views for which a group's function waits. It makes them at the same time: one after the other, as they are counted here, is the longest
 * that they can take.
 */
export const waitedFor = (manifest: Manifest, parts: ReadonlyMap<string, Count>): ReadonlyMap<string, number> =>
  new Map(
    groupsIn(manifest).map(({ name, views }) => {
      const waited = views.map((view) => parts.get(partNames.view(view))?.requests ?? 0);
      return [partNames.group(name), waited.reduce((sum, each) => sum + each, 0)];
    }),
  );

export const announcerConsumer = (deployed: Deployed, projection: AnyProjection): Consumer => {
  const { clock, keys, proofs, personal, busOf } = deployed;
  const part = partNames.view({ name: announcerName });
  const { store, view, log } = portsOf(deployed, part);
  const ports = { projection, store, ...keepingHeads(view(projection), clock), clock, log, keys };
  const projecting = announcing({ ...ports, bus: busOf(part), opening: personal });
  return {
    ...{ part, rules: [ruleOf(projection)], gathers: gathering(), waiting: [] },
    handle: (records) => routeToView({ projecting, proofs, done: 'Announced.' }, records),
  };
};

export const processConsumer = (deployed: Deployed, process: AnyProcess): Consumer => {
  const { tally, proofs, scheduler = memoryScheduler() } = deployed;
  const name = process.category;
  const part = partNames.process(name);
  const ports = portsOf(deployed, part);
  const of = decidingAs(deployed, ports, `react-${name}`);
  const counted = async (call: Promise<void>) => {
    tally.add(part, { schedulerCalls: 1 });
    await call;
  };
  const targets = new Map(targetsOf(process).map((decider) => [decider.category, of(decider)] as const));
  const { set, cancel } = scheduler;
  const reacting: Reacting = {
    process,
    own: of(processDecider(process)),
    target: (category) => targets.get(category),
    ...{ cursors: ports.cursors(name), kept: keptCursors(deployed.clock), deadlines: ports.deadlines, settings: processSettings },
    scheduler: { set: (shot) => counted(set(shot)), cancel: (key) => counted(cancel(key)) },
  };
  return {
    ...{ part, rules: rulesOf([process], () => {}), gathers: gathering(process.gatherSeconds), waiting: [] },
    handle: (records) => routeToProcess({ reacting, proofs }, records),
  };
};

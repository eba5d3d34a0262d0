import { type App, STACK_RESOURCE_LIMIT_CONTEXT, Stack } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { announcersOf } from '../core/announcer.ts';
import type { Manifest } from '../core/manifest.ts';
import { personalIn, reveals } from '../core/personal/declared.ts';
import { erasersOf } from '../core/personal/register.ts';
import { decidersOf, effectsOf } from '../core/process/decider.ts';
import { pascal } from '../core/stream.ts';
import { groupOf, groupsIn } from '../core/view/groups.ts';
import { CommandEndpoint } from './command/endpoint.ts';
import { HookEndpoint } from './command/hook.ts';
import { Console } from './console/console.ts';
import { requireFewRules } from './delivery/pattern.ts';
import { Publisher } from './delivery/publisher.ts';
import type { Delivery } from './delivery/queues.ts';
import { DeployedViews } from './deployment/revisions.ts';
import { EffectFunction, functionsAtOnce, lateMinutes, requireEffects } from './effect/function.ts';
import { alarmOnAges, alarmOnThrottles, alarmsTell } from './kit/alarm.ts';
import { Api } from './kit/api.ts';
import { leaveRoom } from './kit/concurrency.ts';
import { roomFor } from './kit/room.ts';
import type { Common } from './kit/step.ts';
import { DeadLetterOperations } from './operate/dead-letters.ts';
import { EffectOperations } from './operate/effects.ts';
import { Guard } from './operate/guard.ts';
import { ProcessOperations } from './operate/processes.ts';
import { Operations } from './operate/projections.ts';
import { ScheduleOperations } from './operate/schedules.ts';
import { Sweep } from './operate/sweep.ts';
import { retain } from './personal/retention.ts';
import { SubjectKeys } from './personal/subject-keys.ts';
import { Subjects } from './personal/subjects.ts';
import { ProcessManager } from './process/manager.ts';
import { Description } from './query/description.ts';
import { History, Queries } from './query/queries.ts';
import { Rebuilds } from './rebuild/rebuilds.ts';
import { functionsOfSchedule, ScheduleRunner } from './schedule/runner.ts';
import { EventStore } from './store/event-store.ts';
import { Purges } from './store/purges.ts';
import { ViewGroup } from './view/group.ts';
import { Announcer } from './view/public-events.ts';
import { View } from './view/view.ts';

/** The keys of subjects, if the manifest has personal values. */
const heldKeys = (stack: Stack, manifest: Manifest, settings: Common['settings']): Readonly<{ keys?: SubjectKeys }> =>
  personalIn(manifest).length === 0
    ? {}
    : { keys: new SubjectKeys(stack, 'SubjectKeys', { settings, effects: effectsOf(manifest) }) };

type Room = Readonly<{
  manifest: Manifest;
  bus: IEventBus;
  consumers: readonly Delivery[];
  effects: readonly EffectFunction[];
  schedules: readonly ScheduleRunner[];
}>;

/** Refuses what is more than the account or the bus can have. */
const requireRoom = (settings: Common['settings'], { manifest, bus, consumers, effects, schedules }: Room): void => {
  leaveRoom(settings, {
    consumers: consumers.map(({ name }) => name),
    others: {
      effects: effects.reduce((sum, { effect }) => sum + functionsAtOnce(effect, settings), 0),
      schedules: schedules.length * functionsOfSchedule,
    },
    functions: { commands: manifest.aggregates.length, queries: 1, publisher: 1 },
  });
  requireFewRules(bus, settings);
};

/** The views of a manifest, and what those of a group share. */
const viewsOf = (
  stack: Stack,
  { manifest, store, bus, ...common }: Common & Readonly<{ manifest: Manifest; store: EventStore; bus: IEventBus }>,
) => {
  const groups = groupsIn(manifest).map((group) => {
    const room = roomFor(stack, `${pascal(group.name)}Group`, common.settings);
    return new ViewGroup(room, 'Default', { group, store, bus, ...common });
  });
  const views = manifest.projections.map((projection) => {
    const room = roomFor(stack, `${pascal(projection.name)}R${projection.revision}`, common.settings);
    const own = groupOf(manifest, projection);
    const group = groups.find((each) => each.group.name === own);
    return new View(room, 'Default', { projection, store, bus, group, ...common });
  });
  return { groups, views };
};

/** Consumers for an alarm, a group with the names of its views. */
const told = ({ name, views, queueName }: Delivery) => ({
  name: views === undefined ? name : `${name} (${views.join(', ')})`,
  queueName,
});

/** What a local cloud needs otherwise: these are for AWS. */
const adapt = ({ node }: Stack, { nested, localCloud }: Common['settings']): void => {
  // Only AWS limits the number of resources.
  if (!nested) node.setContext(STACK_RESOURCE_LIMIT_CONTEXT, 0);
  if (localCloud === undefined) return;
  // The place in the code where each resource was made: the CLI would parse them all again for each event of a deployment.
  for (const left of ['creation-stack-traces', 'logicalId-metadata']) node.setContext(`aws:cdk:disable-${left}`, true);
};

/** The stack of a manifest, in the order in which a command travels through it. */
export class FoldstreamStack extends Stack {
  constructor(scope: App, id: string, { manifest, ...common }: Common & Readonly<{ manifest: Manifest }>) {
    super(scope, id, {
      description: `Foldstream: event sourcing and CQRS (${common.settings.stage})`,
      terminationProtection: common.settings.protect,
      // CloudFormation takes a template of 1 MB at most, and a third of it would be white space.
      suppressTemplateIndentation: true,
    });
    adapt(this, common.settings);
    if (common.settings.alarmTopic !== undefined) alarmsTell(this, common.settings.alarmTopic);
    alarmOnThrottles(this, common.settings);
    const store = new EventStore(this, 'Events', common);
    const publisher = new Publisher(this, 'Publisher', { store, ...common });
    const { bus } = publisher;
    const { journal } = new Guard(this, 'Guard', { store, publisher, ...common });
    new Purges(this, 'Purges', { store, ...common });
    const api = new Api(this, 'Api', { roles: manifest.roles ?? [], ...common });
    const deployed = new DeployedViews(this, 'DeployedViews', { store, ...common });
    publisher.emptiedBy(deployed, common.settings);

    const held = heldKeys(this, manifest, common.settings);
    const given = { store, api, ...held, ...common };
    const commands = manifest.aggregates.map(
      (decider) => new CommandEndpoint(this, `${pascal(decider.category)}Commands`, { decider, ...given }),
    );
    for (const [name, hook] of Object.entries(manifest.hooks ?? {}))
      new HookEndpoint(this, `${pascal(name)}Hook`, { name, hook, ...given });
    const { groups, views } = viewsOf(this, { manifest, store, bus, ...common });
    const opens = decidersOf(manifest).some(reveals) ? held : {};
    const announcers = announcersOf(manifest).map(
      (projection) => new Announcer(this, 'Announcer', { projection, store, publisher, ...opens, ...common }),
    );
    const rooms = new Construct(this, 'Processes');
    const processes = (manifest.processes ?? []).map((process) => {
      const room = roomFor(rooms, pascal(process.category), common.settings);
      return new ProcessManager(room, 'Default', { process, store, bus, ...held, ...common });
    });
    const timed = new Construct(this, 'Schedules');
    const schedules = Object.entries(manifest.schedules ?? {}).map(([name, schedule]) => {
      const room = roomFor(timed, pascal(name), common.settings);
      return new ScheduleRunner(room, 'Default', { name, schedule, views, store, ...held, ...common });
    });
    const effectRooms = new Construct(this, 'Effects');
    const effects = effectsOf(manifest).map((effect) => {
      const room = roomFor(effectRooms, pascal(effect.name), common.settings);
      return new EffectFunction(room, 'Default', { effect, store, bus, ...held, ...common });
    });
    requireEffects(common.settings, effects);
    // Views of a group have one delivery.
    const consumers = [...new Set([...views, ...announcers, ...processes].map(({ delivery }) => delivery))];
    requireRoom(common.settings, { manifest, bus, consumers, effects, schedules });
    const settled = deployed.settle(views, groups, manifest.retired);
    // Queries keep their tables until the active revisions are settled.
    new Queries(this, 'Queries', { views, ...given }).node.addDependency(settled);
    new History(this, 'History', given);
    if (held.keys) {
      new Subjects(this, 'Subjects', { keys: held.keys, views, store, api, ...common }).node.addDependency(settled);
      retain(this, { manifest, views, keys: held.keys, store, ...common });
    }
    if (common.settings.describe) new Description(this, 'Description', { api, ...common });
    const erasers = held.keys && erasersOf(manifest);
    if (common.settings.console) new Console(this, 'Console', { api, erasers, ...common });
    const operated = { views: [...views, ...announcers], processes, schedules, effects };
    new Sweep(this, 'Sweep', { ...operated, store, journal, ...common });
    const rebuilds = new Rebuilds(this, 'Rebuilds', { views, store, ...common });
    new Operations(this, 'Operations', { ...operated, commands, store, publisher, rebuilds, api, ...common });
    new DeadLetterOperations(this, 'DeadLetterOperations', { ...operated, store, api, ...common });
    if (processes.length > 0) new ProcessOperations(this, 'ProcessOperations', { views, processes, store, api, ...common });
    if (schedules.length > 0) new ScheduleOperations(this, 'ScheduleOperations', { schedules, store, api, ...common });
    if (effects.length > 0) new EffectOperations(this, 'EffectOperations', { views, effects, store, api, ...common });
    const { tls } = common.settings;
    const behind = consumers.map(told);
    alarmOnAges(this, 'ConsumersLate', { consumers: behind, minutes: 5, see: 'foldstream projections or processes', tls });
    const performing = effects.map(({ delivery }) => delivery);
    alarmOnAges(this, 'EffectsLate', { consumers: performing, minutes: lateMinutes, see: 'foldstream effects', tls });
    store.kept.comesBefore(this);
  }
}

import { isPublic } from '../../core/access.ts';
import { isKernelView } from '../../core/announcer.ts';
import { type AnyDecider, type CommandFormat, historyFor } from '../../core/decider.ts';
import { isEventLog } from '../../core/event-log.ts';
import { hookPath } from '../../core/hook/hook.ts';
import type { Manifest } from '../../core/manifest.ts';
import { masked } from '../../core/personal/sealed.ts';
import { effectsOf } from '../../core/process/decider.ts';
import type { AnyProcess } from '../../core/process/process.ts';
import { type AnyProjection, handledTypes, sourcesOf } from '../../core/projection.ts';
import { timetableOf } from '../../core/schedule/schedule.ts';
import { kebab } from '../../core/stream.ts';
import { currentSchema, type Formats, type Source } from '../../core/version.ts';
import { inGroup } from '../../core/view/groups.ts';
import { watchMemory } from '../../core/watch/formats.ts';
import type { AggregateModel, CommandModel, EventModel, Model, ProcessModel, ViewModel } from './model.ts';
import { exampleFor, personalPlacesIn, schemaOf } from './schema.ts';
import { schemaChanges } from './schema-changes.ts';

/** The golden samples of a project by their names: `account/MoneyDeposited.v1`, each `{ type, v, data }`. */
export type GoldenSamples = Readonly<Record<string, unknown>>;

const isWatch = ({ memory }: AnyProcess): boolean => memory === watchMemory;

const commandModel = (category: string, name: string, format: CommandFormat<unknown>): CommandModel => {
  const { may, schema, owns = {}, facts = {}, tags = {}, together = [] } = format;
  const example = exampleFor(schema);
  return {
    name,
    ...(isPublic(may) && { path: `/${category}/{id}/${kebab(name)}` }),
    may,
    schema: schemaOf(schema),
    ...(example && { example: example.data }),
    owns: Object.keys(owns),
    facts: Object.entries(facts).map(([fact, { decider, isGuarded: guarded }]) => ({
      name: fact,
      category: decider.category,
      guarded,
    })),
    tags: Object.keys(tags),
    together: together.map(({ decider, type }) => ({ category: decider.category, command: type })),
  };
};

const aggregateModel = (decider: AnyDecider): AggregateModel => {
  const { category, commands, events, owner, unique = {}, tags = [], retention } = decider;
  return {
    category,
    commands: Object.entries(commands).map(([name, format]) => commandModel(category, name, format)),
    events: Object.keys(events),
    hasOwner: owner !== undefined,
    history: historyFor(decider),
    unique: Object.keys(unique),
    tags: tags.map(({ name }) => name),
    ...(retention && { retention }),
  };
};

/** What reads a type of a category: it handles the type, and the category is among its sources. */
const reads = (sources: readonly Source[], on: Readonly<Record<string, unknown>>, category: string, type: string): boolean =>
  Object.hasOwn(on, type) && sources.some((source) => source.category === category && Object.hasOwn(source.events, type));

const versionsOf = (
  { events }: Pick<AnyDecider, 'events'>,
  category: string,
  type: string,
  samples: GoldenSamples,
): EventModel['versions'] => {
  const { schemas } = events[type]!;
  const described = schemas.map(schemaOf);
  return schemas.map((schema, i) => {
    const golden = samples[`${category}/${type}.v${i + 1}`] as Readonly<{ data: unknown }> | undefined;
    const made = golden ?? exampleFor(schema);
    return {
      v: i + 1,
      schema: described[i]!,
      changes: i === 0 ? [] : schemaChanges(described[i - 1], described[i]).map(({ says }) => says),
      ...(made && { sample: { data: masked(made.data), golden: golden !== undefined } }),
    };
  });
};

type Producing = Readonly<{ category: string; events: Formats; producer: EventModel['producer'] }> &
  Pick<AnyDecider, 'publishes' | 'publishesSince'>;

/** The categories whose events are the manifest's own. */
const producersIn = ({ aggregates, processes = [] }: Manifest): readonly Producing[] => [
  ...aggregates.map((decider) => ({ ...decider, producer: 'aggregate' as const })),
  ...processes.map((process) => ({
    category: process.category,
    events: process.raises ?? {},
    producer: isWatch(process) ? ('watch' as const) : ('process' as const),
    publishes: process.publishes ?? [],
  })),
];

const eventModels = (manifest: Manifest, samples: GoldenSamples): readonly EventModel[] =>
  producersIn(manifest).flatMap(({ category, events, producer, publishes = [], publishesSince = {} }) =>
    Object.entries(events).map(([type, format]) => {
      const versions = versionsOf({ events }, category, type, samples);
      const since = publishesSince[type];
      return {
        category,
        type,
        written: format.current,
        versions,
        public: publishes.includes(type),
        ...(since !== undefined && { publicSince: since }),
        personal: [...new Set(versions.flatMap(({ schema }) => personalPlacesIn(schema)))],
        producer,
        views: manifest.projections
          .filter((view) => reads(sourcesOf(view), view.on, category, type))
          .map(({ name, revision }) => ({ name, revision })),
        processes: (manifest.processes ?? [])
          .filter(({ from, on }) => reads(from, on, category, type))
          .map((process) => process.category),
      };
    }),
  );

const fromOf = (sources: readonly Source[], types: readonly string[]): ViewModel['from'] =>
  sources.map(({ category, events }) => ({ category, types: types.filter((type) => Object.hasOwn(events, type)) }));

const viewModel = (view: AnyProjection): ViewModel => {
  const { name, revision, kind, may, lists = {}, filters = [], maskedFor = [], gatherSeconds = 0, freshSeconds = 0, row } = view;
  return {
    name,
    revision,
    kind,
    may,
    ...(isPublic(may) && { path: `/views/${name}` }),
    from: fromOf(sourcesOf(view), handledTypes(view)),
    lists: Object.entries(lists).map(([list, { within, by, find }]) => ({
      name: list,
      ...(within && { within }),
      by: by !== undefined,
      personal: find === true,
    })),
    filters,
    maskedFor,
    gatherSeconds,
    freshSeconds,
    ...(row && { row: schemaOf(row) }),
    kernel: isKernelView(view),
    log: isEventLog(view),
  };
};

const processModel = (process: AnyProcess): ProcessModel => {
  const { category, since, from, on, sends, effects = [], onDeadline = {}, raises = {}, memory, gatherSeconds = 0 } = process;
  return {
    category,
    kind: isWatch(process) ? 'watch' : 'process',
    since,
    from: fromOf(from, Object.keys(on).sort()),
    sends: sends.map(({ category: to, commands }) => ({
      category: to,
      commands: Object.keys(commands).filter((name) => commands[name]?.may.includes('process')),
    })),
    effects: effects.map(({ name }) => name),
    deadlines: Object.keys(onDeadline),
    raises: Object.keys(raises),
    memory: schemaOf(currentSchema(memory)),
    gatherSeconds,
  };
};

/** Describes a manifest as plain values: for the console, and for pages of a wiki. */
export const describeModel = (manifest: Manifest, samples: GoldenSamples = {}): Model => ({
  roles: ['operator', ...(manifest.roles ?? [])],
  mayErase: manifest.mayErase ?? ['operator'],
  aggregates: manifest.aggregates.map(aggregateModel),
  events: eventModels(manifest, samples),
  views: manifest.projections.map(inGroup(manifest)).map(viewModel),
  processes: (manifest.processes ?? []).map(processModel),
  effects: effectsOf(manifest).map((effect) => ({
    name: effect.name,
    provider: effect.provider ?? effect.name,
    input: schemaOf(currentSchema(effect.input)),
    answer: schemaOf(currentSchema(effect.answer)),
    opens: effect.opens ?? [],
    timeout: effect.timeout,
    giveUp: effect.giveUp,
    processes: (manifest.processes ?? []).filter(({ effects = [] }) => effects.includes(effect)).map(({ category }) => category),
  })),
  schedules: Object.entries(manifest.schedules ?? {}).map(([name, { cron, timezone, catchUp, since, each, sends }]) => ({
    name,
    cron,
    timezone: timetableOf({ cron, ...(timezone !== undefined && { timezone }) }).timezone,
    catchUp,
    since,
    ...(each && { each: each.name }),
    sends: sends.map(({ category }) => category),
  })),
  hooks: Object.entries(manifest.hooks ?? {}).map(([name, { sends, body }]) => ({
    name,
    path: hookPath(name),
    sends: sends.category,
    body: schemaOf(body),
  })),
  retired: manifest.retired ?? {},
});

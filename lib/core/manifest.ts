import type { Role } from './access/roles.ts';
import { accessFault, type May, roleFaults } from './access.ts';
import { isKernelView, kernelViewsOf } from './announcer.ts';
import type { AnyDecider } from './decider.ts';
import { effectDecider } from './effect/decider.ts';
import { effectFaults, sealerFaults } from './effect/faults.ts';
import { factFaults } from './fact/faults.ts';
import { type Hooks, hookFaults } from './hook/hook.ts';
import { isInstant } from './instant.ts';
import { retentionFaults } from './personal/retention-faults.ts';
import { decidersOf, effectsOf, processDecider } from './process/decider.ts';
import { processFaults } from './process/faults.ts';
import type { InstancesView } from './process/instances-view.ts';
import type { AnyProcess } from './process/process.ts';
import { type AnyProjection, sourcesOf } from './projection.ts';
import { scheduleFaults } from './schedule/faults.ts';
import type { AnySchedule } from './schedule/schedule.ts';
import { isCategory, kebab, reserved } from './stream.ts';
import { tagFaults } from './tag/faults.ts';
import { togetherFaults } from './together/along.ts';
import { projectionFaults } from './view/faults.ts';
import { type Groups, groupFaults } from './view/groups.ts';

/**
 * Everything that a deployment is derived from.
 * @example export const manifest = defineManifest({ aggregates: [account], projections: [accountBalance] });
 */
export type Manifest = Readonly<{
  aggregates: readonly AnyDecider[];
  projections: readonly AnyProjection[];
  processes?: readonly AnyProcess[];
  /** Routes for the signed events of providers, each of which becomes a command. */
  hooks?: Hooks;
  /** Commands at certain times, by the schedules' names. */
  schedules?: Readonly<Record<string, AnySchedule>>;
  /** The roles that tokens may give callers, beside `operator`: each may stand in a `may`. */
  roles?: readonly Exclude<Role, 'operator'>[];
  /** Who may erase a person's data for good, by `POST /subjects/{id}/erase`: operators, unless it is said here. */
  mayErase?: readonly [Role, ...Role[]];
  /** Views that share one queue and one function, by the name of their group: cheaper, and less apart from each other. */
  groups?: Groups;
  /** Removed views, each with the reason: a deployment removes no other view that answers. */
  retired?: Readonly<Record<string, string>>;
}>;

/**
 * A checked manifest. Its type keeps the types of its parts, from which that of the typed client follows.
 * @example export type Api = Client<typeof manifest>;
 */
export interface DefinedManifest<A extends readonly AnyDecider[], V extends AnyProjection> extends Manifest {
  readonly aggregates: A;
  readonly projections: readonly V[];
}

const uniqueName = /^[A-Za-z][A-Za-z0-9]{0,29}$/;
const publicType = /^[A-Za-z][A-Za-z0-9]*$/;
const repeated = (names: readonly string[]) => names.filter((name, i) => names.indexOf(name) !== i);
/** Finds the faults of all audiences: of commands, histories and views. */
const audienceFaults = ({ aggregates, projections, processes = [], roles = [], mayErase }: Manifest): readonly string[] => {
  const audiences: readonly (readonly [string, May | undefined])[] = [
    ...[...aggregates, ...processes.map(processDecider)].flatMap(({ category, commands, history }) => [
      ...Object.entries(commands).map(([name, { may }]) => [`${category}: ${name}`, may] as const),
      [`The history of ${category}`, history] as const,
    ]),
    ...projections.map(({ name, may }) => [name, may] as const),
    ['The erasing of subjects', mayErase] as const,
  ];
  return audiences.flatMap(([what, may]) => {
    const fault = may && accessFault(may, roles);
    return fault === undefined ? [] : [`${what} ${fault}.`];
  });
};

/** A history is read with a token, and not by processes. */
const historyFaults = ({ category, history, owner }: AnyDecider): readonly string[] => [
  ...(history?.includes('owner') && !owner
    ? [`The history of ${category} is for the owner, but ${category} does not say who owns it: add \`owner\`.`]
    : []),
  ...(['process', 'hook', 'together', 'anyone'] as const)
    .filter((who) => history?.includes(who))
    .map((who) => `The history of ${category} cannot be for '${who}': it is read with a token.`),
];

const aggregateFaults = (decider: AnyDecider): string[] => {
  const { category, commands } = decider;
  const names = Object.keys(commands);
  return [
    ...(isCategory(category) ? [] : [`The category '${category}' must be 1 to 40 letters.`]),
    ...(reserved.includes(category) ? [`The category '${category}' is reserved: choose another.`] : []),
    ...repeated(names.map(kebab)).map((path) => `Two commands of ${category} have the path '${path}'.`),
    ...names.filter((name) => !decider.decide[name]).map((name) => `${category}: ${name} has a schema but no decide.`),
    ...Object.keys(decider.decide)
      .filter((name) => !commands[name])
      .map((name) => `${category}: ${name} has no command(may, schema).`),
    ...names
      .filter((name) => !commands[name]?.may?.length)
      .map((name) => `${category}: ${name} does not declare who may send it.`),
    ...names
      .filter((name) => commands[name]?.may?.includes('owner') && !decider.owner)
      .map((name) => `${category}: ${name} is for the owner, but ${category} does not say who owns it: add \`owner\`.`),
    ...historyFaults(decider),
    ...retentionFaults(decider),
    ...Object.keys(decider.unique ?? {})
      .filter((name) => !uniqueName.test(name))
      .map((name) => `${category}: the unique value '${name}' must be 1 to 30 letters or digits, beginning with a letter.`),
    ...Object.keys(decider.events)
      .filter((type) => !decider.evolve[type])
      .map((type) => `${category}: ${type} has a format but no evolve.`),
    ...(decider.publishes ?? [])
      .filter((type) => !Object.hasOwn(decider.events, type))
      .map((type) => `${category} publishes ${type}, which it does not have.`),
    ...repeated(decider.publishes ?? []).map((type) => `${category} publishes ${type} twice.`),
    // The rules of views look for `<category>.commit`: a public event must never look like one.
    ...(decider.publishes ?? [])
      .filter((type) => !publicType.test(type))
      .map((type) => `${category} publishes ${type}: a public event type has letters and digits only.`),
    ...Object.entries(decider.publishesSince ?? {}).flatMap(([type, since]) => [
      ...(decider.publishes?.includes(type) ? [] : [`${category} says since when ${type} is public, but does not publish it.`]),
      ...(since === undefined || isInstant(since)
        ? []
        : [`${category} publishes ${type} since '${since}', which is not an instant such as 2026-11-21T12:00:00.000Z.`]),
    ]),
  ];
};

/** The aggregates that commands name entities of must have an owner to check. */
const ownsFaults = (aggregates: readonly AnyDecider[]): string[] =>
  aggregates.flatMap(({ category, commands }) =>
    Object.entries(commands).flatMap(([name, { owns = {} }]) =>
      Object.keys(owns)
        .filter((other) => other === category || !aggregates.some((one) => one.category === other && one.owner))
        .map((other) =>
          other === category
            ? `${category}: ${name} has \`owns\` for its own category; \`may\` says who may send it.`
            : `${category}: ${name} checks the owner of ${other}, but the manifest has no aggregate ${other} with an \`owner\`.`,
        ),
    ),
  );

/** Finds views and processes that read an aggregate's events from streams of another name: they would wait for them for ever. */
const categoryFaults = ({ aggregates, projections, processes = [] }: Manifest): string[] =>
  [
    ...projections.flatMap((view) => sourcesOf(view).map((source) => [view.name, source] as const)),
    ...processes.flatMap(({ category, from }) => from.map((source) => [category, source] as const)),
  ].flatMap(([reader, { category, events }]) =>
    (aggregates.some((aggregate) => aggregate.category === category) ? [] : aggregates)
      .filter((aggregate) => aggregate.events === events)
      .map((aggregate) => `${reader} reads '${category}', and the aggregate with these events is '${aggregate.category}'.`),
  );

/**
 * Checks a whole manifest and returns it, with the views of its processes' instances and of its effects' performances, and the register of subjects. All
 * faults are reported together.
 * @example export const manifest = defineManifest({ aggregates: [account], projections: [accountBalance] });
 */
export const defineManifest = <
  const A extends readonly AnyDecider[],
  const P extends readonly AnyProjection[],
  const R extends readonly AnyProcess[] = readonly [],
>(
  manifest: Manifest & Readonly<{ aggregates: A; projections: P; processes?: R }>,
): DefinedManifest<A, P[number] | (R extends readonly [] ? never : InstancesView)> => {
  const { aggregates, processes = [], schedules = {}, retired = {} } = manifest;
  // Replaced if this manifest is made from another one.
  const projections = manifest.projections.filter((view) => !isKernelView(view));
  const faults = [
    ...roleFaults(manifest.roles ?? []),
    ...audienceFaults({ ...manifest, projections }),
    ...aggregates.flatMap(aggregateFaults),
    ...ownsFaults(aggregates),
    ...tagFaults(aggregates),
    ...factFaults(aggregates),
    ...togetherFaults(aggregates),
    ...categoryFaults(manifest),
    ...processes.flatMap((process) => [...aggregateFaults(processDecider(process)), ...processFaults(process, aggregates)]),
    ...sealerFaults(effectsOf(manifest), aggregates),
    ...effectsOf(manifest).flatMap((effect) => [...effectFaults(effect), ...aggregateFaults(effectDecider(effect))]),
    ...projections.flatMap(projectionFaults),
    ...groupFaults({ ...manifest, projections: [...projections, ...kernelViewsOf(manifest)] }),
    ...hookFaults(manifest.hooks ?? {}, aggregates, [
      'anyone',
      'import',
      'operators',
      ...decidersOf(manifest).map(({ category }) => category),
    ]),
    ...scheduleFaults(schedules, { aggregates, projections, categories: decidersOf(manifest).map(({ category }) => category) }),
    ...repeated(decidersOf(manifest).map(({ category }) => category)).map((name) => `The category '${name}' is declared twice.`),
    ...Object.keys(retired)
      .filter((view) => projections.some(({ name }) => name === view))
      .map((view) => `The view ${view} is retired and still declared: remove it from \`retired\`.`),
    ...Object.entries(retired)
      .filter(([, why]) => why.trim() === '')
      .map(([view]) => `The view ${view} is retired without a reason: give one for its readers.`),
    ...repeated(projections.map(({ name, revision }) => `${name}.r${revision}`)).map(
      (name) => `The view ${name} is declared twice.`,
    ),
  ];
  if (faults.length > 0) throw new Error(`The manifest is invalid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  return { ...manifest, projections: [...projections, ...kernelViewsOf(manifest)] as never };
};

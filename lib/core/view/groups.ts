import { announcerName } from '../announcer.ts';
import { decidersOf } from '../process/decider.ts';
import type { AnyProcess } from '../process/process.ts';
import type { AnyProjection } from '../projection.ts';

/**
 * Groups of views by their names, each with the names of its views.
 * @example const groups: Groups = { desk: ['revenue', 'price-history', 'event-log'] };
 */
export type Groups = Readonly<Record<string, readonly [string, ...string[]]>>;

type Grouped = Readonly<{ projections: readonly AnyProjection[]; groups?: Groups }>;

/**
 * The group whose queue and function a view shares; undefined for a view that has its own.
 * @example groupOf(manifest, { name: 'revenue' }); // 'desk'
 */
export const groupOf = ({ groups = {} }: Pick<Grouped, 'groups'>, { name }: Readonly<{ name: string }>): string | undefined =>
  Object.keys(groups).find((group) => groups[group]?.includes(name));

/**
 * A group with its views, of which each revision is one. It gathers commits for as long as the view of it that takes them soonest.
 * @example groupsIn(manifest).map(({ name, views }) => `${name}: ${views.length}`); // ['desk: 3']
 */
export type ViewsOfGroup = Readonly<{ name: string; views: readonly AnyProjection[]; gatherSeconds: number }>;

/**
 * The groups of a manifest, with their views.
 * @example const [desk] = groupsIn(manifest);
 */
export const groupsIn = (manifest: Grouped): readonly ViewsOfGroup[] =>
  Object.keys(manifest.groups ?? {}).map((name) => {
    const views = manifest.projections.filter((view) => groupOf(manifest, view) === name);
    return { name, views, gatherSeconds: Math.min(...views.map(({ gatherSeconds = 0 }) => gatherSeconds)) };
  });

/**
 * A consumer of the bus that a manifest's views come to: a group, or a view alone.
 * @example const queues = consumersOfViews(manifest).length;
 */
export const consumersOfViews = (manifest: Grouped): readonly (ViewsOfGroup | Readonly<{ view: AnyProjection }>)[] => [
  ...groupsIn(manifest),
  ...manifest.projections.filter((view) => groupOf(manifest, view) === undefined).map((view) => ({ view })),
];

const groupName = /^[a-z][a-z0-9-]{0,39}$/;

type Declared = Grouped & Parameters<typeof decidersOf>[0] & Readonly<{ processes?: readonly AnyProcess[] }>;

/**
 * Finds groups that cannot be deployed, or would not be told from another consumer.
 * @example groupFaults(manifest); // ["The group desk names the view 'revenu', which there is not."]
 */
export const groupFaults = (manifest: Declared): readonly string[] => {
  const { groups = {}, projections } = manifest;
  const views = new Set(projections.map(({ name }) => name));
  const others = [...views, announcerName, ...decidersOf(manifest).map(({ category }) => category)];
  const named = Object.values(groups).flat();
  return [
    ...Object.entries(groups).flatMap(([group, own]) => [
      ...(groupName.test(group) ? [] : [`The group '${group}' must be 1 to 40 of a-z 0-9 and hyphens, beginning with a letter.`]),
      ...(others.includes(group)
        ? [`The group '${group}' has the name of a view, a process or a category: choose another.`]
        : []),
      ...((own.length as number) === 0 ? [`The group ${group} has no view: name some, or remove it.`] : []),
      ...own.filter((name) => !views.has(name)).map((name) => `The group ${group} names the view '${name}', which there is not.`),
    ]),
    ...named
      .filter((name, i) => named.indexOf(name) !== i)
      .map((name) => `The view ${name} is in more than one group, or twice in one.`),
  ];
};

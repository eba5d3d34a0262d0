import { announcerName } from '../announcer.ts';
import { type Categories, decidersOf } from '../process/decider.ts';
import { type AnyProjection, gatheringFaults } from '../projection.ts';

/**
 * Views that share one queue and one function, by their names: a view with all of its revisions.
 * @example const desk: Group = { views: ['revenue', 'event-log'], gatherSeconds: 10 };
 */
export type Group = Readonly<{
  views: readonly [string, ...string[]];
  /** The seconds for which commits are gathered, in the place of what the views say of themselves. The default is 0; 10 at most. */
  gatherSeconds?: number;
}>;

/**
 * Groups of views by their names.
 * @example const groups: Groups = { desk: { views: ['revenue', 'event-log'] } };
 */
export type Groups = Readonly<Record<string, Group>>;

type Grouped = Readonly<{ projections: readonly AnyProjection[]; groups?: Groups }>;

/**
 * The group whose queue and function a view shares; undefined for a view that has its own.
 * @example groupOf(manifest, { name: 'revenue' }); // 'desk'
 */
export const groupOf = ({ groups = {} }: Pick<Grouped, 'groups'>, { name }: Readonly<{ name: string }>): string | undefined =>
  Object.keys(groups).find((group) => groups[group]?.views.includes(name));

/**
 * A view as its group has it: it gathers commits for as long as the group does.
 * @example const projections = manifest.projections.map(inGroup(manifest));
 */
export const inGroup =
  (manifest: Pick<Grouped, 'groups'>) =>
  <V extends AnyProjection>(view: V): V => {
    const group = groupOf(manifest, view);
    if (group === undefined) return view;
    const { gatherSeconds = 0 } = manifest.groups?.[group] ?? {};
    return gatherSeconds === (view.gatherSeconds ?? 0) ? view : { ...view, gatherSeconds };
  };

/**
 * A group with its views, of which each revision is one.
 * @example groupsIn(manifest).map(({ name, views }) => `${name}: ${views.length}`); // ['desk: 2']
 */
export type ViewsOfGroup = Readonly<{ name: string; views: readonly AnyProjection[]; gatherSeconds: number }>;

/**
 * The groups of a manifest, with their views.
 * @example const [desk] = groupsIn(manifest);
 */
export const groupsIn = (manifest: Grouped): readonly ViewsOfGroup[] =>
  Object.entries(manifest.groups ?? {}).map(([name, { gatherSeconds = 0 }]) => ({
    name,
    gatherSeconds,
    views: manifest.projections.filter((view) => groupOf(manifest, view) === name),
  }));

/**
 * The consumers of the bus that the views of a manifest come to: groups, and views alone.
 * @example const queues = consumersOfViews(manifest).length;
 */
export const consumersOfViews = (manifest: Grouped): readonly (ViewsOfGroup | Readonly<{ view: AnyProjection }>)[] => [
  ...groupsIn(manifest),
  ...manifest.projections.filter((view) => groupOf(manifest, view) === undefined).map((view) => ({ view })),
];

const groupName = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * Finds groups that cannot be deployed, or would not be told from another consumer.
 * @example groupFaults(manifest); // ["The group desk names the view 'revenu', which there is not."]
 */
export const groupFaults = (manifest: Grouped & Categories): readonly string[] => {
  const { groups = {}, projections } = manifest;
  const views = new Set(projections.map(({ name }) => name));
  const others = [...views, announcerName, ...decidersOf(manifest).map(({ category }) => category)];
  const named = Object.values(groups).flatMap((group) => group.views);
  return [
    ...Object.entries(groups).flatMap(([group, { views: own, gatherSeconds }]) => [
      ...(groupName.test(group) ? [] : [`The group '${group}' must be 1 to 40 of a-z 0-9 and hyphens, beginning with a letter.`]),
      ...(others.includes(group) ? [`The group '${group}' has the name of a view or of a category: choose another.`] : []),
      ...((own.length as number) === 0 ? [`The group ${group} has no view: name some, or remove it.`] : []),
      ...own.filter((name) => !views.has(name)).map((name) => `The group ${group} names the view '${name}', which there is not.`),
      ...gatheringFaults(`The group ${group}`, gatherSeconds),
    ]),
    ...named
      .filter((name, i) => named.indexOf(name) !== i)
      .map((name) => `The view ${name} is in two groups, or twice in one: leave one of them.`),
  ];
};

import type { Manifest } from '../../core/manifest.ts';
import { decidersOf, effectsOf } from '../../core/process/decider.ts';
import type { AnyProjection } from '../../core/projection.ts';
import { pascal } from '../../core/stream.ts';

/** The names of the parts of a deployment, among which costs are divided. */
export const partNames = {
  commands: 'commands',
  publisher: 'publisher',
  view: ({ name }: Pick<AnyProjection, 'name'>) => `view ${name}`,
  group: (name: string) => `group ${name}`,
  process: (name: string) => `process ${name}`,
} as const;

/** The beginnings of logical ids, in a stack of its own or not, and the parts of the deployment that have them. */
const beginnings = (manifest: Manifest): readonly (readonly [string, string])[] => {
  const { projections, groups = {}, processes = [], schedules = {} } = manifest;
  return [
    ...projections.map((view) => [`${pascal(view.name)}R`, partNames.view(view)] as const),
    ...Object.keys(groups).map((name) => [`${pascal(name)}Group`, partNames.group(name)] as const),
    ...processes.map(({ category }) => [`Processes${pascal(category)}`, partNames.process(category)] as const),
    ...effectsOf(manifest).map(({ name }) => [`Effects${pascal(name)}`, `effect ${name}`] as const),
    ...Object.keys(schedules).map((name) => [`Schedules${pascal(name)}`, `schedule ${name}`] as const),
    ...[...decidersOf(manifest).map(({ category }) => `${pascal(category)}Commands`), 'EventsCommits', 'EventsSnapshots'].map(
      (beginning) => [beginning, partNames.commands] as const,
    ),
    ['Publisher', partNames.publisher],
    ['Announcer', 'public events'],
    ['Queries', 'queries'],
    ['History', 'queries'],
    ['Api', 'API'],
  ];
};

/** The part of a deployment that a resource belongs to. */
export const partOf = (manifest: Manifest): ((resource: Readonly<{ of: string; within?: string }>) => string) => {
  const known = beginnings(manifest).toSorted(([a], [b]) => b.length - a.length);
  return ({ of, within }) => {
    const id = `${within?.replace(/NestedStack.*$/, '') ?? ''}${of}`;
    // The id of a view goes on with the number of its revision: a longer name may begin as a shorter one does.
    const found = known.find(
      ([beginning]) => id.startsWith(beginning) && (!beginning.endsWith('R') || /^\d/.test(id.slice(beginning.length))),
    );
    return found?.[1] ?? 'operations';
  };
};

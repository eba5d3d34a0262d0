import type { AnyDecider } from './decider.ts';
import { type AnyProjection, handledTypes } from './projection.ts';
import { isCategory, kebab } from './stream.ts';

/** Everything that a deployment is driven by.
 * @example export const manifest = defineManifest({ aggregates: [account], projections: [accountBalance] });
 */
export type Manifest = Readonly<{ aggregates: readonly AnyDecider[]; projections: readonly AnyProjection[] }>;

const viewName = /^[a-z][a-z0-9-]{0,39}$/;
const repeated = (names: readonly string[]) => names.filter((name, i) => names.indexOf(name) !== i);
/** First segments of paths that are taken by the product itself. */
const reserved = ['views', 'streams', 'ops', 'health', 'process', 'unique'];

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
      .map((name) => `${category}: ${name} is for the owner, but ${category} does not say whose it is: add \`owner\`.`),
    ...Object.keys(decider.events)
      .filter((type) => !decider.evolve[type])
      .map((type) => `${category}: ${type} has a format but no evolve.`),
  ];
};

const projectionFaults = (projection: AnyProjection): string[] => {
  const { name, revision, from, may } = projection;
  return [
    ...(viewName.test(name) ? [] : [`The view '${name}' must be 1 to 40 of a-z 0-9 and hyphens, beginning with a letter.`]),
    ...(Number.isSafeInteger(revision) && revision > 0 ? [] : [`${name}: the revision must be 1, 2, 3, ...`]),
    ...(may?.length ? [] : [`${name} does not declare who may read it.`]),
    ...(may?.includes('owner') && !projection.owner
      ? [`${name} is for the owner, but does not say whose a row is: add \`owner\`.`]
      : []),
    ...(handledTypes(projection).length > 0 ? [] : [`${name} handles no event: add one to \`on\`.`]),
    ...handledTypes(projection)
      .filter((type) => !from.events[type])
      .map((type) => `${name} handles ${type}, which ${from.category} does not have.`),
  ];
};

/** Checks a manifest as a whole and hands it on; what is wrong is said all at once.
 * @example export const manifest = defineManifest({ aggregates: [account], projections: [accountBalance] });
 */
export const defineManifest = (manifest: Manifest): Manifest => {
  const faults = [
    ...manifest.aggregates.flatMap(aggregateFaults),
    ...manifest.projections.flatMap(projectionFaults),
    ...repeated(manifest.aggregates.map(({ category }) => category)).map((name) => `The category '${name}' is there twice.`),
    ...repeated(manifest.projections.map(({ name, revision }) => `${name}.r${revision}`)).map(
      (name) => `The view ${name} is there twice.`,
    ),
  ];
  if (faults.length > 0) throw new Error(`The manifest is not right:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  return manifest;
};

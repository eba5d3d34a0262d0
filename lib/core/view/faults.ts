import { kernelNameFaults } from '../announcer.ts';
import { personalFilters } from '../personal/declared.ts';
import { type AnyProjection, type AnySharedRows, gatheringFaults, handledTypes, sourcesOf } from '../projection.ts';
import { shardsFaults } from '../share.ts';

const viewName = /^[a-z][a-z0-9-]{0,39}$/;
const repeated = (names: readonly string[]) => names.filter((name, i) => names.indexOf(name) !== i);

const sharedFaults = ({ name, shards = 1, lists = {}, filters = [], expires }: AnyProjection & AnySharedRows): string[] => [
  ...(Object.keys(lists).length > 0 || filters.length > 0 || expires !== undefined
    ? [`${name} has shared rows, which take neither lists, filters nor \`expires\`.`]
    : []),
  ...shardsFaults(`${name}: the shards`, shards),
];

/** Of what `byOwner` says anything: a view with one row for each stream and an owner alone is listed by owner. */
const noneByOwner = ({ name, byOwner }: AnyProjection): string[] =>
  byOwner
    ? [
        `${name} has no list by owner, of which \`byOwner\` could say anything: only a view with one row for each stream and an \`owner\` has.`,
      ]
    : [];

const runsFaults = ({ name, lists = {} }: AnyProjection): string[] =>
  Object.keys(lists)
    .filter((list) => lists[list]?.runs)
    .map((list) => `${name}: only a view with one row for each commit has runs of them: leave \`runs\` out of the list ${list}.`);

const addedFaults = ({ name, lists = {}, filters = [], expires }: AnyProjection): string[] =>
  Object.keys(lists).length > 0 || filters.length > 0 || expires !== undefined
    ? [`${name} adds rows for each commit, and takes neither lists, filters nor \`expires\`: declare it by rowsPerStream().`]
    : [];

/** The faults that only a view of one kind can have. */
const faultsOfKind: { readonly [K in AnyProjection['kind']]: (projection: Extract<AnyProjection, { kind: K }>) => string[] } = {
  'row-per-stream': (projection) => [...runsFaults(projection), ...(projection.owner ? [] : noneByOwner(projection))],
  'row-per-commit': noneByOwner,
  'rows-per-stream': (projection) => [...runsFaults(projection), ...noneByOwner(projection)],
  'rows-per-commit': (projection) => [...addedFaults(projection), ...noneByOwner(projection)],
  'shared-rows': (projection) => [...sharedFaults(projection), ...noneByOwner(projection)],
};

/** DynamoDB takes 20 indexes; one is for the list by owner, one for what is parked. */
const mostLists = 18;
const listName = /^[a-z][a-z0-9-]{0,39}$/;

const listFaults = (projection: AnyProjection): string[] => {
  const { name, lists = {}, freshSeconds = 0 } = projection;
  const names = Object.keys(lists);
  return [
    ...names
      .filter((list) => !listName.test(list))
      .map((list) => `${name}: the list '${list}' must be 1 to 40 of a-z 0-9 and hyphens, beginning with a letter.`),
    ...(names.length > mostLists ? [`${name} has ${names.length} lists; a table takes ${mostLists}.`] : []),
    ...names
      .filter((list) => lists[list]?.within && !projection.owner)
      .map((list) => `${name}: the list ${list} is within an owner, but ${name} does not say who owns a row: add \`owner\`.`),
    ...names.flatMap((list) => shardsFaults(`${name}: the shards of the list ${list}`, lists[list]?.shards)),
    ...personalFilters(projection),
    ...(Number.isSafeInteger(freshSeconds) && freshSeconds >= 0 ? [] : [`${name}: freshSeconds must be 0, 1, 2, ...`]),
    ...gatheringFaults(name, projection.gatherSeconds),
  ];
};

/** Finds the faults of a view's declaration.
 * @example projectionFaults(accountBalance); // []
 */
export const projectionFaults = (projection: AnyProjection): string[] => {
  const { name, revision, may } = projection;
  const sources = sourcesOf(projection);
  return [
    ...(viewName.test(name) ? [] : [`The view '${name}' must be 1 to 40 of a-z 0-9 and hyphens, beginning with a letter.`]),
    ...kernelNameFaults(projection),
    ...(Number.isSafeInteger(revision) && revision > 0 ? [] : [`${name}: the revision must be 1, 2, 3, ...`]),
    ...(may?.length ? [] : [`${name} does not declare who may read it.`]),
    ...(may?.includes('owner') && !projection.owner
      ? [`${name} is for the owner, but does not say who owns a row: add \`owner\`.`]
      : []),
    ...listFaults(projection),
    ...(handledTypes(projection).length > 0 ? [] : [`${name} handles no event: add one to \`on\`.`]),
    ...handledTypes(projection)
      .filter((type) => !sources.some(({ events }) => Object.hasOwn(events, type)))
      .map((type) => `${name} handles ${type}, which ${sources.map(({ category }) => category).join(' and ')} does not have.`),
    ...(sources.length > 0 ? [] : [`${name} has no source: name at least one in \`from\`.`]),
    ...repeated(sources.map(({ category }) => category)).map((category) => `${name} reads ${category} twice.`),
    ...(faultsOfKind[projection.kind] as (projection: AnyProjection) => string[])(projection),
  ];
};

import { revisionKey } from '../core/deployed-names.ts';
import type { AnyProjection } from '../core/projection.ts';
import type { Awaited } from './consistency.ts';
import { cursorScope, decodeCursor, encodeCursor } from './cursor.ts';
import { fits } from './lists.ts';
import type { Direction, Listing, Where } from './ports.ts';
import { invalid } from './problems.ts';

export type PageRequest = Readonly<{
  limit: number;
  cursor?: string;
  owner?: string;
  direction: Direction;
  /** A list that the view declares, and the value that it is by. */
  list?: string;
  by?: string;
  /** Fields and what they are to equal, as text. */
  equals?: Readonly<Record<string, string>>;
  /** What the answer must not be older than. */
  awaited?: readonly Awaited[];
}>;

export type PageAnswer = Readonly<{ items: readonly object[]; cursor?: string }>;

/** What a page is read from. */
type Paged = Readonly<{ projection: AnyProjection; incarnation?: string }>;

/** Every cursor names the revision, its table and the list that it was made on: rows of two revisions, or of one before and after it was removed, are
 * never mixed in one walk. */
const scope = ({ projection, incarnation }: Paged, of: string) =>
  `${revisionKey(projection)}${incarnation === undefined ? '' : `.${incarnation}`}/${of}`;

/** The revision of a view, and its table, that a walk through a list began on, if its cursor names one of this view. */
export const begunOn = (
  view: string,
  cursor: string | undefined,
): Readonly<{ revision: number; incarnation: string | undefined }> | undefined => {
  const [, name, revision, incarnation] = /^(.*?)\.r(\d+)(?:\.(\w+))?\//.exec((cursor && cursorScope(cursor)) ?? '') ?? [];
  return name === view ? { revision: Number(revision), incarnation } : undefined;
};

/** What a list is asked by, as a part of its name: a cursor is good for the same question only. */
export const questionOf = (of: string, { direction, equals = {} }: PageRequest): string =>
  [
    of,
    direction,
    ...Object.entries(equals)
      .map((pair) => JSON.stringify(pair))
      .sort(),
  ].join('/');

const isPart = (part: unknown): boolean => typeof part === 'string' && part !== '' && fits('at', part);

/** The place that a request's cursor stands for, if it has one. */
export const position = (
  from: Paged,
  of: string,
  { cursor }: PageRequest,
): Readonly<{ after?: Readonly<Record<string, unknown>> }> => {
  if (cursor === undefined) return {};
  const after = decodeCursor(cursor, scope(from, of));
  if (!after || !Object.values(after).every(isPart))
    throw invalid('cursor', 'this is no cursor of this list; leave it out to begin anew');
  return { after };
};

/** A page with the cursor of the next, if there is more. */
export const paged = (from: Paged, of: string, items: readonly object[], next: Listing['next']): PageAnswer => ({
  items,
  ...(next && { cursor: encodeCursor(next, scope(from, of)) }),
});

/** What is asked of the fields, which must be declared for it; and the time, where rows expire. */
export const whereOf = (
  { name, filters = [], expires }: AnyProjection,
  { equals }: PageRequest,
  now: number,
): Readonly<{ where?: Where }> => {
  const strange = Object.keys(equals ?? {}).find((field) => !(filters as readonly string[]).includes(field));
  if (strange !== undefined)
    throw invalid(
      `filter.${strange}`,
      filters.length > 0 ? `${name} is filtered by ${filters.join(', ')}` : `${name} has no filters`,
    );
  if (!equals && !expires) return {};
  return { where: { ...(equals && { equals }), ...(expires && { now: new Date(now).toISOString() }) } };
};

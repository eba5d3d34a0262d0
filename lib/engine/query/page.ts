import { type Actor, allowed, allowedAll } from '../../core/access.ts';
import { revisionKey } from '../../core/deployed-names.ts';
import type { AnyProjection } from '../../core/projection.ts';
import type { Direction, Listing, ViewItem, Where } from '../ports.ts';
import { invalid, notYours } from '../problems.ts';
import { fits } from '../view/lists.ts';
import { withinAnswer } from './answer-size.ts';
import type { Awaited } from './consistency.ts';
import { cursorScope, decodeCursor, encodeCursor } from './page-cursor.ts';

export type PageRequest = Readonly<{
  limit: number;
  cursor?: string;
  owner?: string;
  direction: Direction;
  /** A list that the view declares, and the value that it is by. */
  list?: string;
  by?: string;
  /** True if all of this was in a body, where a personal value may stand, and not in an address. */
  inBody?: boolean;
  /** Fields and what they are to equal, as text. */
  equals?: Readonly<Record<string, string>>;
  /** The commits that the answer must include. */
  awaited?: readonly Awaited[];
}>;

export type PageAnswer = Readonly<{ items: readonly object[]; cursor?: string }>;

/** The source of a page. */
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

/** The query of a list as a part of its name: a page token is valid only for the same query. */
export const questionOf = (of: string, { direction, equals = {} }: PageRequest): string =>
  [
    of,
    direction,
    ...Object.entries(equals)
      .map((pair) => JSON.stringify(pair))
      .sort(),
  ].join('/');

/** The parts of a position in a kind of list, and the text that each part begins with. */
export type Shape = Readonly<Record<string, string>>;
export const shapes = {
  head: { key: '', sort: 'head' },
  row: { key: '', sort: 'row#' },
  inList: { at: '' },
  sharedRow: { key: '' },
  anyItem: { key: '', sort: '' },
  sharedPart: { key: '', sort: 'part#', listed: '' },
} as const satisfies Readonly<Record<string, Shape>>;

/** True if a position could be one of the list: a table answers any other with an error. A caller who made one up sees only what they may see. */
const isPlace = (place: Readonly<Record<string, unknown>>, shape: Shape): boolean =>
  Object.keys(place).length === Object.keys(shape).length &&
  Object.entries(shape).every(([name, beginning]) => {
    const part = place[name];
    return typeof part === 'string' && part !== '' && part.startsWith(beginning) && part.isWellFormed() && fits('at', part);
  });

/** The position in a request's page token, if it has one. */
export const position = (
  from: Paged,
  of: string,
  shape: Shape,
  { cursor }: PageRequest,
): Readonly<{ after?: Readonly<Record<string, unknown>> }> => {
  if (cursor === undefined) return {};
  const after = decodeCursor(cursor, scope(from, of));
  if (!after || !isPlace(after, shape)) throw invalid('cursor', 'this is not a cursor of this list; leave it out to start again');
  return { after };
};

/** A page with the token of the next, if there is more. */
export const paged = (from: Paged, of: string, items: readonly object[], next: Listing['next']): PageAnswer => ({
  items,
  ...(next && { cursor: encodeCursor(next, scope(from, of)) }),
});

/** A page of what a table has listed; it ends early where an answer would have too many bytes. */
export const pageOf = (
  from: Paged,
  of: string,
  { items, next }: Listing,
  how: Readonly<{ shown(item: ViewItem): object; placeOf(item: ViewItem): Readonly<Record<string, unknown>> }>,
): PageAnswer => {
  const bodies = items.map(how.shown);
  const fitting = withinAnswer(bodies);
  const last = fitting < items.length ? items[fitting - 1] : undefined;
  return paged(from, of, bodies.slice(0, fitting), last ? how.placeOf(last) : next);
};

/** The owner whose rows are listed: a customer's own; or the named one, for an actor who may read all rows. */
export const ownerOf = ({ may }: Pick<AnyProjection, 'may'>, actor: Actor, request: PageRequest): string | undefined => {
  const owner = allowedAll(may, actor) ? request.owner : actor.id;
  const isOwn = request.owner === undefined || request.owner === owner;
  if (!isOwn || !allowed(may, actor, owner)) throw notYours();
  if (owner !== undefined && !fits('at', owner)) throw invalid('owner', 'an id');
  return owner;
};

/** The filters, which must be declared; and the time, if rows expire. */
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

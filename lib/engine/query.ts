import { type Actor, allowed } from '../core/access.ts';
import { ProblemError } from '../core/problem.ts';
import type { AnyProjection } from '../core/projection.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Direction, Listing, ViewItem, ViewReader } from './ports.ts';
import { invalid, notFound, notYours } from './problems.ts';

export type Querying = Readonly<{ projection: AnyProjection; reader: ViewReader }>;

export type PageRequest = Readonly<{ limit: number; cursor?: string; owner?: string; direction: Direction }>;

export type PageAnswer = Readonly<{ items: readonly object[]; cursor?: string }>;

/** Every cursor names the revision that it was made on: rows of two revisions are never mixed in one walk. */
const scope = ({ projection }: Querying, of: string) => `${projection.name}.r${projection.revision}/${of}`;

const position = (querying: Querying, of: string, { cursor }: PageRequest) => {
  if (cursor === undefined) return {};
  const after = decodeCursor(cursor, scope(querying, of));
  if (!after || !Object.values(after).every((part) => typeof part === 'string')) throw invalid('cursor', 'this is no cursor of this list; leave it out to begin anew');
  return { after };
};

const page = (querying: Querying, of: string, { items, next }: Listing): PageAnswer => ({
  items: items.map(({ key, row }) => ({ id: key, ...row })),
  ...(next && { cursor: encodeCursor(next, scope(querying, of)) }),
});

const visible = ({ projection }: Querying, actor: Actor, item: ViewItem | undefined): ViewItem => {
  if (!item || (projection.kind === 'row-per-stream' && !item.row)) throw notFound(`such row in ${projection.name}`);
  if (!allowed(projection.may, actor, item.owner ?? '')) throw notYours();
  return item;
};

/** One row by its id, with the tag that changes when it does; or the rows of one stream, a page at a time. */
export const queryById = async (
  querying: Querying,
  actor: Actor,
  id: string,
  request: PageRequest,
): Promise<Readonly<{ body: object; tag?: string }>> => {
  const { projection, reader } = querying;
  const head = visible(querying, actor, await reader.head(id));
  if (projection.kind === 'row-per-stream') {
    return { body: { id, ...head.row }, tag: `r${projection.revision}-${head.commit}` };
  }
  const { limit, direction } = request;
  const of = `${id}/${direction}`;
  const { items, next } = await reader.rowsOf(id, { limit, direction, ...position(querying, of, request) });
  const rows = items.map(({ row }) => row ?? {});
  return { body: { items: rows, ...(next && { cursor: encodeCursor(next, scope(querying, of)) }) } };
};

/** A view's rows a page at a time: a customer's own, or anybody's for an operator. */
export const queryList = async (querying: Querying, actor: Actor, request: PageRequest): Promise<PageAnswer> => {
  const { projection, reader } = querying;
  if (projection.kind !== 'row-per-stream')
    throw new ProblemError({
      kind: 'needs-an-id',
      status: 404,
      detail: `${projection.name} is read by id: /views/${projection.name}/{id}.`,
    });
  const owner = actor.role === 'customer' ? actor.id : request.owner;
  if (!allowed(projection.may, actor, owner) || (request.owner !== undefined && request.owner !== owner)) throw notYours();
  if (owner !== undefined && !projection.owner) throw invalid('owner', `the rows of ${projection.name} have no owner`);
  const of = owner === undefined ? 'all' : `owner/${owner}`;
  const listing = await reader.all({
    limit: request.limit,
    ...(owner !== undefined && { owner }),
    ...position(querying, of, request),
  });
  return page(querying, of, listing);
};

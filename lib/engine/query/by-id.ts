import { type Actor, allowed } from '../../core/access.ts';
import { nowOf } from '../instant.ts';
import type { Listing, ViewItem, ViewReader } from '../ports.ts';
import { notFound, notYours } from '../problems.ts';
import { expired } from '../view/lists.ts';
import { reach } from './consistency.ts';
import { type PageAnswer, type PageRequest, pageOf, position, questionOf, shapes, whereOf } from './page.ts';
import type { Querying } from './querying.ts';

/** The beginning of every ETag. It names the table, so that an ETag of one table never matches another table of the same name. */
export const tagOf = ({ projection: { revision }, incarnation }: Pick<Querying, 'projection' | 'incarnation'>): string =>
  incarnation === undefined ? `r${revision}` : `r${revision}-${incarnation}`;

/** A row or the rows of a stream, with the tag that changes when a row does. */
export type ByIdAnswer = Readonly<{ body: object; tag?: string }>;

const letSee = ({ projection: { may } }: Querying, actor: Actor, { owner = '' }: ViewItem): void => {
  if (!allowed(may, actor, owner)) throw notYours();
};

/** The one row of a stream. */
export const rowById = async (querying: Querying, actor: Actor, id: string, request: PageRequest): Promise<ByIdAnswer> => {
  const { projection, reader, clock } = querying;
  const head = (await reach(querying, request.awaited)).get(id) ?? (await reader.head(id));
  if (!head?.row || expired(head, nowOf(clock))) throw notFound(`such row in ${projection.name}`);
  letSee(querying, actor, head);
  return { body: { id, ...head.row }, tag: `${tagOf(querying)}-${head.commit}.${head.writes ?? 0}` };
};

/** True if a view has applied an event of a stream. */
const hasBegun = (head: ViewItem | undefined): head is ViewItem => head !== undefined && head.commit > 0;

/** True if only an owner may read and the stream has none: a refold leaves a head also for a stream that only refused commands of processes. */
const isNobodys = ({ projection }: Querying, actor: Actor, { owner }: ViewItem): boolean =>
  owner === undefined && !allowed(projection.may, actor, '');

/**
 * The rows of a stream that a view does not know: none. It cannot tell a stream without handled events from one that does not exist, and
 * neither has an owner: so neither is disclosed, and the answer is an empty list.
 */
const nothingYet = ({ projection }: Querying, actor: Actor): PageAnswer => {
  if (!allowed(projection.may, actor, undefined)) throw notYours();
  return { items: [] };
};

type Rows = (querying: Querying, id: string, asked: Parameters<ViewReader['rowsOf']>[1]) => Promise<Listing>;

/** The rows of one stream, a page at a time, as a kind of view keeps them. */
export const rowsOfStream =
  (rowsOf: Rows) =>
  async (querying: Querying, actor: Actor, id: string, request: PageRequest): Promise<ByIdAnswer> => {
    const { projection, reader, clock } = querying;
    const heads = await reach(querying, request.awaited);
    const head = heads.get(id) ?? (await reader.head(id));
    if (!hasBegun(head) || isNobodys(querying, actor, head)) return { body: nothingYet(querying, actor) };
    letSee(querying, actor, head);
    const { limit, direction } = request;
    const question = questionOf(`rows/${id}`, request);
    const listing = await rowsOf(querying, id, {
      limit,
      direction,
      consistent: heads.size > 0,
      ...whereOf(projection, request, clock.now()),
      ...position(querying, question, shapes.row, request),
    });
    const placeOf = ({ key, sort }: ViewItem) => ({ key, sort });
    return { body: pageOf(querying, question, listing, { shown: ({ row }) => row ?? {}, placeOf }) };
  };

/** The rows of one stream, each in an item of its own. */
export const rowsById = rowsOfStream(({ reader }, id, asked) => reader.rowsOf(id, asked));

import { type Actor, allowedAll } from '../../core/access.ts';
import { ProblemError } from '../../core/problem.ts';
import type { AnyProjection, List } from '../../core/projection.ts';
import { pages } from '../pages.ts';
import { foundBy } from '../personal/find.ts';
import type { Listing, ViewItem, Where } from '../ports.ts';
import { invalid, notYours } from '../problems.ts';
import { placedInRuns } from '../view/kinds/runs.ts';
import { fits, matches, partitionsOf } from '../view/lists.ts';
import { byKeys } from './by-keys.ts';
import { byRuns } from './by-runs.ts';
import { reach } from './consistency.ts';
import { merged } from './merged.ts';
import { overlaid, type Range } from './overlay.ts';
import { ownerOf, type PageAnswer, type PageRequest, pageOf, position, questionOf, type Shape, shapes, whereOf } from './page.ts';
import type { Querying } from './querying.ts';

/** One way to go through rows: the question that its cursors are good for, its pages from the index, and which rows belong in it. */
type Way = Pick<Range, 'orderOf' | 'placeOf'> &
  Readonly<{
    question: string;
    shape: Shape;
    read(options: Readonly<{ limit: number; after?: Readonly<Record<string, unknown>> }>): Promise<Listing>;
    /** Absent where the read is consistent by itself. */
    holds?: (item: ViewItem) => boolean;
    /** Rows of streams in their order, with their places, where some have none of their own. */
    placed?: (rows: readonly ViewItem[]) => readonly ViewItem[];
  }>;

/** A kind of view whose rows are listed. */
type Listed = Readonly<{
  /** The list that is meant where a request names none. */
  unnamed(querying: Querying, actor: Actor, request: PageRequest, where?: Where): Way;
  /** All rows of some streams, by their heads. */
  rowsOf(querying: Querying, heads: readonly ViewItem[]): Promise<readonly ViewItem[]>;
}>;

/** More rows of one stream than this are not laid over a page: they are read by id. */
const mostRows = 5_000;
const rowsAtOnce = 1_000;

const shown = ({ key, row }: ViewItem): object => ({ id: key, ...row });

const askedList = (projection: AnyProjection, actor: Actor, name: string): List<never> => {
  const lists = Object.entries(projection.lists ?? {});
  const list = lists.find(([candidate]) => candidate === name)?.[1];
  const all = allowedAll(projection.may, actor);
  if (list && (list.within || all)) return list;
  if (list) throw notYours();
  const open = lists.filter(([, { within }]) => within || all).map(([candidate]) => candidate);
  throw invalid('list', open.length > 0 ? `one of ${open.join(', ')}` : `${projection.name} has no list for you: leave it out`);
};

/** A list that the view declares, in the order of its places. */
const declared = ({ projection, reader }: Querying, actor: Actor, request: PageRequest, name: string, where?: Where): Way => {
  const list = askedList(projection, actor, name);
  const { by, direction, inBody = false } = request;
  // Addresses are logged and kept in places that no erasure reaches.
  if (list.find && by !== undefined && !inBody)
    throw invalid(
      'by',
      `${name} is by a personal value, which must not stand in an address: send POST /views/${projection.name} with list and by in its body`,
    );
  const owner = ownerOf(projection, actor, request);
  if (list.within && owner === undefined) throw invalid('owner', `${name} lists one owner's rows: give owner=`);
  if (!list.within && request.owner !== undefined) throw invalid('owner', `${name} is not within an owner: leave it out`);
  if (list.by && by === undefined) throw invalid('by', `${name} lists the rows of one value: give by=`);
  if (!list.by && by !== undefined) throw invalid('by', `${name} is not by a value: leave it out`);
  const partitions = partitionsOf(list, owner, by);
  const placeOf = (item: ViewItem) => ({ at: item.lists?.[name]?.at ?? '' });
  return {
    question: questionOf(`list/${name}/${partitions[0]}`, request),
    shape: shapes.inList,
    orderOf: ({ at }) => String(at),
    placeOf,
    read: async (options) =>
      partitions.every((partition) => fits('in', partition))
        ? merged(list.runs ? byRuns(reader, list) : list.keysOnly ? byKeys(reader) : reader, partitions, {
            list: name,
            direction,
            ...(where && { where }),
            ...options,
          })
        : { items: [] },
    holds: (item) => partitions.includes(item.lists?.[name]?.in ?? '') && matches(item, where),
    ...(list.runs && { placed: (rows: readonly ViewItem[]) => placedInRuns(name, list, rows) }),
  };
};

/** The list that every view with one row for each stream has: an owner's rows by id, or everybody's in no order. */
const byDefault: Listed['unnamed'] = ({ projection, reader }, actor, request, where) => {
  const { name } = projection;
  const owner = ownerOf(projection, actor, request);
  if (request.by !== undefined) throw invalid('by', 'is only for a list that is named with list=');
  if (owner !== undefined && !projection.owner) throw invalid('owner', `the rows of ${name} have no owner`);
  if (owner === undefined && request.direction === 'newest-first')
    throw invalid('order', 'a list of all rows has no order: name an owner, or a list');
  const consistent = owner === undefined && (request.awaited?.length ?? 0) > 0;
  return {
    question: questionOf(owner === undefined ? 'all' : `owner/${owner}`, request),
    shape: shapes.head,
    orderOf: ({ key }) => String(key),
    placeOf: ({ key, sort }) => ({ key, sort }),
    read: (options) =>
      (projection.byOwner?.keysOnly ? byKeys(reader) : reader).all({
        ...options,
        ...(where && { where }),
        ...(owner === undefined ? { consistent } : { owner, direction: request.direction }),
      }),
    ...(owner !== undefined && { holds: (item: ViewItem) => item.owner === owner && matches(item, where) }),
  };
};

/** All rows that some streams have, read consistently. */
const rowsOf: Listed['rowsOf'] = async ({ projection, reader }, heads) => {
  const rows: ViewItem[] = [];
  const options = { limit: rowsAtOnce, direction: 'oldest-first', consistent: true } as const;
  for (const { key } of heads)
    for await (const { items } of pages((asked) => reader.rowsOf(key, asked), options)) {
      rows.push(...items);
      if (rows.length > mostRows)
        throw new ProblemError({
          kind: 'too-many-rows',
          detail: `${projection.name} has over ${mostRows} rows of the streams in Consistent-With, too many for a list. Read them by id.`,
        });
    }
  return rows;
};

const needsAnId: Listed['unnamed'] = ({ projection: { name, lists } }) => {
  const beside = Object.keys(lists ?? {});
  const detail = `${name} is read by id: /views/${name}/{id}${beside.length > 0 ? `; or as a list with list= one of ${beside.join(', ')}` : ''}.`;
  throw new ProblemError({ kind: 'needs-an-id', detail });
};

/** A request with the hash in place of the personal value that a list is by. */
const withHash = async ({ projection, finding }: Querying, request: PageRequest): Promise<PageRequest> => {
  const { list, by } = request;
  if (list === undefined || by === undefined || !projection.lists?.[list]?.find) return request;
  if (!finding)
    throw new Error(
      `${projection.name}: the list ${list} is by a personal value, and this function was given no key to find it.`,
    );
  return { ...request, by: await foundBy(finding, by) };
};

/** A view's rows a page at a time: a customer's own, or anybody's for an operator. */
const listed =
  ({ unnamed, rowsOf }: Listed) =>
  async (querying: Querying, actor: Actor, asked: PageRequest): Promise<PageAnswer> => {
    const request = await withHash(querying, asked);
    const { projection, clock } = querying;
    const { limit, direction, list, awaited } = request;
    const { where } = whereOf(projection, request, clock.now());
    const way = list === undefined ? unnamed(querying, actor, request, where) : declared(querying, actor, request, list, where);
    const { orderOf, placeOf } = way;
    const at = position(querying, way.question, way.shape, request);
    const heads = await reach(querying, awaited);
    if (heads.size === 0 || !way.holds) {
      const listing = await way.read({ limit, ...at });
      return pageOf(querying, way.question, listing, { shown, placeOf });
    }
    const all = await rowsOf(querying, [...heads.values()]);
    const rows = (way.placed?.(all) ?? all).filter(way.holds);
    // As many more as may be dropped, so that a page does not become short by it.
    const page = await way.read({ limit: limit + heads.size, ...at });
    const listing = overlaid(page, new Set(heads.keys()), rows, { limit, direction, orderOf, placeOf, ...at });
    return pageOf(querying, way.question, listing, { shown, placeOf });
  };

/** Lists of heads, which are the rows. */
export const headsListed = listed({ unnamed: byDefault, rowsOf: async (_, heads) => heads });

/** Lists of rows beside the heads; a stream's own rows are read by id. */
export const rowsListed = listed({ unnamed: needsAnId, rowsOf });

import { type Actor, allowed } from '../../core/access.ts';
import type { AnyProjection, AnySharedRows } from '../../core/projection.ts';
import type { RowListing, RowPart } from '../ports.ts';
import { invalid, notFound, notYours } from '../problems.ts';
import { compareText } from '../view/lists.ts';
import { totalOf } from '../view/parts.ts';
import { contributed, rowPlace } from '../view/shares.ts';
import type { ByIdAnswer } from './by-id.ts';
import { reach } from './consistency.ts';
import { ownerOf, type PageAnswer, type PageRequest, paged, position, questionOf, shapes, whereOf } from './page.ts';
import type { Querying } from './querying.ts';

type Asked = Querying<AnyProjection & AnySharedRows>;

/** The part of a row that readers see: what is declared, and never the contributions. */
const shown = ({ show }: AnySharedRows, row: string, parts: readonly RowPart[]): object | undefined => {
  const total = totalOf(parts)?.total;
  return total && { id: row, ...(show?.(total) ?? total) };
};

/** One shared row by its key, as all streams together make it. */
export const sharedRowById = async (asked: Asked, actor: Actor, row: string, request: PageRequest): Promise<ByIdAnswer> => {
  const { projection, reader, clock } = asked;
  whereOf(projection, request, clock.now());
  // The owner follows from the key, so others do not learn whether the row exists.
  if (!allowed(projection.may, actor, projection.owner?.(row) ?? '')) throw notYours();
  await reach(asked, request.awaited);
  const body = shown(projection, row, await reader.parts(row));
  if (!body) throw notFound(`such row in ${projection.name}`);
  return { body };
};

/** An owner's rows with those that an index may not have yet, by their keys. */
const withAwaited = async (
  { reader }: Asked,
  page: RowListing,
  rows: readonly string[],
  { limit, after }: Readonly<{ limit: number; after?: Readonly<Record<string, unknown>> }>,
): Promise<RowListing> => {
  const isIn = (row: string) =>
    (after === undefined || compareText(rowPlace(row), String(after.key)) > 0) &&
    (page.next === undefined || compareText(rowPlace(row), String(page.next.key)) <= 0);
  const missing = rows.filter((row) => isIn(row) && !page.items.some((item) => item.row === row));
  const laid = await Promise.all(missing.map(async (row) => ({ row, parts: await reader.parts(row) })));
  const all = [...page.items, ...laid.filter(({ parts }) => totalOf(parts))].toSorted((a, b) => compareText(a.row, b.row));
  const items = all.slice(0, limit);
  const last = items.at(-1);
  return all.length > limit && last
    ? { items, next: { key: rowPlace(last.row) } }
    : { items, ...(page.next && { next: page.next }) };
};

/** Shared rows a page at a time: a customer's own by their keys, or everybody's, in no order, for an operator. */
export const sharedRowsListed = async (asked: Asked, actor: Actor, request: PageRequest): Promise<PageAnswer> => {
  const { projection, reader, clock } = asked;
  const { name } = projection;
  whereOf(projection, request, clock.now());
  if (request.list !== undefined || request.by !== undefined) throw invalid('list', `${name} has no lists: leave it out`);
  const owner = ownerOf(projection, actor, request);
  if (owner !== undefined && !projection.owner) throw invalid('owner', `the rows of ${name} have no owner`);
  if (request.direction === 'newest-first') throw invalid('order', `the rows of ${name} have no time`);
  const heads = await reach(asked, request.awaited);
  const consistent = owner === undefined && heads.size > 0;
  const question = questionOf(owner === undefined ? `shared/${consistent}` : `owner/${owner}`, request);
  const shape = owner !== undefined ? shapes.sharedRow : consistent ? shapes.anyItem : shapes.sharedPart;
  const options = { limit: request.limit, ...position(asked, question, shape, request) };
  const listed = await reader.sharedRows({ ...options, ...(owner === undefined ? { consistent } : { owner }) });
  const awaited = new Set([...heads.values()].flatMap((head) => [...contributed(projection, head).keys()]));
  const own = owner === undefined ? [] : [...awaited].filter((row) => projection.owner?.(row) === owner);
  const { items, next } = owner === undefined ? listed : await withAwaited(asked, listed, own, options);
  const bodies = items.flatMap(({ row, parts }) => shown(projection, row, parts) ?? []);
  return paged(asked, question, bodies, next);
};

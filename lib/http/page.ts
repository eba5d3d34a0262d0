import * as z from 'zod';
import { invalid } from '../engine/problems.ts';
import type { PageRequest } from '../engine/query/page.ts';
import { jsonBody, shaped } from './body.ts';
import type { HttpRequest } from './request.ts';

const mostItems = 100;

export const filterName = (field: string) => `filter.${field}`;

/** Refuses unknown parameters rather than ignore them. */
export const onlyKnown = (query: HttpRequest['query'], known: readonly string[] = []): void => {
  const stranger = Object.keys(query).find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw invalid(
      stranger,
      `is not a parameter of this route; ${known.length > 0 ? `it takes ${known.join(', ')}` : 'it takes none'}`,
    );
};

/** Reads `limit`, `cursor`, `order` and the known parameters of a list. */
export const pageRequest = (query: HttpRequest['query'], known: readonly string[] = ['owner']): PageRequest => {
  const { limit = '20', cursor, order = 'oldest-first', owner, list, by } = query;
  onlyKnown(query, ['limit', 'cursor', 'order', ...known]);
  if (owner === '') throw invalid('owner', 'an id');
  const equals = Object.entries(query).flatMap(([name, value = '']) =>
    name.startsWith(filterName('')) ? [[name.slice(filterName('').length), value]] : [],
  );
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > mostItems)
    throw invalid('limit', `a number from 1 to ${mostItems}`);
  if (order !== 'oldest-first' && order !== 'newest-first') throw invalid('order', 'oldest-first or newest-first');
  return {
    limit: Number(limit),
    direction: order,
    ...(cursor !== undefined && { cursor }),
    ...(owner !== undefined && { owner }),
    ...(list !== undefined && { list }),
    ...(by !== undefined && { by }),
    ...(equals.length > 0 && { equals: Object.fromEntries(equals) as Record<string, string> }),
  };
};

/** The parameters of a list as a body has them: by the names that they have in an address. */
export const listInBody = z.strictObject({
  list: z.string(),
  by: z.string(),
  limit: z.int().optional(),
  cursor: z.string().optional(),
  order: z.enum(['oldest-first', 'newest-first']).optional(),
  owner: z.string().optional(),
  filter: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

/** True for a request for a list whose parameters are in its body. */
export const inBody = ({ route }: Pick<HttpRequest, 'route'>): boolean => route.startsWith('POST ');

/** The parameters of a request for rows, in the form of an address. */
export const parametersIn = (request: HttpRequest): HttpRequest['query'] => {
  const { query, body } = request;
  if (!inBody(request)) return query;
  onlyKnown(query);
  const { filter = {}, limit, ...rest } = shaped(listInBody, jsonBody(body));
  const filters = Object.entries(filter).map(([field, value]) => [filterName(field), String(value)] as const);
  return { ...rest, ...(limit !== undefined && { limit: String(limit) }), ...Object.fromEntries(filters) };
};

import { invalid } from '../engine/problems.ts';
import type { PageRequest } from '../engine/query/page.ts';
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

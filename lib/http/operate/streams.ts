import * as z from 'zod';
import { allowedAll } from '../../core/access.ts';
import { isCategory, streamName } from '../../core/stream.ts';
import { findStreams, type Wanted } from '../../engine/history/find-streams.ts';
import { readStored } from '../../engine/history/stored.ts';
import type { Scanner, Store } from '../../engine/ports.ts';
import { invalid, notYours, validId } from '../../engine/problems.ts';
import { instantOf } from '../instant.ts';
import { onlyKnown } from '../page.ts';
import type { HttpRequest, HttpResponse } from '../request.ts';

/** What operators look at the commits with. */
export type StreamReading = Readonly<{ store: Pick<Store, 'read'>; scanner: Scanner }>;

/** The most commits of a page: the page that looks at a stream of many thousands asks for all of them. */
const mostStored = 1_000;

const numberOf = (name: string, text: string, most: number): number => {
  if (!/^\d{1,15}$/.test(text) || Number(text) < 1 || Number(text) > most) throw invalid(name, `a number from 1 to ${most}`);
  return Number(text);
};

const stored = ({ store }: StreamReading, { path, query }: HttpRequest) => {
  onlyKnown(query, ['from', 'limit']);
  const { category = '', id } = path;
  if (!isCategory(category)) throw invalid('{category}', 'a category has 1 to 40 letters');
  return readStored(store, streamName(category, validId(id)), {
    from: numberOf('from', query.from ?? '1', Number.MAX_SAFE_INTEGER),
    limit: numberOf('limit', query.limit ?? '100', mostStored),
  });
};

const longest = z.string().min(1).max(256);
const textOf = (name: string, text: string | undefined): string | undefined => {
  if (text !== undefined && !longest.safeParse(text).success) throw invalid(name, '1 to 256 characters');
  return text;
};

const find = ({ scanner }: StreamReading, { query }: HttpRequest) => {
  onlyKnown(query, ['category', 'type', 'actor', 'since', 'until', 'cursor']);
  const asked = {
    ...{ category: textOf('category', query.category), type: textOf('type', query.type), actor: textOf('actor', query.actor) },
    ...{ since: instantOf('since', query.since), until: instantOf('until', query.until) },
  };
  const wanted = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as Wanted;
  return findStreams(scanner, wanted, query.cursor);
};

/** True for a request that `answerStreams` answers. */
export const isAboutStreams = ({ route }: Pick<HttpRequest, 'route'>): boolean => route.startsWith('GET /ops/streams');

/** Answers `GET /ops/streams` and `GET /ops/streams/{category}/{id}/stored`, to operators alone. */
export const answerStreams = async (reading: StreamReading, request: HttpRequest): Promise<HttpResponse> => {
  if (!allowedAll(['operator'], request.actor)) throw notYours();
  return { status: 200, body: await (request.route.endsWith('/stored') ? stored(reading, request) : find(reading, request)) };
};

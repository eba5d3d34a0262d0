import type { AnyDecider } from '../core/decider.ts';
import type { Manifest } from '../core/manifest.ts';
import { masked } from '../core/personal/sealed.ts';
import { decidersOf } from '../core/process/decider.ts';
import { tagHistoryDecider, tagReads } from '../core/tag/history.ts';
import { tagCategory } from '../core/tag/stream.ts';
import { type HistoryLoading, readDifference, readHistory, readState } from '../engine/history/past.ts';
import type { Moment } from '../engine/history/state-at.ts';
import type { Opening } from '../engine/personal/ports.ts';
import { invalid, notFound, validId } from '../engine/problems.ts';
import type { Loading } from '../engine/store/load.ts';
import { instantOf } from './instant.ts';
import { openedBody } from './opened.ts';
import { onlyKnown, pageRequest } from './page.ts';
import type { HttpRequest, HttpResponse } from './request.ts';

const versionOf = (name: string, value: string): Moment => {
  if (!/^\d{1,15}$/.test(value)) throw invalid(name, 'a version such as 5');
  return { version: Number(value) };
};

/** A moment in one parameter: digits are a version, anything else an instant. */
const momentOf = (name: string, value: string | undefined): Moment => {
  if (value === undefined) throw invalid(name, 'a version or an instant is needed');
  return /^\d+$/.test(value) ? versionOf(name, value) : { at: instantOf(name, value) ?? '' };
};

const oneMoment = (query: HttpRequest['query']): Moment => {
  onlyKnown(query, ['version', 'at']);
  const { version, at } = query;
  if ((version === undefined) === (at === undefined)) throw invalid('version', 'give either version or at');
  return version === undefined ? { at: instantOf('at', at) ?? '' } : versionOf('version', version);
};

type Histories = ReadonlyMap<string, HistoryLoading>;

/** What reads the history of each category of a manifest, and of each tag, whose streams are kept under a name of its own. */
export const historiesOf = (manifest: Manifest, loading: (decider: AnyDecider, category: string) => Loading): Histories =>
  new Map<string, HistoryLoading>([
    ...decidersOf(manifest).map((decider) => [decider.category, loading(decider, decider.category)] as const),
    ...manifest.aggregates.flatMap(({ category, tags = [] }) =>
      tags.map((tag): [string, HistoryLoading] => {
        const decider = tagHistoryDecider(tag, manifest.aggregates);
        return [`${tagCategory}-${tag.name}`, { ...loading(decider, category), shows: tagReads(tag) }];
      }),
    ),
  ]);

const historyOf = (histories: Histories, { category = '', id = '' }: HttpRequest['path']): HistoryLoading | undefined =>
  histories.get(category === tagCategory ? `${category}-${id.split('.')[0]}` : category);

const answer = async (
  histories: Histories,
  { route, path, actor }: HttpRequest,
  query: HttpRequest['query'],
): Promise<object> => {
  const loading = historyOf(histories, path);
  if (!loading) throw notFound(path.category === tagCategory ? `tag '${path.id?.split('.')[0]}'` : `category '${path.category}'`);
  const id = validId(path.id);
  if (route.endsWith('/state')) return readState(loading, actor, id, oneMoment(query));
  if (route.endsWith('/diff')) {
    onlyKnown(query, ['from', 'to']);
    const moments = [momentOf('from', query.from), momentOf('to', query.to)] as const;
    return readDifference(loading, actor, id, moments);
  }
  const [since, until] = [instantOf('since', query.since), instantOf('until', query.until)];
  return readHistory(loading, actor, id, {
    ...pageRequest(query, ['types', 'since', 'until']),
    ...(query.types !== undefined && { types: query.types.split(',') }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  });
};

/** True if a request asks for personal values to be masked. Any other word is refused: whoever meant to mask must not be shown them. */
const asksForMasks = (personal: string | undefined): boolean => {
  if (personal !== undefined && personal !== 'masked' && personal !== 'opened')
    throw invalid('personal', 'must be masked or opened');
  return personal === 'masked';
};

/**
 * Answers `GET /streams/{category}/{id}`, and its `/state` and `/diff`. Personal values are opened after the access was checked, or masked for who asks for
 * it: then no key is asked for.
 */
export const answerHistory = async (histories: Histories, request: HttpRequest, opening?: Opening): Promise<HttpResponse> => {
  const { personal, ...query } = request.query;
  const isMasked = asksForMasks(personal);
  const body = await answer(histories, request, query);
  if (isMasked) return { status: 200, body: masked(body) };
  return { status: 200, body: opening ? await openedBody(opening, body) : body };
};

import type { Commit } from './commit.ts';
import type { AnyDecider } from './decider.ts';
import type { Recorded } from './message.ts';
import { type Categories, decidersOf } from './process/decider.ts';
import { type AnyProjection, rowKey, type Step } from './projection.ts';
import { isPublished, type PublicEvent, publicEvent } from './public-event.ts';
import { parseStream } from './stream.ts';

/**
 * The name of the sender of public events in operators' routes; no view may have it.
 * @example if (name === announcerName) console.log('it has no rows to answer with');
 */
export const announcerName = 'public-events';

/**
 * A public event as an entry of the bus.
 * @example const { detailType } = announcement; // 'AccountOpened'
 */
export type Announcement = Readonly<{ detailType: string; detail: string; resources: readonly string[]; time: string }>;

/** A larger event is sent without its data, which is in the history of its stream. */
const largestDetail = 200 * 1024;

const detailOf = ({ data, ...rest }: PublicEvent, category: string): string => {
  const whole = JSON.stringify({ ...rest, data });
  if (Buffer.byteLength(whole, 'utf8') <= largestDetail) return whole;
  return JSON.stringify({ ...rest, dataref: `/streams/${category}/${parseStream(rest.subject)?.id}` });
};

const announce = (decider: AnyDecider, event: Recorded): Readonly<Record<string, Announcement>> => {
  const told = publicEvent(decider, event);
  if (!told) return {};
  const detail = detailOf(told, decider.category);
  return { [rowKey(event.version)]: { detailType: told.type, detail, resources: [told.subject], time: told.time } };
};

/**
 * The sender of public events: a projection with a cursor for each stream, whose rows are sent to the bus instead of stored. One for all categories;
 * none if no event is public.
 * @example const projections = [...manifest.projections, ...announcersOf(manifest)];
 */
export const announcersOf = (manifest: Categories): readonly AnyProjection[] => {
  const from = decidersOf(manifest).filter(({ publishes = [] }) => publishes.length > 0);
  if (from.length === 0) return [];
  const on = (memory: null, event: Recorded): Step<null, Announcement> => {
    const decider = from.find(({ category }) => category === parseStream(event.stream)?.category);
    return { memory, rows: decider ? announce(decider, event) : {} };
  };
  const types = new Set(from.flatMap(({ publishes = [] }) => publishes));
  return [
    {
      kind: 'rows-per-stream',
      name: announcerName,
      revision: 1,
      from,
      may: ['operator'],
      initial: null,
      // Waits for event types of a newer release instead of passing them: no later revision would send them.
      waitsForUnknown: true,
      on: Object.fromEntries([...types].map((type) => [type, on])),
    },
  ];
};

/**
 * All consumers that operators see and resume as views: the views, and the sender of public events.
 * @example operated(manifest).map(({ name }) => name); // ['account-balance', ..., 'public-events']
 */
export const operated = (
  manifest: Categories & Readonly<{ projections: readonly AnyProjection[] }>,
): readonly AnyProjection[] => [...manifest.projections, ...announcersOf(manifest)];

/**
 * True if a commit has public events.
 * @example commits.filter(isAnnounced(manifest));
 */
export const isAnnounced = (manifest: Categories): ((commit: Commit) => boolean) => {
  const deciders = new Map(decidersOf(manifest).map((decider) => [decider.category, decider] as const));
  return (commit) => {
    const decider = deciders.get(parseStream(commit.stream)?.category ?? '');
    return decider !== undefined && isPublished(decider, commit);
  };
};

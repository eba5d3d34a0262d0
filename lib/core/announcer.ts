import type { May } from './access.ts';
import type { Commit } from './commit.ts';
import type { AnyDecider } from './decider.ts';
import { performanceRows, performancesName, performancesOf } from './effect/performances-view.ts';
import type { Recorded } from './message.ts';
import { isRegister, registerName, registerOf } from './personal/register.ts';
import { type Categories, decidersOf, effectsOf } from './process/decider.ts';
import { instanceRows, instancesName, instancesOf } from './process/instances-view.ts';
import { type AnyProjection, operatorsGathering, rowKey, type Step } from './projection.ts';
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

/** The names that no view of a manifest's own may have, each with whose it is. */
const kernelNames: Readonly<Record<string, string>> = {
  [instancesName]: 'the list of instances',
  [performancesName]: 'the list of performances',
  [registerName]: 'the register of subjects',
  [announcerName]: 'the sender of public events',
};

/** Finds a view of a manifest's own that has the name of one that the kernel brings along.
 * @example kernelNameFaults({ name: 'process-instances' }); // ["The view's name 'process-instances' is that of the list of instances: choose another."]
 */
export const kernelNameFaults = ({ name }: Pick<AnyProjection, 'name'>): readonly string[] =>
  Object.hasOwn(kernelNames, name) ? [`The view's name '${name}' is that of ${kernelNames[name]}: choose another.`] : [];

/** True for a view that the kernel brings along: it is made anew if a manifest is made from another one.
 * @example const own = manifest.projections.filter((view) => !isKernelView(view));
 */
export const isKernelView = (view: Pick<AnyProjection, 'on' | 'row'>): boolean =>
  view.on === instanceRows || view.on === performanceRows || isRegister(view);

/** The views that the kernel brings along with a manifest.
 * @example const projections = [...own, ...kernelViewsOf(manifest)];
 */
export const kernelViewsOf = (manifest: Categories & Readonly<{ mayErase?: May }>): readonly AnyProjection[] => [
  ...[...instancesOf(manifest.processes ?? []), ...performancesOf(effectsOf(manifest))].map((view) => ({
    ...view,
    gatherSeconds: operatorsGathering,
  })),
  ...registerOf(manifest),
];

import { later, type Span } from '../instant.ts';

/**
 * How long the personal values of a category may live after a stream has ended. A stream has ended while its last event is one of `endedBy`; any other event
 * reopens it.
 * @example const retention: Retention = { endedBy: ['CustomerLeft'], keep: { years: 10 } };
 */
export type Retention<Type extends string = string> = Readonly<{
  /** The types of the events that end a stream. */
  endedBy: readonly [Type, ...Type[]];
  /** How long after the end the values may live. */
  keep: Span;
}>;

/** The retentions of a manifest, by category. */
export type Retentions = Readonly<Record<string, Retention>>;

/** A stream that holds values of a subject. `endedAt` is the time of its last event, if that has ended it. */
export type HeldStream = Readonly<{ stream: string; category: string; endedAt?: string }>;

/** Why a stream keeps its subjects. */
type Keeping = Readonly<{ stream: string; category: string; why: 'has no retention' | 'has not ended' }>;

/** When a subject is to be erased, and the stream after which that time is counted; or the streams that keep it. */
export type Verdict = Readonly<{ due: string; after: HeldStream & Readonly<{ endedAt: string }> } | { kept: readonly Keeping[] }>;

/**
 * The retentions of a manifest, by category.
 * @example retentionsOf(manifest); // { customer: { endedBy: ['CustomerLeft'], keep: { years: 10 } } }
 */
export const retentionsOf = ({
  aggregates,
}: Readonly<{ aggregates: readonly Readonly<{ category: string; retention?: Retention }>[] }>): Retentions =>
  Object.fromEntries(aggregates.flatMap(({ category, retention }) => (retention ? [[category, retention] as const] : [])));

/** The retention of a category; a name such as `constructor` has none. */
const retentionFor = (retentions: Retentions, category: string): Retention | undefined =>
  Object.hasOwn(retentions, category) ? retentions[category] : undefined;

/**
 * The time at which a stream ended, given its last event; undefined if that event does not end it.
 * @example endOf(customer.retention, { type: 'CustomerLeft', at: '2016-11-21T12:00:00.000Z' }); // '2016-11-21T12:00:00.000Z'
 */
export const endOf = (
  { endedBy }: Pick<Retention, 'endedBy'>,
  last: Readonly<{ type: string; at: string }> | undefined,
): string | undefined => (last !== undefined && endedBy.includes(last.type) ? last.at : undefined);

/**
 * What the declared retentions say of a subject, given all streams that hold values of it. It is to be erased when each of them has ended and its time has
 * passed. One that has not ended, or whose category has no retention, keeps it.
 * @example verdictOn([{ stream: 'customer-ada', category: 'customer', endedAt }], retentions); // { due, after }
 */
export const verdictOn = (streams: readonly HeldStream[], retentions: Retentions): Verdict => {
  const kept: Keeping[] = [];
  let last: Extract<Verdict, { due: string }> | undefined;
  for (const held of streams) {
    const { stream, category, endedAt } = held;
    const retention = retentionFor(retentions, category);
    if (!retention) kept.push({ stream, category, why: 'has no retention' });
    else if (endedAt === undefined) kept.push({ stream, category, why: 'has not ended' });
    else {
      const due = later(endedAt, retention.keep);
      if (!last || due > last.due) last = { due, after: { ...held, endedAt } };
    }
  }
  return kept.length > 0 || !last ? { kept } : last;
};

/** The reason that an erasure by retention is recorded with: it names neither the subject nor a stream.
 * @example whyErased({ stream: 'customer-ada', category: 'customer', endedAt: '2016-11-21T12:00:00.000Z' }); // 'retention of customer: ended 2016-11-21'
 */
export const whyErased = ({ category, endedAt }: HeldStream & Readonly<{ endedAt: string }>): string =>
  `retention of ${category}: ended ${endedAt.slice(0, 10)}`;

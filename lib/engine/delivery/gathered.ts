import { handledTypes, type Subscription, sourcesOf } from '../../core/projection.ts';
import { sqs } from '../limits.ts';

/**
 * The most messages of one call where they are gathered. Lambda ends a batch at 6 MB in any case. A hundred streams are ten waves of DynamoDB's requests at
 * most: a second or two of the function's twenty.
 */
const gatheredMessages = 100;

/** The commits that a subscription takes, by category: those with events that it handles. */
export const wantedBy = (subscription: Subscription): readonly Readonly<{ category: string; types: readonly string[] }>[] => {
  const types = handledTypes(subscription);
  return sourcesOf(subscription).map(({ category, events }) => ({
    category,
    types: types.filter((type) => Object.hasOwn(events, type)),
  }));
};

/** The most views of a queue that one commit with one event goes to. */
const mostFor = (views: readonly Subscription[]): number => {
  const taken = views.flatMap(wantedBy).flatMap(({ category, types }) => types.map((type) => `${category}.${type}`));
  return Math.max(1, ...[...Map.groupBy(taken, (one) => one).values()].map((those) => those.length));
};

/** The most messages of one call that gathers them: a function that applies each to several views has no longer for it. */
export const gatheredCall = (views: readonly Subscription[]): number =>
  Math.max(sqs.callMessages, Math.floor(gatheredMessages / mostFor(views)));

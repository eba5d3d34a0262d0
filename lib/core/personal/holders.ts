import { logWriters } from '../event-log.ts';
import type { AnyProjection, Subscription } from '../projection.ts';
import { handledTypes, sourcesOf } from '../projection.ts';
import { personalTypes } from './declared.ts';
import { isRegister } from './register.ts';

/** What may hold copies of the sealed values that streams of aggregates hold: a row, a memory, or what a process remembers.
 * @example holdersIn(manifest); // { views: ['customers'], processes: ['greeter'] }
 */
export type Holders = Readonly<{ views: readonly string[]; processes: readonly string[] }>;

type Parts = Readonly<{
  projections: readonly AnyProjection[];
  processes?: readonly (Pick<Subscription, 'from' | 'on'> & Readonly<{ category: string }>)[];
}>;

/** True if a consumer is given events with personal values. */
const isGiven = (consumer: Pick<Subscription, 'from' | 'on'>): boolean => {
  const handled = handledTypes(consumer);
  return sourcesOf(consumer).some(({ events }) => personalTypes(events).some((type) => handled.includes(type)));
};

/** Rows of the register name subjects, and a log without data has none: neither holds a value. */
const keepsNone = (view: AnyProjection): boolean =>
  isRegister(view) || Object.values(view.on).every((handler) => handler === logWriters.bare);

/**
 * The views and processes of a manifest that are given events with personal values: whether they keep any of them, their code decides.
 * @example holdersIn(manifest).views; // ['customers']
 */
export const holdersIn = ({ projections, processes = [] }: Parts): Holders => {
  const views = projections.filter((view) => !keepsNone(view) && isGiven(view)).map(({ name }) => name);
  return { views: [...new Set(views)], processes: processes.filter(isGiven).map(({ category }) => category) };
};

import { manifest } from '../../../../domains/index.ts';
import { handledTypes, type Subscription, sourceOf } from '../../../../lib/core/projection.ts';

const takesDeposits = (subscription: Pick<Subscription, 'from' | 'on'>): boolean =>
  sourceOf(subscription, 'account-a') !== undefined && handledTypes(subscription).includes('MoneyDeposited');

/** The consumers to which a deposit goes in the reference application: its views and its processes. */
export const consumersOfDeposits = [
  ...manifest.projections,
  ...((manifest.processes ?? []) as readonly unknown[] as readonly Subscription[]),
].filter(takesDeposits).length;

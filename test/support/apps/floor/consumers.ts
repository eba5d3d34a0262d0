import { manifest } from '../../../../domains/index.ts';
import { handledTypes, type Subscription, sourceOf } from '../../../../lib/core/projection.ts';
import { groupOf } from '../../../../lib/core/view/groups.ts';

type Consumer = Pick<Subscription, 'from' | 'on'> & Readonly<{ name: string }>;

const takesDeposits = (consumer: Consumer): boolean =>
  sourceOf(consumer, 'account-a') !== undefined && handledTypes(consumer).includes('MoneyDeposited');

const views: readonly Consumer[] = manifest.projections;
const processes = (manifest.processes ?? []) as readonly unknown[] as readonly Consumer[];

/** The queues with a function each to which a deposit goes in the reference application: of its groups of views, of other views, and of its processes. */
export const consumersOfDeposits = new Set([
  ...views.filter(takesDeposits).map((view) => groupOf(manifest, view) ?? view.name),
  ...processes.filter(takesDeposits).map(({ name }) => name),
]).size;

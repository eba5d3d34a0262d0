import { accountBalance } from '../../../../domains/account/projections/balance.ts';
import { manifest } from '../../../../domains/index.ts';
import { groupOf } from '../../../../lib/core/view/groups.ts';
import { partNames } from '../../../../lib/engine/cost/parts.ts';
import { tallied } from '../../../../lib/testing/costing/tally.ts';
import { memoryFlowTables } from '../../store/flow-tables.ts';
import { costOfFlow } from '../../store/flows.ts';

const tally = tallied();
const counted = await costOfFlow('deposit', { ...memoryFlowTables(tally), tally, batch: 1 });

/** The queue of a part that takes deposits. */
const queueOf = new Map<string, string>([
  ...manifest.projections.map((view) => [partNames.view(view), groupOf(manifest, view) ?? view.name] as const),
  ...(manifest.processes ?? []).map(({ category }) => [partNames.process(category), category] as const),
]);

const readers = groupOf(manifest, accountBalance) ?? accountBalance.name;
const requests = new Map<string, number>();
for (const [part, count] of counted) {
  const queue = queueOf.get(part);
  if (queue !== undefined && count.requests) requests.set(queue, (requests.get(queue) ?? 0) + count.requests);
}
if (!requests.delete(readers)) throw new Error(`No deposit goes to ${readers}, whose row is read.`);

/**
 * The requests that each queue's function makes for a deposit in the reference application, counted by running it. First the one whose row is read, which makes
 * one here, whatever it makes there: that is what is compared. The others are not on the way to the row, and make as many as there.
 */
export const consumersOfDeposits: readonly [number, ...number[]] = [1, ...requests.values()];

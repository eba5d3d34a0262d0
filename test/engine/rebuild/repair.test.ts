import { expect, it } from 'vitest';
import { orderAudit } from '../../../lib/engine/rebuild/operator/start-in-place.ts';
import { judge, plan } from '../../../lib/engine/rebuild/steps.ts';
import { work } from '../../../lib/engine/rebuild/worker.ts';
import { memoryClock } from '../../../lib/testing/ports.ts';
import { bagOf } from '../../support/examples/bag.ts';
import {
  append,
  carryOutOrders,
  deliver,
  kinds,
  type Rebuilding,
  rebuildingOf,
  wholly,
} from '../../support/examples/rebuilding.ts';

const [sums] = kinds as [(typeof kinds)[0]];
const settings = { segments: 1, concurrency: 1 };
const recheck = (id: string) => ({ task: 'recheck', rebuild: id, number: 0, of: 1 }) as const;

/** A live revision that never heard of a stream's last commit, as an audit finds it. The orders to mend it lie in the queue. */
const behind = async (): Promise<Readonly<{ rebuilding: Rebuilding; id: string }>> => {
  const rebuilding = rebuildingOf({ projection: sums });
  const { phases, ordering, leading, working } = rebuilding;
  await phases.save('sums', 1, { phase: 'live', since: '2026-11-21T12:00:00.000Z', code: 'c1' });
  const commits = bagOf('a', [[1], [2], [3]]);
  await append(rebuilding, commits.slice(0, 2));
  await deliver(rebuilding.instance(), commits.slice(0, 2));
  await append(rebuilding, commits.slice(2));
  const asked = { projection: 'sums', revision: 1, by: 'ada', why: 'a test', settings, repair: true };
  const { id } = await orderAudit(ordering, asked);
  for (const order of (await plan(leading, id)).verify) await wholly(working, order);
  expect(await judge(leading, id)).toMatchObject({ state: 'repairing' });
  return { rebuilding, id };
};

// Found by the simulator.
it('looks again at how far a stream is: one that is right as far as it is, and behind, is not repaired', async () => {
  const { rebuilding, id } = await behind();
  await wholly(rebuilding.working, recheck(id));
  await judge(rebuilding.leading, id);
  expect(await rebuilding.rebuilds.load(id)).toMatchObject({ state: 'audited', found: 1, differences: [{ what: 'behind' }] });
});

it('has found nothing in the end where what was behind is at its head', async () => {
  const { rebuilding, id } = await behind();
  await carryOutOrders(rebuilding);
  await wholly(rebuilding.working, recheck(id));
  await judge(rebuilding.leading, id);
  expect(await rebuilding.rebuilds.load(id)).toMatchObject({ state: 'audited', found: 0 });
});

it('polls no longer than repairs may take, whatever the clock of the start was', async () => {
  const { rebuilding, id } = await behind();
  const { working, clock } = rebuilding;
  const slow = { ...memoryClock(), now: () => clock.now() - 7_200_000, wait: clock.wait };
  const began = clock.now();
  while (!(await work({ ...working, clock: slow }, recheck(id))).done);
  expect(clock.now() - began).toBeLessThan(7_200_000);
});

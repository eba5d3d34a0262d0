import { describe, expect, it } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { fraudWatch } from '../../../domains/fraud-watch/process.ts';
import { writeUnits } from '../../../lib/engine/cost/units.ts';
import { itemSize } from '../../../lib/engine/store/size.ts';
import { processWorld } from '../../support/examples/attending.ts';
import { ada } from '../../support/examples/commanding.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** An account that pays out so often, with so many seconds between, to the watch's own function. */
const paidOut = async (times: number, gap: number) => {
  const world = processWorld(fraudWatch as never, [account] as never);
  await world.ask('account-a', 'Open', { currency: 'EUR' }, ada);
  await world.ask('account-a', 'Deposit', eur(1_000), ada);
  for (let i = 0; i < times; i++) {
    await world.clock.wait(gap * 1_000);
    await world.ask('account-a', 'Withdraw', eur(10), ada);
  }
  return world;
};
const raisedIn = (world: Awaited<ReturnType<typeof paidOut>>) =>
  world.commitsOf('fraudWatch-a').flatMap(({ events }) => events.filter(({ type }) => type.endsWith('Suspected')));

describe('a watch in its function', () => {
  it('flags the fifth withdrawal within a minute once, though they are delivered backwards, and again', async () => {
    const world = await paidOut(5, 10);
    await world.deliver(world.instance(), (commits) => commits.toReversed());
    world.taken.clear();
    await world.settle();
    expect(raisedIn(world)).toEqual([
      {
        type: 'RapidWithdrawalsSuspected',
        v: 1,
        data: expect.objectContaining({ count: 5, sum: 50, events: [3, 4, 5, 6, 7].map((n) => `account-a/${n}`) }),
      },
    ]);
    // One commit for each withdrawal, however often it came.
    expect(world.commitsOf('fraudWatch-a')).toHaveLength(5);
  });

  it('does not flag the fifth in five minutes', async () => {
    const world = await paidOut(5, 60);
    await world.settle();
    expect([raisedIn(world), world.commitsOf('fraudWatch-a').length]).toEqual([[], 5]);
  });

  it('has the same memory, flags and commits when its streams are made again', async () => {
    const [one, other] = [await paidOut(12, 5), await paidOut(12, 5)];
    await one.settle();
    for (const commit of [3, 7, 14])
      await other.deliver(other.instance(), (commits) => commits.filter((each) => each.commit <= commit));
    await other.settle();
    const told = (world: typeof one) =>
      world
        .commitsOf('fraudWatch-a')
        .map(({ events, version }) => [version, events.map(({ type, data }) => [type, type === 'Reacted' ? '' : data])]);
    expect(told(other)).toEqual(told(one));
    expect((await one.stateOf('fraudWatch-a')).memory).toEqual((await other.stateOf('fraudWatch-a')).memory);
  });

  it('takes one write unit for a withdrawal of an account in use, and two soon after a large movement or another withdrawal', async () => {
    const id = '0b9e7f3a-52c4-4c1d-8a6f-111111100009';
    const world = processWorld(fraudWatch as never, [account] as never);
    const unitsAfter = async (minutes: number, command: string, amount: number) => {
      await world.clock.wait(minutes * 60_000);
      await world.ask(`account-${id}`, command, eur(amount), ada);
      await world.settle();
      const last = world.commitsOf(`fraudWatch-${id}`).at(-1)!;
      // As long as those of HTTP are.
      const stored = JSON.stringify(last).replaceAll(`"${last.meta.correlation}"`, `"${id}"`);
      return writeUnits(itemSize(JSON.parse(stored)));
    };
    await world.ask(`account-${id}`, 'Open', { currency: 'EUR' }, ada);
    await unitsAfter(0, 'Deposit', 9_000_000);
    expect(await unitsAfter(5, 'Withdraw', 12_345)).toBe(2);
    for (let day = 0; day < 20; day++) expect(await unitsAfter(24 * 60, 'Withdraw', 12_345)).toBe(1);
    expect(await unitsAfter(0, 'Withdraw', 12_345)).toBe(2);
  });
});

import { describe, expect, it } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { fraudWatch } from '../../../domains/fraud-watch/process.ts';
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
});

import { describe, expect, it } from 'vitest';
import { fraudWatch } from '../../domains/fraud-watch/process.ts';
import { suspicions } from '../../domains/fraud-watch/projections/suspicions.ts';
import type { AccountEvent } from '../../events/account.ts';
import { fraudWatchEvents } from '../../events/fraud-watch.ts';
import type { Message, Recorded } from '../../lib/core/message.ts';
import type { Reaction } from '../../lib/core/process/process.ts';
import type { WatchMemory } from '../../lib/core/watch/formats.ts';
import { projecting } from '../../lib/testing/projecting.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, seconds)).toISOString();
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const withdrawn = (amount: number): AccountEvent => ({ type: 'MoneyWithdrawn', data: eur(amount) });
const moved = (type: 'MoneyDebited' | 'MoneyCredited', purpose: string, amount: number): AccountEvent => ({
  type,
  data: { ...eur(amount), purpose, reference: 'transfer-1' },
});

/** The suspicions about an account, given its events and the seconds at which they happened. */
const raisedBy = (...happened: readonly (readonly [seconds: number, event: AccountEvent])[]): readonly Message[] => {
  let memory = fraudWatch.initial;
  return happened.flatMap(([seconds, event], i) => {
    const version = i + 1;
    const recorded = {
      ...event,
      id: `account-7f3a/${version}`,
      stream: 'account-7f3a',
      entityId: '7f3a',
      version,
      at: at(seconds),
    };
    const instance = fraudWatch.instance(recorded as never);
    const react = fraudWatch.on[event.type] as
      | ((memory: WatchMemory, event: Recorded) => Reaction<WatchMemory> | undefined)
      | undefined;
    const reaction = react?.(memory, recorded as never);
    // An account is not looked at for what counts for nothing.
    expect(instance).toBe(reaction ? '7f3a' : undefined);
    memory = reaction?.memory ?? memory;
    return reaction?.raise ?? [];
  });
};
const typesOf = (raised: readonly Message[]) => raised.map(({ type }) => type);

describe('the fraud watch', () => {
  it('suspects the fifth withdrawal within a minute, and not the fifth in five', () => {
    const five = (gap: number) => [0, 1, 2, 3, 4].map((n) => [n * gap, withdrawn(5_000)] as const);
    expect(raisedBy(...five(10))).toEqual([
      {
        type: 'RapidWithdrawalsSuspected',
        data: { from: at(0), to: at(40), count: 5, sum: 25_000, events: [1, 2, 3, 4, 5].map((n) => `account-7f3a/${n}`) },
      },
    ]);
    expect(raisedBy(...five(60))).toEqual([]);
  });

  it('suspects an amount far from what is usual on that account', () => {
    const usual = [20, 22, 18, 21, 19, 20, 23, 17, 20, 20].map((euros, day) => [day * 86_400, withdrawn(euros * 100)] as const);
    expect(raisedBy(...usual, [9e5, withdrawn(2_400)])).toEqual([]);
    expect(raisedBy(...usual, [9e5, withdrawn(90_000)])).toMatchObject([
      { type: 'UnusualWithdrawalSuspected', data: { value: 90_000, count: 10, mean: 2_000, events: ['account-7f3a/11'] } },
    ]);
    expect(raisedBy(...usual.slice(1), [9e5, withdrawn(90_000)])).toEqual([]);
    // Equal amounts have a deviation of zero.
    const steady = usual.map(([seconds]) => [seconds, withdrawn(2_000)] as const);
    expect(raisedBy(...steady, [9e5, withdrawn(2_999)])).toEqual([]);
    expect(raisedBy(...steady, [9e5, withdrawn(3_000)])).toHaveLength(1);
  });

  it('suspects money that nearly all goes on within ten minutes', () => {
    const passing = (seconds: number, went: AccountEvent) =>
      typesOf(raisedBy([0, moved('MoneyCredited', 'transfer', 500_000)], [seconds, went]));
    const suspected = ['MoneyPassedThroughSuspected'];
    expect(passing(600, withdrawn(450_000))).toEqual(suspected);
    expect(passing(600, moved('MoneyDebited', 'transfer', 500_000))).toEqual(suspected);
    expect(passing(600, moved('MoneyDebited', 'payment', 500_000))).toEqual([]);
    expect(passing(600, withdrawn(449_999))).toEqual([]);
    expect(passing(601, withdrawn(450_000))).toEqual([]);
    expect(raisedBy([0, { type: 'MoneyDeposited', data: eur(99_999) }], [1, withdrawn(99_999)])).toEqual([]);
  });

  it('is listed for operators, account by account and all together', () => {
    const data = { at: at(0), value: 90_000, count: 10, mean: 2_000, deviation: 170.5, events: ['account-7f3a/11'] };
    const raisedAt = '2026-11-21T12:01:00.000Z';
    projecting(suspicions)({ type: 'UnusualWithdrawalSuspected', data }).rows({
      ...{ suspicion: 'UnusualWithdrawalSuspected', account: '1', raisedAt, figures: data },
    });
    expect(suspicions.may).toEqual(['operator']);
    expect(Object.keys(suspicions.on)).toEqual(Object.keys(fraudWatchEvents));
  });
});

import { describe, expect, it } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { accountStatement } from '../../../domains/account/projections/statement.ts';
import { transfer } from '../../../domains/transfer/decider.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import { send } from '../../../lib/core/process/process.ts';
import { type AnySchedule, schedule } from '../../../lib/core/schedule/schedule.ts';

const settle = schedule({
  cron: '0 3 1 * *',
  timezone: 'Europe/Vienna',
  since: '2026-12-01T00:00:00.000Z',
  catchUp: 'all',
  sends: [account],
  each: accountBalance,
  command: ({ id, row, local }) => (row.status === 'open' ? send(account, id, 'Settle', { reference: local }) : undefined),
});

const faultsOf = (schedules: Readonly<Record<string, AnySchedule>>): string => {
  try {
    defineManifest({ aggregates: [account], projections: [accountBalance, accountStatement], schedules });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a declared schedule', () => {
  it('is right, or its manifest says what is wrong', () => {
    expect(faultsOf({ settle })).toBe('');
    const faults = faultsOf({
      'Settle-All': settle,
      account: settle,
      often: { ...settle, cron: '0 61 * * *', timezone: 'Vienna', since: 'today', catchUp: 'some' as never },
      nowhere: { ...settle, sends: [] },
      elsewhere: { ...settle, sends: [transfer], each: { kind: 'rows-per-stream', name: 'account-statement' } },
      blind: { ...settle, each: { kind: 'row-per-stream', name: 'balances' } },
      silent: { ...settle, sends: [{ ...account, commands: { Open: account.commands.Open } }] as never },
    });
    for (const fault of [
      "The schedule 'Settle-All' must be 1 to 40 letters",
      "The schedule 'account' has the name of a category",
      "The schedule often has the cron expression '0 61 * * *': its hour '61' is not 0 to 23.",
      "The schedule often has the time zone 'Vienna'",
      "The schedule often: since 'today' is not an instant",
      "The schedule often has catchUp 'some'",
      'The schedule nowhere sends to no aggregate',
      'The schedule elsewhere sends to transfer, which is no aggregate of the manifest.',
      'The schedule elsewhere goes through account-statement, which is not a view with one row for each stream.',
      'The schedule blind goes through balances, which is no view of the manifest.',
      "The schedule silent sends to account, of which no command is for 'process'.",
    ])
      expect(faults).toContain(fault);
  });

  it('takes no command that its aggregates do not have: the compiler knows', () => {
    const times = { cron: '0 3 * * *', since: '2026-12-01T00:00:00.000Z', catchUp: 'none' } as const;
    // @ts-expect-error A transfer is none of its targets.
    schedule({ ...times, sends: [account], command: () => send(transfer, 't1', 'Complete', {}) });
    schedule({
      ...times,
      sends: [account],
      each: accountBalance,
      // @ts-expect-error A balance's row has no field of this name.
      command: ({ row }) => send(account, row.nobody, 'Settle', { reference: 'x' }),
    });
    schedule({ ...times, sends: [account], command: ({ time }) => send(account, 'a1', 'Settle', { reference: time }) });
  });
});

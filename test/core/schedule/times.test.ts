import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCron, schedulerExpression } from '../../../lib/core/schedule/cron.ts';
import { isTimezone, localTime, timeAfter, timesBetween } from '../../../lib/core/schedule/times.ts';
import { timesByWalking } from '../../support/times-by-walking.ts';

const times = (cron: string, timezone: string, from: string, to: string) => [
  ...timesBetween({ cron: parseCron(cron), timezone }, from, to),
];

describe('the times of a cron expression', () => {
  it('are those of the local clocks: a time that does not exist comes as late as without the change, one that exists twice comes first', () => {
    const nightly = (from: string, to: string) => times('30 2 * * *', 'Europe/Vienna', from, to);
    expect(nightly('2026-03-28T12:00:00.000Z', '2026-03-30T12:00:00.000Z')).toEqual([
      // 03:30 in Vienna: 02:30 is left out by the clocks.
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    expect(nightly('2026-10-24T12:00:00.000Z', '2026-10-26T12:00:00.000Z')).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
    expect(localTime('Europe/Vienna', '2026-03-29T01:30:00.000Z')).toBe('2026-03-29T03:30');
  });

  it('are those that a walk along the minutes finds, around changes of the clocks in any zone', () => {
    // Whole hours, half an hour, at midnight, past midnight, and a whole day.
    const changes = [
      ['Europe/Vienna', '2026-03-29T01:00:00.000Z'],
      ['Europe/Vienna', '2026-10-25T01:00:00.000Z'],
      ['Australia/Lord_Howe', '2026-04-04T15:00:00.000Z'],
      ['Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
      ['America/Santiago', '2026-09-06T04:00:00.000Z'],
      ['America/Scoresbysund', '2024-03-31T01:00:00.000Z'],
      ['America/Havana', '2026-11-01T05:00:00.000Z'],
      ['Pacific/Apia', '2011-12-30T10:00:00.000Z'],
      ['UTC', '2026-12-31T23:00:00.000Z'],
    ] as const;
    const some = (to: number) => fc.uniqueArray(fc.integer({ min: 0, max: to }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        some(59),
        some(23),
        fc.integer({ min: -36, max: 12 }),
        ([zone, at], minutes, hours, ahead) => {
          const from = new Date(Date.parse(at) + ahead * 3_600_000).toISOString();
          const to = new Date(Date.parse(from) + 30 * 3_600_000).toISOString();
          const walked = timesByWalking(
            (local) => minutes.includes(local.getUTCMinutes()) && hours.includes(local.getUTCHours()),
            zone,
            from,
            to,
          );
          expect(times(`${minutes.join()} ${hours.join()} * * *`, zone, from, to)).toEqual(walked);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('come on the days of the expression, and once in a while on none for years', () => {
    const next = (cron: string, from: string) => timeAfter({ cron: parseCron(cron), timezone: 'UTC' }, from);
    expect(next('0 3 1 * *', '2026-11-21T12:00:00.000Z')).toBe('2026-12-01T03:00:00.000Z');
    expect(next('0 3 * * MON-FRI', '2026-11-20T12:00:00.000Z')).toBe('2026-11-23T03:00:00.000Z');
    expect(next('0 0 29 FEB *', '2096-03-01T00:00:00.000Z')).toBe('2104-02-29T00:00:00.000Z');
    expect(next('*/20 0 31 12 *', '2026-12-31T00:20:00.000Z')).toBe('2026-12-31T00:40:00.000Z');
  });

  it('are the same in the words of EventBridge Scheduler', () => {
    const of = (cron: string) => schedulerExpression(parseCron(cron));
    expect(of('0 3 1 * *')).toBe('cron(0 3 1 * ? *)');
    expect(of('*/20 8-10 * 1,7 SUN,5')).toBe('cron(0,20,40 8,9,10 ? 1,7 1,6 *)');
    expect(of('* * * * *')).toBe('cron(* * * * ? *)');
    expect(of('5/25 * * * *')).toBe('cron(5,30,55 * * * ? *)');
  });

  it('are refused where the expression is no such thing, and it says why', () => {
    const fault = (cron: string) => {
      try {
        parseCron(cron);
        return 'none';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(fault('0 3 1 *')).toContain('4 fields');
    expect(fault('60 3 1 * *')).toBe("its minute '60' is not 0 to 59");
    expect(fault('0 3 1 * 7')).toBe("its day of the week '7' is not 0 to 6 or SUN to SAT");
    expect(fault('0 5-3 * * *')).toContain('ends before it begins');
    expect(fault('*/0 * * * *')).toContain('step');
    expect(fault('0 3 1 * 1')).toContain('restricts both');
    expect(fault('0 0 30 2 *')).toContain('none of its months');
    expect(['Europe/Vienna', 'UTC', 'Mars/Olympus', '+01:00', ''].map(isTimezone)).toEqual([true, true, false, false, false]);
  });
});

import { describe, expect, it } from 'vitest';
import { timetableOf } from '../../../lib/core/schedule/schedule.ts';
import { timesBetween } from '../../../lib/core/schedule/times.ts';
import { planOf } from '../../../lib/engine/schedule/plan.ts';
import type { Progress } from '../../../lib/engine/schedule/ports.ts';

describe('a changed schedule', () => {
  const schedule = {
    cron: '0 * * * *',
    since: '2026-11-21T00:00:00.000Z',
    catchUp: 'all',
    sends: [],
    command: () => undefined,
  } as const;
  const kept: Progress = { writes: 7, at: '', through: '2026-11-21T10:00:00.000Z', cron: '0 */2 * * *', timezone: 'UTC' };
  const plan = (progress: Progress | undefined, now: string, over: object = {}) =>
    planOf({ ...schedule, ...over }, progress, now, { missedMilliseconds: 15 * 60_000 });

  it('finishes the times of its earlier declaration up to the change, and counts the new ones from there', () => {
    const first = plan(kept, '2026-11-21T14:30:00.000Z');
    expect(first).toMatchObject({
      run: '2026-11-21T12:00:00.000Z',
      progress: { cron: '0 */2 * * *', changedAt: '2026-11-21T14:30:00.000Z' },
    });
    const second = plan({ ...first.progress, through: '2026-11-21T14:00:00.000Z' }, '2026-11-21T16:10:00.000Z');
    // 15:00 is a new time; 16:00 would be one of both.
    expect(second).toMatchObject({ run: '2026-11-21T15:00:00.000Z', progress: { cron: '0 * * * *', timezone: 'UTC' } });
    expect(second.progress).not.toHaveProperty('changedAt');
  });

  it('runs nothing from before `since`, however long it was away', () => {
    expect(plan(undefined, '2026-11-21T00:59:00.000Z').run).toBe('2026-11-21T00:00:00.000Z');
    const later = { since: '2026-11-21T13:30:00.000Z' };
    expect(plan({ ...kept, cron: '0 * * * *' }, '2026-11-21T14:30:00.000Z', later).run).toBe('2026-11-21T14:00:00.000Z');
    expect([...timesBetween(timetableOf(schedule), kept.through, later.since)]).toHaveLength(3);
  });

  it('leaves out nothing silently: it counts what it left', () => {
    const newest = plan({ ...kept, cron: '0 * * * *' }, '2026-11-21T14:30:00.000Z', { catchUp: 'latest' });
    expect(newest).toMatchObject({
      run: '2026-11-21T14:00:00.000Z',
      progress: { skipped: { times: 3, last: '2026-11-21T13:00:00.000Z' } },
    });
    const none = plan({ ...kept, cron: '0 * * * *' }, '2026-11-21T14:30:00.000Z', { catchUp: 'none' });
    expect(none).toEqual({
      progress: {
        ...kept,
        cron: '0 * * * *',
        through: '2026-11-21T14:00:00.000Z',
        skipped: { times: 4, last: '2026-11-21T14:00:00.000Z' },
      },
    });
  });
});

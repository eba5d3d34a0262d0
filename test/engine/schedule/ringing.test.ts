import { describe, expect, it } from 'vitest';
import { timetableOf, writtenTimes } from '../../../lib/core/schedule/schedule.ts';
import { localTime, timesBetween } from '../../../lib/core/schedule/times.ts';
import { instant, latest } from '../../../lib/engine/instant.ts';
import { planOf } from '../../../lib/engine/schedule/plan.ts';
import type { Progress, Progresses } from '../../../lib/engine/schedule/ports.ts';
import { sendOccasion } from '../../../lib/engine/schedule/send.ts';
import { ringing, type ScheduleMutant } from '../../simulation/schedules.ts';

const seeds = Number(process.env.FOLDSTREAM_SCHEDULE_SEEDS ?? 60);

const asItIs = { plan: planOf, send: sendOccasion };

/** Says that a time is over as soon as it begins: only the function that began it knows better, until it dies. */
const overAtOnce = (progresses: Progresses): Progresses => {
  let own: Progress | undefined;
  return {
    load: async (name) => own ?? progresses.load(name),
    save: async (name, next, loaded) => {
      own = next.running && next;
      const { running, ...rest } = next;
      return progresses.save(name, running ? { ...rest, through: running.time } : next, loaded);
    },
  };
};

const mutants: Readonly<Record<string, ScheduleMutant>> = {
  'the time in the id of a command': {
    steps: { ...asItIs, send: (target, name, _, send) => sendOccasion(target, name, '2026-01-01T00:00:00.000Z', send) },
  },
  'an id that is the same for all who send it': {
    steps: { ...asItIs, send: (target, name, time, send) => sendOccasion(target, `${name}${Math.random()}`, time, send) },
  },
  'catching up': {
    steps: {
      ...asItIs,
      plan: (schedule, kept, now, missing) => {
        const { cron, timezone } = writtenTimes(schedule);
        const minute = instant(Date.parse(now) - 60_000);
        const progress = kept ?? { writes: 0, at: '', through: minute, cron, timezone };
        return planOf(schedule, { ...progress, through: latest(progress.through, minute) }, now, missing);
      },
    },
  },
  'the leaving out of what was missed': {
    steps: {
      ...asItIs,
      plan: (schedule, kept, now, missing) => {
        const planned = planOf({ ...schedule, catchUp: 'all' }, kept, now, missing);
        return schedule.catchUp === 'none' ? planOf(schedule, kept, now, { missedMilliseconds: 0 }) : planned;
      },
    },
  },
  'the command before the progress': { progresses: overAtOnce },
  'one of the two hours that the clocks show twice': {
    steps: {
      ...asItIs,
      plan: (schedule, kept, now, missing) => {
        const planned = planOf(schedule, kept, now, missing);
        const again = kept && !kept.running && instant(Date.parse(kept.through) + 3_600_000);
        const { timezone } = writtenTimes(schedule);
        const isShownTwice = again && again <= now && localTime(timezone, again) === localTime(timezone, kept.through);
        return isShownTwice ? { progress: planned.progress, run: again } : planned;
      },
    },
  },
};

describe('a schedule, whatever happens to its triggers, its functions and the clocks', () => {
  it(`sends its command once for each time, and catches up as declared, in ${seeds} runs`, async () => {
    const ran: number[] = [];
    let [killed, skipped] = [0, 0];
    for (let seed = 1; seed <= seeds; seed++) {
      const run = await ringing(seed);
      expect({ seed, faults: run.faults }).toEqual({ seed, faults: [] });
      ran.push(run.ran);
      killed += run.killed;
      skipped += run.skipped;
    }
    // Else it has shown nothing.
    expect(Math.max(...ran)).toBeGreaterThan(30);
    expect([killed > seeds / 3, skipped > seeds / 3]).toEqual([true, true]);
  });

  it.each(Object.entries(mutants))('is noticed without %s', async (_, mutant) => {
    for (let seed = 1; seed <= seeds; seed++) {
      const { faults } = await ringing(seed, mutant);
      if (faults.length > 0) return;
    }
    expect.unreachable('No run noticed it.');
  });
});

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

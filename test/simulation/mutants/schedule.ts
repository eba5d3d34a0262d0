import { writtenTimes } from '../../../lib/core/schedule/schedule.ts';
import { instant, latest } from '../../../lib/engine/instant.ts';
import type { Scheduling } from '../../../lib/engine/schedule/look.ts';
import { planOf } from '../../../lib/engine/schedule/plan.ts';
import type { Progress, Progresses } from '../../../lib/engine/schedule/ports.ts';
import { sendOccasion } from '../../../lib/engine/schedule/send.ts';
import type { Tamper } from '../../../lib/testing/simulator.ts';

const asItIs = { plan: planOf, send: sendOccasion };
const stepping = (steps: Partial<NonNullable<Scheduling['steps']>>): Tamper => ({
  scheduling: (real) => ({ ...real, steps: { ...asItIs, ...steps } }),
});

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

let sends = 0;

/** Mistakes in schedules, by what they are: each of them must be found. */
export const scheduleMutants: Readonly<Record<string, Tamper>> = {
  'an id of a command that does not name the time': stepping({
    send: (target, name, _, send) => sendOccasion(target, name, '2026-01-01T00:00:00.000Z', send),
  }),
  'an id of a command that is another one at each try': stepping({
    send: (target, name, time, send) => sendOccasion(target, `${name}${sends++}`, time, send),
  }),
  'nothing is caught up': stepping({
    plan: (schedule, kept, now, missing) => {
      const { cron, timezone } = writtenTimes(schedule);
      const minute = instant(Date.parse(now) - 60_000);
      const progress = kept ?? { writes: 0, at: '', through: minute, cron, timezone };
      return planOf(schedule, { ...progress, through: latest(progress.through, minute) }, now, missing);
    },
  }),
  'whatever was missed is caught up from before `since`': stepping({
    plan: (schedule, kept, now, missing) => planOf({ ...schedule, since: '2026-11-21T06:00:00.000Z' }, kept, now, missing),
  }),
  'what is not late is left out as if it were missed': stepping({
    plan: (schedule, kept, now) => planOf(schedule, kept, now, { missedMilliseconds: 0 }),
  }),
  'a time is over before its commands were sent': {
    scheduling: (real) => ({ ...real, progresses: overAtOnce(real.progresses) }),
  },
  'a page of rows is passed over where one row fails': {
    scheduling: (real) => ({
      ...real,
      steps: { ...asItIs, send: (...given) => sendOccasion(...given).catch(() => 'done' as const) },
    }),
  },
  'the sweep does not look after triggers that got lost': {
    engine: (real) => ({ ...real, sendOverdueTimes: async () => 0 }),
  },
  'a restore resets no schedule': {
    engine: (real) => ({
      ...real,
      resetToRestored: (resetting, to) => real.resetToRestored({ ...resetting, schedules: [] }, to),
    }),
  },
};

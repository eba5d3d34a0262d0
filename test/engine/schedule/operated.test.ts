import { describe, expect, it } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { scheduleLines } from '../../../lib/cli/schedule/schedules.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { send as toSend } from '../../../lib/core/process/process.ts';
import { schedule } from '../../../lib/core/schedule/schedule.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { orderSchedule, reportSchedules } from '../../../lib/engine/operate/schedules.ts';
import { sendOverdueTimes } from '../../../lib/engine/operate/sweep-schedules.ts';
import type { Scheduling } from '../../../lib/engine/schedule/look.ts';
import { routeToSchedule } from '../../../lib/engine/schedule/route.ts';
import { defaultSettings, scheduleSettings } from '../../../lib/engine/settings.ts';
import { memoryProgresses } from '../../../lib/testing/memory/schedule.ts';
import { memorySnapshots } from '../../../lib/testing/memory/snapshots.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../../lib/testing/memory/system.ts';

/** One schedule at noon of each day, with its queue in memory. */
const daily = (over: object = {}) => {
  const [clock, store, progresses, log] = [
    memoryClock(Date.UTC(2026, 10, 21, 11)),
    memoryStore(),
    memoryProgresses(),
    memoryLog(),
  ];
  const settling = schedule({
    cron: '0 12 * * *',
    since: '2026-11-21T00:00:00.000Z',
    catchUp: 'none',
    sends: [account],
    command: ({ time }) => toSend(account, 'a1', 'Settle', { reference: time }),
  });
  const sent: object[] = [];
  const send = async (messages: readonly object[]) => {
    sent.push(...messages);
    return [];
  };
  const queue = { send };
  const scheduling: Scheduling = {
    name: 'settling',
    schedule: settling,
    target: () => ({
      decider: account as unknown as AnyDecider,
      code: '',
      store,
      snapshots: memorySnapshots(),
      keys: memoryKeys(),
      clock,
      log,
      settings: defaultSettings,
      cache: stateCache(1e6),
    }),
    rows: async () => undefined,
    progresses,
    clock,
    log,
    settings: { ...scheduleSettings, ...over },
  };
  const operating = { schedules: [{ name: 'settling', schedule: settling, queue }], progresses, clock };
  const trigger = () =>
    routeToSchedule(scheduling, queue, [
      { id: '1', body: '{}' },
      { id: '2', body: '{}' },
    ]);
  const sweep = () => sendOverdueTimes({ ...operating, log, settings: scheduleSettings });
  const ran = () => store.stored().map(({ command }) => command.slice(-24));
  return { clock, store, sent, scheduling, operating, trigger, sweep, ran, log };
};
const order = { name: 'settling', by: 'olga', why: 'the books are closed' };

describe('a schedule', () => {
  it('is triggered by the sweep if its trigger got lost, and raises an alarm when it is late', async () => {
    const { clock, sent, trigger, sweep, ran, log } = daily();
    expect(await sweep()).toBe(0);
    clock.set(Date.UTC(2026, 10, 21, 12, 1));
    // Its own trigger may still be on the way.
    expect(await sweep()).toBe(0);
    clock.set(Date.UTC(2026, 10, 21, 12, 3));
    expect(await sweep()).toBe(1);
    expect(sent).toEqual([{ look: 'settling' }]);
    expect(log.lines.filter(({ message }) => message === 'A schedule is late.')).toEqual([]);
    clock.set(Date.UTC(2026, 10, 21, 12, 11));
    await sweep();
    expect(log.lines.filter(({ message }) => message === 'A schedule is late.')).toHaveLength(1);
    expect(await trigger()).toEqual([]);
    expect(ran()).toEqual(['2026-11-21T12:00:00.000Z']);
    expect(await sweep()).toBe(0);
  });

  it('is left alone by the sweep while a run moves, and triggered again when it has stopped moving', async () => {
    const { clock, scheduling, sweep } = daily();
    clock.set(Date.UTC(2026, 10, 21, 12, 5));
    const run = { time: '2026-11-21T12:00:00.000Z', began: '', sent: 0, refused: 0 };
    const progress = { through: '2026-11-20T12:00:00.000Z', cron: '0 12 * * *', timezone: 'UTC', running: run };
    await scheduling.progresses.save('settling', { writes: 1, at: '2026-11-21T12:04:00.000Z', ...progress }, undefined);
    expect(await sweep()).toBe(0);
    clock.set(Date.UTC(2026, 10, 21, 12, 7));
    expect(await sweep()).toBe(1);
  });

  it('triggers itself where its function has no more time, and gives all records back where it cannot', async () => {
    const { clock, sent, trigger, scheduling, ran } = daily({ lookMilliseconds: -1 });
    clock.set(Date.UTC(2026, 10, 21, 12));
    expect(await trigger()).toEqual([]);
    expect([ran(), sent]).toEqual([[], [{ look: 'settling' }]]);
    expect(await trigger()).toEqual([]);
    expect(ran()).toHaveLength(1);
    const broken = { ...scheduling, progresses: { ...scheduling.progresses, load: () => Promise.reject(new Error('away')) } };
    expect(await routeToSchedule(broken, { send: async () => [] }, [{ id: '7', body: '' }])).toEqual(['7']);
  });

  it('runs nothing while it is paused, and what was left out by order', async () => {
    const { clock, operating, trigger, sweep, ran, sent } = daily();
    await orderSchedule(operating, { ...order, order: 'pause' });
    clock.set(Date.UTC(2026, 10, 23, 13));
    await trigger();
    expect([ran(), await sweep()]).toEqual([[], 0]);
    const [paused] = await reportSchedules(operating);
    expect(scheduleLines(paused!)).toEqual([
      'settling: 0 12 * * * (UTC), next at 2026-11-24T12:00:00.000Z',
      '  has not run yet',
      '  paused at 2026-11-21T11:00:00.000Z by olga: the books are closed',
    ]);
    await orderSchedule(operating, { ...order, order: 'resume' });
    expect(sent).toHaveLength(1);
    await trigger();
    expect(ran()).toEqual([]);
    const time = '2026-11-22T12:00:00.000Z';
    await orderSchedule(operating, { ...order, order: 'run', time });
    await trigger();
    await orderSchedule(operating, { ...order, order: 'run', time });
    await trigger();
    expect(ran()).toEqual([time]);
    const [report] = await reportSchedules(operating);
    expect(scheduleLines(report!)).toEqual([
      'settling: 0 12 * * * (UTC), next at 2026-11-24T12:00:00.000Z',
      `  last: ${time}, ended at 2026-11-23T13:00:00.000Z, 1 command`,
      '  left out 3 times as declared, the last of them 2026-11-23T12:00:00.000Z',
    ]);
    await expect(orderSchedule(operating, { ...order, order: 'run', time: '2026-11-22T12:01:00.000Z' })).rejects.toThrow(
      'a time of',
    );
    await expect(orderSchedule(operating, { ...order, order: 'run', time: '2026-11-24T12:00:00.000Z' })).rejects.toThrow(
      'a time of',
    );
    await expect(orderSchedule(operating, { ...order, order: 'pause', name: 'x' })).rejects.toThrow('no schedule x');
  });
});

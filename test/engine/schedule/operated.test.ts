import { describe, expect, it } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { scheduleLines } from '../../../lib/cli/schedule/schedules.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { ProblemError } from '../../../lib/core/problem.ts';
import { send as toSend } from '../../../lib/core/process/process.ts';
import { type AnySchedule, schedule } from '../../../lib/core/schedule/schedule.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { orderSchedule, reportSchedules, type ScheduleOperating } from '../../../lib/engine/operate/schedules.ts';
import { sendOverdueTimes } from '../../../lib/engine/operate/sweep-schedules.ts';
import type { Scheduling } from '../../../lib/engine/schedule/look.ts';
import { routeToSchedule } from '../../../lib/engine/schedule/route.ts';
import { defaultSettings, scheduleSettings } from '../../../lib/engine/settings.ts';
import { answerSchedules } from '../../../lib/http/operate/schedules.ts';
import type { HttpRequest } from '../../../lib/http/request.ts';
import { memoryQueue } from '../../../lib/testing/memory/queue.ts';
import { memoryProgresses } from '../../../lib/testing/memory/schedule.ts';
import { memorySnapshots } from '../../../lib/testing/memory/snapshots.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../../lib/testing/memory/system.ts';

/** One schedule at noon of each day, with its queue in memory. */
const daily = (over: object = {}, declared: Partial<Pick<AnySchedule, 'catchUp'>> = {}) => {
  const [clock, store, progresses, log] = [
    memoryClock(Date.UTC(2026, 10, 21, 11)),
    memoryStore(),
    memoryProgresses(),
    memoryLog(),
  ];
  const settling = schedule({
    cron: '0 12 * * *',
    since: '2026-11-21T00:00:00.000Z',
    catchUp: declared.catchUp ?? 'none',
    sends: [account],
    command: ({ time }) => toSend(account, 'a1', 'Settle', { reference: time }),
  });
  const queue = memoryQueue();
  const { sent } = queue;
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
  const operating: ScheduleOperating = {
    schedules: [{ name: 'settling', schedule: settling, queueName: 'q', queue }],
    progresses,
    ages: { ofQueues: async () => new Map([['q', 7]]) },
    clock,
    log,
  };
  const trigger = () =>
    routeToSchedule(scheduling, queue, [
      { id: '1', body: '{}' },
      { id: '2', body: '{}' },
    ]);
  const sweep = () => sendOverdueTimes({ ...operating, log, settings: scheduleSettings });
  const ran = () => store.stored().map(({ command }) => command.slice(-24));
  return { clock, store, sent, scheduling, operating, trigger, sweep, ran, log };
};
const times = [21, 22, 23].map((day) => `2026-11-${day}T12:00:00.000Z`);
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
      '  left out 3 times, the last of them 2026-11-23T12:00:00.000Z',
    ]);
    await expect(orderSchedule(operating, { ...order, order: 'run', time: '2026-11-22T12:01:00.000Z' })).rejects.toThrow(
      'a time of',
    );
    await expect(orderSchedule(operating, { ...order, order: 'run', time: '2026-11-24T12:00:00.000Z' })).rejects.toThrow(
      'a time of',
    );
    await expect(orderSchedule(operating, { ...order, order: 'pause', name: 'x' })).rejects.toThrow('no schedule x');
  });

  it('runs those that were due before the one that was ordered, too', async () => {
    const { clock, operating, trigger, ran } = daily({}, { catchUp: 'all' });
    await orderSchedule(operating, { ...order, order: 'pause' });
    clock.set(Date.UTC(2026, 10, 23, 13));
    await orderSchedule(operating, { ...order, order: 'run', time: times[2]! });
    const early = orderSchedule(operating, { ...order, order: 'run', time: times[0]! });
    await expect(early).rejects.toThrow(`${times[2]} was ordered before`);
    await orderSchedule(operating, { ...order, order: 'resume' });
    await trigger();
    expect(ran()).toEqual([times[2], times[0], times[1]]);
  });

  it('skips a time that is due, running or still to come, as ordered, and says who ordered it and why', async () => {
    const { clock, operating, trigger, ran, scheduling } = daily({}, { catchUp: 'all' });
    const away = { ...scheduling, target: () => undefined };
    const ask = (by: string, time: string) => orderSchedule(operating, { ...order, by, order: 'skip', time });
    await ask('ada', times[1]!);
    clock.set(Date.UTC(2026, 10, 21, 13));
    // Its command fails again and again, so that later times wait for it.
    expect(await routeToSchedule(away, memoryQueue(), [{ id: '1', body: '{}' }])).toEqual(['1']);
    const [failing] = await reportSchedules(operating);
    expect(failing).toMatchObject({
      running: { time: times[0], fault: { cause: expect.stringContaining('whose aggregate is not in') } },
      due: { time: times[0], times: 1 },
      leaveOut: [times[1]],
      lag: { waiting: expect.any(Number), oldestSeconds: 7 },
    });
    expect(scheduleLines(failing!).join()).toContain(`failed at ${new Date(clock.now()).toISOString()}: Error: The schedule`);
    await ask('bob', times[0]!);
    clock.set(Date.UTC(2026, 10, 23, 13));
    await trigger();
    expect(ran()).toEqual([times[2]]);
    const [report] = await reportSchedules(operating);
    expect(report).toMatchObject({
      through: times[2],
      skipped: { times: 2, last: times[1] },
      orders: [
        { order: 'skip', by: 'bob', why: 'the books are closed', time: times[0] },
        { order: 'skip', by: 'ada', time: times[1] },
      ],
    });
    expect([report?.leaveOut, report?.running, report?.due]).toEqual([undefined, undefined, undefined]);
    await expect(ask('bob', times[2]!)).rejects.toThrow('has not been run or left out');
    await expect(ask('bob', '2026-11-30T12:01:00.000Z')).rejects.toThrow('a time of');
    for (let i = 1; i <= 20; i++) await ask('bob', new Date(Date.UTC(2026, 11, i, 12)).toISOString());
    await expect(ask('bob', '2027-01-01T12:00:00.000Z')).rejects.toThrow('pause the schedule instead');
  });

  it('is not passed over with the time before it, which is run, where only the latest is', async () => {
    const { clock, operating, trigger, ran, scheduling } = daily({}, { catchUp: 'latest' });
    await orderSchedule(operating, { ...order, order: 'skip', time: times[2]! });
    clock.set(Date.UTC(2026, 10, 23, 13));
    const dies = { ...scheduling, target: () => undefined };
    expect(await routeToSchedule(dies, memoryQueue(), [{ id: '1', body: '{}' }])).toEqual(['1']);
    await trigger();
    expect(ran()).toEqual([times[1]]);
    expect(await reportSchedules(operating)).toMatchObject([{ skipped: { times: 2, last: times[2] }, through: times[2] }]);
  });

  it('does not look as if it moved while it fails, so that the sweep triggers it and says that it is late', async () => {
    const { clock, scheduling, sweep, log } = daily();
    clock.set(Date.UTC(2026, 10, 21, 12, 1));
    const away = { ...scheduling, target: () => undefined };
    for (let minute = 1; minute < 12; minute++) {
      clock.set(Date.UTC(2026, 10, 21, 12, minute));
      await routeToSchedule(away, memoryQueue(), [{ id: '1', body: '{}' }]);
    }
    expect(await sweep()).toBe(1);
    expect(log.lines.filter(({ message }) => message === 'A schedule is late.')).toHaveLength(1);
  });
});

describe('operators', () => {
  const asking = (route: string, body: object = {}, over: Partial<HttpRequest> = {}): HttpRequest => ({
    route,
    path: route.includes('{schedule}') ? { schedule: 'settling' } : {},
    query: {},
    headers: {},
    body: JSON.stringify(body),
    actor: { id: 'olga', kind: 'user', roles: ['operator'] },
    correlation: 'c',
    requestId: 'r',
    ...over,
  });

  it('list schedules and order over HTTP by the same functions, under their own name', async () => {
    const { operating, clock, trigger, ran, log } = daily({}, { catchUp: 'all' });
    clock.set(Date.UTC(2026, 10, 21, 13));
    const why = 'a fire';
    const post = (each: string, body: object) =>
      answerSchedules(operating, asking(`POST /ops/schedules/{schedule}/${each}`, body));
    expect(await post('pause', { why })).toMatchObject({ status: 202, body: { paused: { by: 'olga', why } } });
    expect(await post('skip', { why, time: times[0] })).toMatchObject({ status: 202, body: { leaveOut: [times[0]] } });
    expect(await post('run', { why, time: times[0] })).toMatchObject({ body: { asked: { time: times[0], by: 'olga', why } } });
    expect((await post('resume', { why })).status).toBe(202);
    await trigger();
    expect(ran()).toEqual([times[0]]);
    const { status, body } = await answerSchedules(operating, asking('GET /ops/schedules'));
    expect([status, body]).toMatchObject([200, { schedules: [{ schedule: 'settling', last: { time: times[0] } }] }]);
    expect(log.lines.filter(({ message }) => message.startsWith('An operator gave'))).toHaveLength(4);
  });

  it('alone are answered, and learn what they asked wrongly', async () => {
    const { operating } = daily();
    const ask = (request: HttpRequest) =>
      answerSchedules(operating, request).then(
        ({ status }) => status,
        (error: unknown) => (error instanceof ProblemError ? error.problem.status : error),
      );
    const customer = { actor: { id: 'ada', kind: 'user', roles: [] } as const };
    const run = 'POST /ops/schedules/{schedule}/run';
    expect(await ask(asking('GET /ops/schedules', {}, customer))).toBe(403);
    expect(await ask(asking(run, { why: 'x', time: times[0] }, customer))).toBe(403);
    expect(await ask(asking('GET /ops/schedules', {}, { query: { limit: '1' } }))).toBe(400);
    for (const body of [{}, { why: 'x' }, { why: '', time: times[0] }, { why: 'x', time: 'now' }, { why: 'x', time: times[0] }])
      expect(await ask(asking(run, body))).toBe(400);
    expect(await ask(asking(run, { why: 'x', time: times[0] }, { path: { schedule: 'none' } }))).toBe(404);
    const contended = { ...operating, progresses: { ...operating.progresses, save: async () => false } };
    const paused = answerSchedules(contended, asking('POST /ops/schedules/{schedule}/pause', { why: 'x' }));
    await expect(paused).rejects.toMatchObject({ problem: { status: 409 } });
  });
});

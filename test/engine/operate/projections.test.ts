import { describe, expect, it } from 'vitest';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { reportLines } from '../../../lib/cli/view/projections.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { type Ages, actsOnView, orderResume, reportProjections } from '../../../lib/engine/operate/projections.ts';
import type { Active } from '../../../lib/engine/view/ports.ts';
import { answerOperator, type Operators } from '../../../lib/http/operate.ts';
import type { HttpRequest } from '../../../lib/http/request.ts';
import { memoryQueue } from '../../../lib/testing/memory/queue.ts';
import { memoryParkedList } from '../../../lib/testing/memory/sweep.ts';
import { memoryClock, memoryLog } from '../../../lib/testing/memory/system.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { memoryActs } from '../../support/letters.ts';

const projection = accountBalance as unknown as AnyProjection;
const mark = (commit: number, minute: number) => ({
  parked: { commit, reason: 'Error: no', at: `2026-11-21T12:0${minute}:00.000Z` },
});

const activeOf = (name: string, revision: number): Active => ({
  projection: name,
  revision,
  since: '2026-11-21T12:00:00.000Z',
  by: 'o',
  why: 'a test',
});

const house = async (ages: Partial<Ages> = {}, answers = 1) => {
  const made = [1, 2].map((revision) => {
    const [view, queue] = [memoryView(), memoryQueue()];
    const operated = {
      projection: { ...projection, revision },
      queueName: `q${revision}`,
      queue,
      view,
      parked: memoryParkedList(view),
    };
    return { view, queue, operated };
  });
  const [first, second] = made as [(typeof made)[0], (typeof made)[0]];
  const head = (id: string, over: object) => ({ key: id, sort: 'head', stream: `account-${id}`, commit: 2, ...over });
  await first.view.putHead(head('b', mark(3, 2)), undefined);
  await first.view.putHead(head('a', mark(5, 1)), undefined);
  await first.view.putHead(head('c', { row: {} }), undefined);
  await second.view.putHead(head('a', mark(9, 3)), undefined);
  const log = memoryLog();
  const all: Ages = { ofQueues: async () => new Map([['q1', 12]]), ofPublisher: async () => 0.5, ...ages };
  const actives = { load: async (name: string) => activeOf(name, answers) };
  const [acts, clock] = [memoryActs(), memoryClock()];
  const operating = { views: [second.operated, first.operated], actives, ages: all, log, acts, clock };
  return { first, second, operating, log };
};

describe('the report', () => {
  it('lists each revision, what is parked in it since when, and how far it is behind', async () => {
    const { first, operating } = await house();
    first.queue.depths = { waiting: 4, inFlight: 2, deadLetters: 1 };
    const report = await reportProjections(operating);
    expect(report.projections.map(({ name, revision, active }) => [name, revision, active])).toEqual([
      ['account-balance', 2, false],
      ['account-balance', 1, true],
    ]);
    expect(report.projections[1]).toMatchObject({
      parked: [
        { stream: 'account-a', commit: 5, reason: 'Error: no', since: '2026-11-21T12:01:00.000Z' },
        { stream: 'account-b', commit: 3 },
      ],
      moreParked: false,
      lag: { waiting: 4, inFlight: 2, deadLetters: 1, oldestSeconds: 12 },
    });
    expect(report.projections[0]?.lag).toEqual({ waiting: 0, inFlight: 0, deadLetters: 0 });
    expect(report.publisher).toEqual({ behindSeconds: 0.5 });
    expect(reportLines(report)).toContain('account-balance.r1: 4 waiting, 2 in work, oldest 12 s, 1 dead letters, 2 parked');
    expect(reportLines(report)[0]).toBe(
      'account-balance.r2 (not answering): 0 waiting, 0 in work, age not measured, 0 dead letters, 1 parked',
    );
  });

  it('has no ages if nothing measures them', async () => {
    const away = () => Promise.reject(new Error('no metrics'));
    const { operating, log } = await house({ ofQueues: away, ofPublisher: away });
    const { projections, publisher } = await reportProjections(operating);
    expect([projections.length, publisher]).toEqual([2, {}]);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
  });
});

describe('an order to resume', () => {
  const order = { name: 'account-balance', stream: 'account-a', correlation: 'c', by: 'olga' };

  it('is kept with who and why, before it is sent, where the acts on that revision are listed', async () => {
    const { first, operating } = await house();
    await orderResume(operating, { ...order, why: 'mended' });
    const kept = { act: 'resume', by: 'olga', why: 'mended', stream: 'account-a', correlation: 'c', at: expect.any(String) };
    expect(await actsOnView(operating, 'account-balance', undefined)).toEqual({
      ...{ projection: 'account-balance', revision: 1, acts: [kept] },
    });
    expect((await actsOnView(operating, 'account-balance', 2)).acts).toEqual([]);
    const failing = { ...operating, acts: { ...operating.acts, save: async () => Promise.reject(new Error('no table')) } };
    await expect(orderResume(failing, order)).rejects.toThrow('no table');
    expect(first.queue.sent).toHaveLength(1);
  });

  it('goes to the queue of the revision that answers, or of the one that is named', async () => {
    const { first, second, operating } = await house();
    expect(await orderResume(operating, order)).toMatchObject({ revision: 1, commit: 5 });
    expect([first.queue.sent, second.queue.sent]).toEqual([[{ resume: { stream: 'account-a', correlation: 'c' } }], []]);
    expect(await orderResume(operating, { ...order, revision: 2 })).toMatchObject({ revision: 2, commit: 9 });
    expect(second.queue.sent).toHaveLength(1);
  });

  it('goes by what answers, not by which is older', async () => {
    const { second, operating } = await house({}, 2);
    expect((await reportProjections(operating)).projections.map(({ active }) => active)).toEqual([true, false]);
    expect(await orderResume(operating, order)).toMatchObject({ revision: 2, commit: 9 });
    expect(second.queue.sent).toHaveLength(1);
  });

  it('is to name its revision while none answers, unless there is but one', async () => {
    const { operating } = await house();
    const building = { ...operating, actives: { load: async () => undefined } };
    expect((await reportProjections(building)).projections.map(({ active }) => active)).toEqual([false, false]);
    await expect(orderResume(building, order)).rejects.toMatchObject({ problem: { status: 400 } });
    const alone = { ...building, views: building.views.slice(1) };
    expect(await orderResume(alone, order)).toMatchObject({ revision: 1 });
  });

  it.each([
    [{ name: 'nothing' }, 404],
    [{ revision: 3 }, 404],
    [{ stream: 'nothing' }, 400],
    [{ stream: 'parcel-a' }, 404],
    [{ stream: 'account-c' }, 409],
    [{ stream: 'account-z' }, 409],
  ])('%j is refused with %d', async (over, status) => {
    const { first, operating } = await house();
    await expect(orderResume(operating, { ...order, ...over })).rejects.toMatchObject({ problem: { status } });
    expect(first.queue.sent).toEqual([]);
  });

  it('that its queue does not take is no success', async () => {
    const { first, operating } = await house();
    first.queue.failing.push([0]);
    await expect(orderResume(operating, order)).rejects.toThrow('did not accept a request');
  });
});

describe('over HTTP', () => {
  const request = (over: object): HttpRequest =>
    ({
      path: {},
      query: {},
      headers: {},
      actor: { id: 'o', kind: 'user', roles: ['operator'] },
      correlation: 'c',
      body: '',
      route: resume,
      ...over,
    }) as unknown as HttpRequest;
  const resume = 'POST /ops/projections/{name}/parked/{stream}/resume';
  const path = { name: 'account-balance', stream: 'account-a' };
  const operators = async (): Promise<Operators> => ({
    operating: (await house()).operating,
    ordering: {} as Operators['ordering'],
    estimate: async () => ({}),
    trace: async () => ({}) as never,
    model: () => ({}) as never,
    cost: async () => ({}) as never,
    flow: async () => ({}) as never,
  });

  it('operators alone are answered', async () => {
    const operating = await operators();
    for (const kind of ['user', 'machine', 'process', 'anyone'])
      for (const at of [{}, path])
        await expect(answerOperator(operating, request({ actor: { id: 'a', kind, roles: [] }, path: at }))).rejects.toMatchObject(
          {
            problem: { status: 403 },
          },
        );
    expect((await answerOperator(operating, request({ route: 'GET /ops/projections' }))).status).toBe(200);
    expect(await answerOperator(operating, request({ path, query: { revision: '2' } }))).toEqual({
      status: 202,
      body: { projection: 'account-balance', revision: 2, stream: 'account-a', commit: 9 },
    });
  });

  it.each([{ revision: '0' }, { revision: 'x' }, { other: '1' }])('%j is refused', async (query) => {
    const operating = await operators();
    await expect(answerOperator(operating, request({ path, query }))).rejects.toMatchObject({ problem: { status: 400 } });
  });
});

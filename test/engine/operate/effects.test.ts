import { describe, expect, it } from 'vitest';
import { effectLines, outcomeOf, performanceLines } from '../../../lib/cli/effect/effects.ts';
import type { PerformanceRow } from '../../../lib/core/effect/performances-view.ts';
import { ProblemError } from '../../../lib/core/problem.ts';
import { toPointer } from '../../../lib/engine/delivery/delivered.ts';
import type { EffectMessage } from '../../../lib/engine/effect/ports.ts';
import { type EffectOperating, readPerformance, reportEffects } from '../../../lib/engine/operate/effects.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { answerEffects } from '../../../lib/http/operate/effects.ts';
import type { HttpRequest } from '../../../lib/http/request.ts';
import { memoryQueue } from '../../../lib/testing/memory/queue.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { chargeCard, paying } from '../../support/paying/domain.ts';
import { payingWorld } from '../../support/paying/world.ts';

const projection = paying.projections.find(({ name }) => (name as string) === 'effect-performances')!;
const stream = 'chargeCardEffect-payment.o1.1';
const page = { limit: 20, direction: 'oldest-first' } as const;

const house = async (call: Parameters<typeof payingWorld>[0]) => {
  const world = payingWorld(call);
  await world.ask('order-o1', 'Place', { amount: 5, card: 'visa' });
  const [view, queue] = [memoryView(), memoryQueue()];
  const { store, clock, log } = world;
  const operating: EffectOperating = {
    effects: [{ effect: chargeCard, queueName: 'q', queue, loading: world.performing().own }],
    performances: {
      deployed: [{ projection, reader: view, clock }],
      active: async () => ({ projection: projection.name, revision: 2, since: '', by: '', why: '' }),
      built: async () => undefined,
      tableOf: async () => undefined,
    } as never,
    circuits: world.circuits,
    ages: { ofQueues: async () => new Map() },
    log,
  };
  const project = async () => {
    const batch = world.performances().flatMap((name) => world.commitsOf(name));
    const records = batch.map((commit, i) => ({ id: String(i), delivered: toPointer(commit) }));
    expect(await projectBatch({ projection, store, view, clock, log }, records)).toEqual([]);
  };
  const ask = async (route: string, body: object = {}, over: Partial<HttpRequest> = {}) => {
    const request: HttpRequest = {
      route,
      path: route.includes('{performance}') ? { performance: stream } : {},
      query: {},
      headers: {},
      body: JSON.stringify(body),
      actor: { id: 'olga', kind: 'user', roles: ['operator'] },
      correlation: `c-${route}`,
      requestId: 'r',
      ...over,
    };
    return answerEffects(operating, request).catch((error: unknown) => {
      if (error instanceof ProblemError) return { status: error.problem.status, body: error.problem };
      throw error;
    });
  };
  /** Carries out what operators asked for. */
  const obey = async () => {
    for (const message of queue.sent.splice(0) as EffectMessage[]) await world.tell(message);
  };
  return { world, operating, project, ask, obey, queue };
};

const never = async () => {
  throw new Error('503');
};

describe('operators', () => {
  it('see the performances that failed, the circuit of their provider, and all that became of one', async () => {
    const { world, operating, project } = await house(never);
    await world.finish();
    await project();
    const report = await reportEffects(operating, page);
    expect(report).toMatchObject({
      effects: [{ effect: 'chargeCard', provider: 'chargeCard', circuit: 'open' }],
      performances: [{ performance: stream, status: 'timed-out', instance: 'payment-o1', why: expect.stringContaining('503') }],
    });
    for (const status of ['open', 'timed-out'] as const)
      expect((await reportEffects(operating, { ...page, status })).performances).toHaveLength(status === 'open' ? 0 : 1);
    const { since } = report.performances[0] as PerformanceRow;
    for (const [until, count] of [
      [since, 1],
      ['2020-01-01T00:00:00.000Z', 0],
    ] as const)
      expect((await reportEffects(operating, { ...page, until })).performances).toHaveLength(count);
    expect(effectLines(report).join('\n')).toContain('the circuit of chargeCard is open');
    const one = await readPerformance(operating, stream);
    expect(one).toMatchObject({
      effect: 'chargeCard',
      status: 'timed-out',
      input: { amount: 5, card: 'visa' },
      key: expect.any(String),
    });
    expect(one.steps.map(({ type }) => type)).toEqual(world.eventsOf(stream).map(({ type }) => type));
    // Each step leads to its trace, and to the stream at its version.
    const commits = world.commitsOf(stream);
    expect(one.steps.map(({ commit, version, correlation }) => [commit, version, correlation])).toEqual(
      commits.flatMap(({ commit, version, events, meta }) => events.map(() => [commit, version, meta.correlation])),
    );
    expect(performanceLines(one)[0]).toContain('timed-out after');
  });

  it('have one tried again under the same key, with a reason; its answer is late, since the process was told', async () => {
    let isBack = false;
    const { world, ask, obey } = await house(async () => {
      if (!isBack) throw new Error('503');
      return { done: { charge: 'ch' } };
    });
    await world.finish();
    isBack = true;
    const answer = await ask('POST /ops/effects/{performance}/retry', { why: 'the bank is back' });
    expect(answer).toMatchObject({ status: 202, body: { order: 'retry', status: 'timed-out' } });
    await obey();
    await world.finish();
    const events = world.eventsOf(stream);
    expect(events.find(({ type }) => type === 'EffectRetried')).toMatchObject({ data: { by: 'olga', why: 'the bank is back' } });
    expect(events.at(-1)).toMatchObject({ type: 'EffectAnsweredLate' });
    expect(new Set(world.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(world.orderStatus('o1')).toEqual(['OrderPlaced', 'PaymentUnclear']);
  });

  it('give an outcome by hand, which the process is told; what does not fit is refused at once, and so is a second one', async () => {
    const { world, ask, obey } = await house(never);
    await world.settle();
    const by = (outcome: object) => ask('POST /ops/effects/{performance}/answer', { why: 'seen in their list', outcome });
    expect(await by({ done: { charge: 5 } })).toMatchObject({ status: 400, body: { kind: 'invalid-request' } });
    expect(await by({ done: { charge: 'ch-7' } })).toMatchObject({ status: 202, body: { order: 'answer' } });
    await obey();
    await world.finish();
    expect(world.orderStatus('o1')).toEqual(['OrderPlaced', 'OrderPaid']);
    expect(world.eventsOf(stream).at(-1)).toMatchObject({
      type: 'EffectAnswered',
      data: { byHand: { by: 'olga', why: 'seen in their list' } },
    });
    expect(await by({ refused: 'card-declined' })).toMatchObject({ status: 409, body: { kind: 'not-unanswered' } });
    expect(await ask('POST /ops/effects/{performance}/retry', { why: 'x' })).toMatchObject({ status: 409 });
  });

  it('alone are answered, and learn what they asked wrongly', async () => {
    const { ask, world } = await house(never);
    await world.settle();
    const customer = { actor: { id: 'ada', kind: 'user', roles: [] } as const };
    for (const route of ['GET /ops/effects', 'GET /ops/effects/{performance}', 'POST /ops/effects/{performance}/answer'])
      expect((await ask(route, {}, customer)).status).toBe(403);
    expect(await ask('GET /ops/effects', {}, { query: { status: 'done' } })).toMatchObject({ status: 400 });
    expect(await ask('POST /ops/effects/{performance}/retry')).toMatchObject({ status: 400 });
    for (const performance of ['order-o1', 'chargeCardEffect-payment.o9.1'])
      expect(await ask('GET /ops/effects/{performance}', {}, { path: { performance } })).toMatchObject({ status: 404 });
  });
});

describe('foldstream effects answer', () => {
  it('takes an answer as JSON or a reason, and one of them', () => {
    expect(outcomeOf({ done: '{"charge":"ch"}' })).toEqual({ done: { charge: 'ch' } });
    expect(outcomeOf({ refused: 'card-declined' })).toEqual({ refused: 'card-declined' });
    expect(() => outcomeOf({})).toThrow('either an answer or a refusal');
    expect(() => outcomeOf({ done: '{}', refused: 'x' })).toThrow('either an answer or a refusal');
    expect(() => outcomeOf({ done: '{' })).toThrow('not JSON');
    expect(() => outcomeOf({ refused: 'Card Declined' })).toThrow('not a reason');
  });
});

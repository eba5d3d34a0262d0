import { describe, expect, it } from 'vitest';
import { letterLine } from '../../../../lib/cli/operate/dead-letters.ts';
import { user } from '../../../../lib/core/access.ts';
import { revisionKey } from '../../../../lib/core/deployed-names.ts';
import { toPointer } from '../../../../lib/engine/delivery/delivered.ts';
import { toProvedBody } from '../../../../lib/engine/delivery/proof.ts';
import { keepAct } from '../../../../lib/engine/operate/acts/acts.ts';
import type { LetterOperating, OperatedBox } from '../../../../lib/engine/operate/letters/letters.ts';
import { toldOf } from '../../../../lib/engine/operate/letters/told.ts';
import { answerLetters } from '../../../../lib/http/operate/letters.ts';
import { memoryClock, memoryLog, memoryProofs } from '../../../../lib/testing/memory/system.ts';
import { memoryActs, memoryBox } from '../../../support/letters.ts';

const commit = {
  stream: 'account-a1',
  commit: 3,
  version: 4,
  at: '2026-11-30T12:00:00.000Z',
  events: [{ type: 'Deposited', v: 1, data: { amount: 'a secret' } }],
  meta: { actor: 'u-1', correlation: 'c-1', causation: 'c-1' },
} as never;
const proofs = memoryProofs();
const bodies = [
  await toProvedBody(proofs, { detail: toPointer(commit), for: 'revenue.r1' }),
  await toProvedBody(proofs, { resume: { stream: 'account-a1', correlation: 'c-2' } }),
];

/** A consumer with the letters, of which one is put back in a second. */
const boxWith = (clock: ReturnType<typeof memoryClock>, named: Pick<OperatedBox, 'kind' | 'name' | 'views'>) => {
  const [left, queue] = [[...bodies], [] as string[]];
  const operated = memoryBox({ ...named, left }, (letter) => {
    queue.push(letter);
    clock.advance(1_000);
  });
  return { left, queue, operated };
};

const operator = user('o-1', 'operator');
const request = (route: string, over: object = {}) =>
  ({ route, path: {}, query: {}, headers: {}, body: '', actor: operator, correlation: 'c-9', requestId: 'r', ...over }) as never;

const house = () => {
  const [clock, acts, log] = [memoryClock(), memoryActs(), memoryLog()];
  const first = boxWith(clock, { kind: 'view', name: revisionKey({ name: 'account-balance', revision: 2 }) });
  const group = boxWith(clock, { kind: 'group', name: 'desk', views: ['revenue.r1', 'event-log.r1'] });
  const operating: LetterOperating = { boxes: [first.operated, group.operated], acts, clock, log };
  const of = (kind: string, name: string) => ({ path: { kind, name } });
  return {
    ...{ first, group, acts, log, clock },
    report: () => answerLetters(operating, request('GET /ops/dead-letters')),
    look: (kind: string, name: string, query = {}) =>
      answerLetters(operating, request('GET /ops/dead-letters/{kind}/{name}', { ...of(kind, name), query })),
    redrive: (kind: string, name: string, body: object = {}, over: object = {}) => {
      const asked = { ...of(kind, name), body: JSON.stringify(body), ...over };
      return answerLetters(operating, request('POST /ops/dead-letters/{kind}/{name}/redrive', asked));
    },
  };
};
const view = ['view', 'account-balance.r2'] as const;

describe('dead letters', () => {
  it('are counted for each consumer, a group once', async () => {
    expect((await house().report()).body).toEqual({
      consumers: [
        { kind: 'view', name: 'account-balance.r2', deadLetters: 2 },
        { kind: 'group', name: 'desk', views: ['revenue.r1', 'event-log.r1'], deadLetters: 2 },
      ],
    });
  });

  it('are told without any data: a commit and whom it is for, or a message of the consumer itself', async () => {
    const { body } = await house().look(...view);
    expect(body).toMatchObject({
      deadLetters: 2,
      letters: [
        { what: 'commit', stream: 'account-a1', commit: 3, types: ['Deposited'], correlation: 'c-1', for: 'revenue.r1' },
        { what: 'message', message: 'resume', stream: 'account-a1', correlation: 'c-2' },
      ],
      acts: [],
    });
    expect(JSON.stringify(await toldOf(await toProvedBody(proofs, { detail: commit })))).not.toContain('secret');
    expect(['', '7', '{"detail":{"stream":1}}', '{}', '{"proof":"x"}'].map(toldOf)).toEqual(Array(5).fill({ what: 'unknown' }));
    const forged = (types: unknown) =>
      JSON.stringify({ detail: { stream: 's-1', commit: 1, types, meta: { correlation: 'c' } } });
    // Anybody who may send into the queue can have written it, and one letter must not hide the others.
    for (const types of [null, 'Deposited', [1], {}]) expect(toldOf(forged(types))).toMatchObject({ what: 'commit', types: [] });
    expect(toldOf('{"look":"monthly"}')).toEqual({ what: 'message', message: 'look' });
    expect(letterLine({ id: '1', undelivered: 'NO_PERMISSIONS', ...toldOf(bodies[1]!) })).toBe(
      "  its own message 'resume' about account-a1; it could not be delivered: NO_PERMISSIONS; foldstream logs c-2",
    );
  });

  it('are put back, once for all views of a group, and the history has who did it and why before anything moves', async () => {
    const { first, group, acts, redrive, look, log } = house();
    const asked = await redrive(...view, { why: 'the fault is mended' });
    expect(asked.body).toEqual({ kind: 'view', name: view[1], moved: 2, isEmpty: true, left: 0, correlation: 'c-9' });
    expect([first.left, first.queue]).toEqual([[], bodies]);
    expect((await look(...view)).body).toMatchObject({
      letters: [],
      acts: [{ act: 'redrive', by: 'o-1', why: 'the fault is mended', correlation: 'c-9' }],
    });
    expect(log.lines).toMatchObject([{ message: 'An operator put dead letters back.', fields: { moved: 2, by: 'o-1' } }]);
    expect((await redrive('view', 'event-log.r1')).body).toMatchObject({ kind: 'group', name: 'desk', moved: 2 });
    expect(group.queue).toEqual(bodies);
    expect([...acts.kept.keys()]).toEqual(['view/account-balance.r2', 'group/desk']);

    const other = house();
    other.acts.save = async () => Promise.reject(new Error('no table'));
    await expect(other.redrive(...view)).rejects.toThrow('no table');
    expect(other.first.queue).toEqual([]);
  });

  it('are put back for eight seconds at most, and the answer says that there are more', async () => {
    const { first, redrive } = house();
    first.left.splice(0, 2, ...Array.from({ length: 20 }, (_, i) => `letter ${i}`));
    expect((await redrive(...view)).body).toMatchObject({ moved: 8, isEmpty: false, left: 12 });
    expect((await redrive(...view)).body).toMatchObject({ moved: 8, isEmpty: false, left: 4 });
    expect((await redrive(...view)).body).toMatchObject({ moved: 4, isEmpty: true, left: 0 });
  });

  it('are one act in the history, however often one order is sent until none is left', async () => {
    const { first, redrive, look, clock } = house();
    first.left.splice(0, 2, ...Array.from({ length: 20 }, (_, i) => `letter ${i}`));
    const began = new Date(clock.now()).toISOString();
    for (let i = 0; i < 3; i++) await redrive(...view, { why: 'mended' });
    expect((await look(...view)).body).toMatchObject({ acts: [{ why: 'mended', at: began }] });
    await redrive(...view, { why: 'again' });
    await redrive(...view, { why: 'again' }, { correlation: 'c-10' });
    expect((await look(...view)).body).toMatchObject({ acts: [{ correlation: 'c-10' }, { why: 'again' }, { why: 'mended' }] });
  });

  it('keep the last fifty acts, whoever else writes at the same time', async () => {
    const acts = memoryActs();
    const recording = { acts, clock: memoryClock() };
    const act = (n: number) => ({ act: 'redrive', by: 'o', correlation: String(n) }) as const;
    await Promise.all([keepAct(recording, 'view/x.r1', act(1)), keepAct(recording, 'view/x.r1', act(2))]);
    expect(acts.kept.get('view/x.r1')?.acts).toHaveLength(2);
    for (let n = 3; n <= 60; n++) await keepAct(recording, 'view/x.r1', act(n));
    expect(acts.kept.get('view/x.r1')?.acts.map(({ correlation }) => correlation)).toEqual(
      Array.from({ length: 50 }, (_, i) => String(60 - i)),
    );
  });

  it('are for operators, of consumers that there are, for real, with what the routes know', async () => {
    const { look, redrive, first } = house();
    const refused = (asked: Promise<unknown>) => asked.then(undefined, ({ problem }) => problem.status);
    expect(await refused(redrive(...view, {}, { actor: user('u-1') }))).toBe(403);
    expect(await refused(look('view', 'nothing.r1'))).toBe(404);
    expect(await refused(look('group', 'revenue.r1'))).toBe(404);
    await expect(look('view', 'account-balance')).rejects.toThrow(
      "no view 'account-balance'; it is one of account-balance.r2, revenue.r1, event-log.r1.",
    );
    await expect(look('effect', 'charge')).rejects.toThrow("There is no effect 'charge'.");
    expect(await refused(look('table', 'x'))).toBe(400);
    expect(await refused(look(...view, { limit: '101' }))).toBe(400);
    expect(await refused(look(...view, { limt: '1' }))).toBe(400);
    expect(await refused(redrive(...view, { why: '  ' }))).toBe(400);
    expect(await refused(redrive(...view, {}, { headers: { 'dry-run': 'true' } }))).toBe(400);
    expect(first.queue).toEqual([]);
  });
});

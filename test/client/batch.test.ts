import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { AccountEvent } from '../../events/account.ts';
import * as errors from '../../lib/client/index.ts';
import { json, problem as problemOf, type Received, served } from './served.ts';

type Sent = Readonly<{ id: string; command: string; body: { amount: number }; key: string; ifMatch?: string }>;
type Answer = Readonly<{ status: number; headers?: object; body: object }>;

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const commandsIn = ({ body = '' }: Received): readonly Sent[] => JSON.parse(body).commands;
const did = ({ id }: Sent, commit = 1): Answer => ({
  status: 200,
  headers: { 'consistency-token': `account-${id}@${commit}` },
  body: { stream: `account-${id}`, commit, version: commit, events: [{ type: 'MoneyDeposited', version: commit }] },
});
const problem = (status: number, kind: string, fields: object = {}, headers: object = {}): Answer => ({
  status,
  headers,
  body: { type: `urn:foldstream:problem:${kind}`, status, ...fields },
});
const busy = () => problem(503, 'unavailable', {}, { 'retry-after': '1' });
const answering = (answer: (sent: Sent, nth: number) => Answer) =>
  served((request, nth) => json({ answers: commandsIn(request).map((sent) => ({ headers: {}, ...answer(sent, nth) })) }));

describe('a batch', () => {
  it('that is atomic is one request under one key, sent again as a whole; of one category', async () => {
    const { api, received } = served((request, nth) =>
      nth === 1
        ? problemOf(503, 'unavailable')
        : json({
            answers: commandsIn(request).map((sent) =>
              sent.id === 'poor'
                ? problem(422, 'insufficient-funds', { balance: 3 })
                : problem(424, 'not-stored', { because: [1] }),
            ),
          }),
    );
    const commands = [api.account('rich').deposit.prepare(eur(1)), api.account('poor').withdraw.prepare(eur(2))] as const;
    const [first, second] = await api.batch(commands, { atomic: true });
    expect(received.map(({ body }) => JSON.parse(body!))).toEqual(
      Array(2).fill({
        atomic: true,
        commands: [
          { id: 'rich', command: 'deposit', body: eur(1) },
          { id: 'poor', command: 'withdraw', body: eur(2) },
        ],
      }),
    );
    const keys = received.map(({ headers }) => headers.get('idempotency-key'));
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), keys[0]]);
    expect(first.error).toMatchObject({ kind: 'not-stored' });
    expect(second.refused?.reason).toBe('insufficient-funds');
    expect(api.account('poor').withdraw.refused(second.refused)).toBe(true);
    const mixed = [...commands, api.order('o1').cancel.prepare({ reason: 'late' })];
    await expect(api.batch(mixed, { atomic: true })).rejects.toThrow('of one category');
  });

  it('is one request for each category, and each command has its own key and its own typed answer', async () => {
    const { api, received } = answering((sent) =>
      sent.id === 'poor'
        ? problem(422, 'insufficient-funds', { balance: 3 })
        : sent.id === 'old'
          ? problem(412, 'stale-version', { version: 7 })
          : did(sent),
    );
    const [rich, poor, old] = [api.account('rich'), api.account('poor'), api.account('old')];
    const [first, second, third, fourth] = await api.batch([
      rich.deposit.prepare(eur(1)),
      poor.withdraw.prepare(eur(2)),
      old.deposit.prepare(eur(3), { expectedVersion: 4, key: 'mine' }),
      api.order('o1').cancel.prepare({ reason: 'late' }),
    ]);
    expect(received.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /account/batch', 'POST /order/batch']);
    const sent = commandsIn(received[0]!);
    expect(sent).toMatchObject([
      { id: 'rich', command: 'deposit', body: eur(1) },
      { id: 'poor', command: 'withdraw', body: eur(2) },
      { id: 'old', command: 'deposit', body: eur(3), ifMatch: '"4"', key: 'mine' },
    ]);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(3);
    for (const { key } of sent.slice(0, 2)) expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(first.done?.stream).toBe('account-rich');
    expect(fourth.done?.stream).toBe('account-o1');
    expectTypeOf(second.refused!.reason).toEqualTypeOf<'account-not-open' | 'currency-mismatch' | 'insufficient-funds'>();
    if (second.refused?.reason !== 'insufficient-funds') throw new Error('It is refused.');
    expectTypeOf(second.refused.detail.balance).toEqualTypeOf<number>();
    expect(second.refused.detail).toEqual({ balance: 3 });
    expect([poor.withdraw.refused(second.refused), poor.deposit.refused(second.refused)]).toEqual([true, false]);
    expect(third.error).toBeInstanceOf(errors.Stale);
    expectTypeOf(first.done!.events[0]!.type).toEqualTypeOf<AccountEvent['type']>();
  });

  it('sends again what has to be sent again, with the same keys and in the order of each stream, and nothing else', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c'), failures: fc.nat({ max: 2 }) }), {
          minLength: 1,
          maxLength: 250,
          size: 'max',
        }),
        async (planned) => {
          const left = planned.map(({ failures }) => failures);
          const effects: number[] = [];
          const { api, received, waits } = served((request) => {
            const stopped = new Set<string>();
            // As the API does: after a command that has to be sent again no later one to its stream is begun.
            const answers = commandsIn(request).map((sent) => {
              const place = sent.body.amount;
              if (stopped.has(sent.id) || left[place]! > 0) {
                if (!stopped.has(sent.id)) left[place]!--;
                stopped.add(sent.id);
                return busy();
              }
              effects.push(place);
              return did(sent);
            });
            return json({ answers });
          });
          const prepared = planned.map(({ id }, place) => api.account(id).deposit.prepare(eur(place)));
          const answers = await api.batch(prepared);
          expect(answers.every(({ done }, place) => done?.stream === `account-${planned[place]!.id}`)).toBe(true);
          expect(effects.toSorted((x, y) => x - y)).toEqual(planned.map((_, place) => place));
          for (const id of ['a', 'b', 'c']) {
            const own = effects.filter((place) => planned[place]!.id === id);
            expect(own).toEqual(own.toSorted((x, y) => x - y));
          }
          const keys = new Map<number, Set<string>>();
          for (const request of received) {
            expect(commandsIn(request).length).toBeLessThanOrEqual(100);
            for (const { body, key } of commandsIn(request)) keys.set(body.amount, (keys.get(body.amount) ?? new Set()).add(key));
          }
          expect([...keys.values()].every((each) => each.size === 1)).toBe(true);
          expect(waits.every((wait) => wait === 1_000)).toBe(true);
        },
      ),
      { numRuns: 50 },
    ));

  it('gives a command up in the end, and then no later one of its stream overtakes it', async () => {
    // It works again after three requests, when the first command has been given up.
    const { api, received } = answering((sent, nth) => (sent.id === 'broken' && nth <= 3 ? problem(500, 'internal') : did(sent)));
    const prepared = Array.from({ length: 300 }, (_, i) => api.account(i % 2 === 0 ? 'broken' : 'well').deposit.prepare(eur(i)));
    const answers = await api.batch(prepared);
    for (const [i, { done, error }] of answers.entries())
      expect([i, done !== undefined, error instanceof errors.Unavailable]).toEqual([i, i % 2 === 1, i % 2 === 0]);
    expect(received).toHaveLength(4);
    expect(answers[298]!.error?.message).toContain('an earlier one to the same stream');
  });

  it('waits no longer than any request does for commands that have to be sent again', async () => {
    const { api, waits } = answering(busy);
    const [answer] = await api.batch([api.account('a').deposit.prepare(eur(1))]);
    expect(answer.error).toBeInstanceOf(errors.Unavailable);
    expect(waits.length).toBe(29);
  });

  it('says of each command of a request that fails why it failed; the other categories are answered', async () => {
    const { api } = served((request) =>
      request.path === '/order/batch'
        ? new Response('{}', { status: 403 })
        : json({ answers: commandsIn(request).map((sent) => did(sent)) }),
    );
    const [order, account] = await api.batch([
      api.order('o1').cancel.prepare({ reason: 'late' }),
      api.account('a').deposit.prepare(eur(1)),
    ]);
    expect(order.error).toBeInstanceOf(errors.NotYours);
    expect(account.done?.commit).toBe(1);
  });

  it('is read after it was written', async () => {
    const { api, received } = served((request) =>
      request.method === 'POST' ? json({ answers: commandsIn(request).map((sent) => did(sent)) }) : json({ id: 'a', balance: 1 }),
    );
    await api.batch([api.account('a').deposit.prepare(eur(1))]);
    await api.views.accountBalance.get('a');
    expect(received.at(-1)?.headers.get('consistent-with')).toBe('account-a@1');
  });

  it('with a wrong field does not compile, nor does its answer with a wrong reason', async () => {
    const { api } = answering((sent) => did(sent));
    // @ts-expect-error: a field that the command does not have
    const prepared = api.account('a').deposit.prepare({ amont: 1, currency: 'EUR' });
    const [answer, typed] = await api.batch([prepared, api.account('a').withdraw.prepare(eur(1))]);
    expect(answer.done?.commit).toBe(1);
    // @ts-expect-error: a reason that the decider does not give
    expect(typed.refused?.reason === 'no-such-reason').toBe(false);
  });
});

import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { systemFits } from '../../lib/aws/system.ts';
import { type AnyDecider, command } from '../../lib/core/decider.ts';
import { type Hmac, hmac, standardWebhooks } from '../../lib/core/hook/hmac.ts';
import { type Hook, hook } from '../../lib/core/hook/hook.ts';
import { defineManifest } from '../../lib/core/manifest.ts';
import { ProblemError } from '../../lib/core/problem.ts';
import { send } from '../../lib/core/process/process.ts';
import { v1 } from '../../lib/core/version.ts';
import { defaultSettings } from '../../lib/engine/settings.ts';
import { answerHook, type Hooking, type Secrets } from '../../lib/http/hook.ts';
import { signatureFault } from '../../lib/http/signature.ts';
import { instanceOver, memoryTable, watched } from '../support/examples/commanding.ts';

const amount = z.strictObject({ amount: z.int().positive() });

/** A payment adds up what it is told: an event that is taken twice can be seen. */
const payment = {
  category: 'payment',
  events: { Settled: v1(amount) },
  commands: { Settle: command(['hook'], amount), Forget: command(['process'], z.strictObject({})) },
  initial: 0,
  decide: {
    Settle: (state: number, data: { amount: number }) =>
      state + data.amount > 100_000 ? { refused: 'too-much', detail: { state } } : [{ type: 'Settled', data }],
    Forget: () => [],
  },
  evolve: { Settled: (state: number, data: { amount: number }) => state + data.amount },
} as unknown as AnyDecider;

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const verify = standardWebhooks({ secret: 'payments/hook' });
const providers: Hook<{ id: string; type: string; payment: string; amount: number }> = hook({
  sends: payment,
  verify,
  body: z.object({ id: z.string(), type: z.string(), payment: z.string(), amount: z.number() }),
  id: ({ id }) => id,
  to: (body) =>
    body.type === 'charge.settled' ? send(payment, body.payment, 'Settle' as never, { amount: body.amount } as never) : undefined,
});

const keyOf = (text: string) => Buffer.from(text.replace('whsec_', ''), 'base64');

type Signing = Readonly<{ id?: string; at?: number; key?: string }>;
const signed = (body: string, { id = 'msg_1', at = 0, key = secret }: Signing = {}) => {
  const timestamp = String(Math.floor(at / 1_000));
  const signature = createHmac('sha256', keyOf(key)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
};

const world = (given: Partial<Hooking> = {}, settings = defaultSettings) => {
  const table = memoryTable();
  const { commanding, calls } = watched(instanceOver(table, { decider: payment, code: 'p', settings }));
  const secrets: Secrets = { read: async () => secret, readAgain: async () => undefined };
  const hooking: Hooking = { name: 'paymentProvider', hook: providers, commanding, secrets, fits: systemFits, ...given };
  const deliver = async (body: string, headers: Record<string, string>) => {
    const request = {
      route: 'POST /hooks/payment-provider',
      path: {},
      query: {},
      headers,
      body,
      actor: { id: 'anyone', kind: 'anyone', roles: [] },
      correlation: 'c',
      requestId: 'r',
    } as const;
    return answerHook(hooking, request as never).catch((error: unknown) => {
      if (error instanceof ProblemError) return { status: error.problem.status, body: error.problem };
      throw error;
    });
  };
  const now = () => table.clock.now();
  const tell = (event: object, signing: Signing = {}) => {
    const body = JSON.stringify(event);
    return deliver(body, signed(body, { at: now(), ...signing }));
  };
  return { table, calls, deliver, tell, now };
};

const settled = (id: string, over: object = {}) => ({
  id,
  type: 'charge.settled',
  payment: '1',
  amount: 5,
  extra: 'new',
  ...over,
});
const taken = { status: 200, body: { outcome: 'taken' } };

describe('signatures as their providers document them', () => {
  const github = hmac({ secret: 's', header: 'X-Hub-Signature-256', prefix: 'sha256=' });
  const slack = hmac({
    secret: 's',
    header: 'X-Slack-Signature',
    prefix: 'v0=',
    signed: 'v0:{timestamp}:{body}',
    timestamp: { header: 'X-Slack-Request-Timestamp' },
  });
  const stripe = hmac({
    secret: 's',
    header: 'Stripe-Signature',
    prefix: 'v1=',
    separator: ',',
    timestamp: { prefix: 't=' },
    signed: '{timestamp}.{body}',
  });
  const slackBody = 'token=abc&command=%2Fwebhook-collect&text=';
  const cases: readonly (readonly [string, Hmac, string, Record<string, string>, string, number])[] = [
    [
      'Standard Webhooks',
      verify,
      secret,
      {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,other',
      },
      '{"test": 2432232314}',
      1_614_265_330,
    ],
    [
      'GitHub',
      github,
      "It's a Secret to Everybody",
      { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
      'Hello, World!',
      0,
    ],
    [
      'Slack',
      slack,
      '8f742231b10e8888abcd99yyyzzz85a5',
      {
        'x-slack-request-timestamp': '1531420618',
        'x-slack-signature': `v0=${createHmac('sha256', '8f742231b10e8888abcd99yyyzzz85a5').update(`v0:1531420618:${slackBody}`).digest('hex')}`,
      },
      slackBody,
      1_531_420_618,
    ],
    [
      'Stripe',
      stripe,
      'whsec_test',
      {
        'stripe-signature': `t=1492774577,v0=x,v1=${createHmac('sha256', 'whsec_test').update('1492774577.{"id":"evt_1"}').digest('hex')}`,
      },
      '{"id":"evt_1"}',
      1_492_774_577,
    ],
  ];
  it.each(cases)('%s', (_, scheme, key, headers, body, at) => {
    const fault = (over: { headers?: object; body?: string; key?: string; now?: number }) =>
      signatureFault(
        scheme,
        over.key ?? key,
        { headers: { ...headers, ...over.headers }, body: over.body ?? body },
        systemFits,
        (over.now ?? at + 10) * 1_000,
      );
    expect(fault({})).toBeUndefined();
    expect(fault({ body: `${body} ` })).toBe('wrong');
    expect(fault({ key: 'whsec_AAAA' })).toBe('wrong');
    // While a key is replaced both are accepted.
    expect(fault({ key: `whsec_AAAA\n${key}\n` })).toBeUndefined();
    expect(fault({ headers: { [scheme.header.toLowerCase()]: undefined } })).toBe('missing');
    if (scheme.timestamp) expect([fault({ now: at + 301 }), fault({ now: at - 301 })]).toEqual(['too-old', 'too-old']);
    if (scheme.timestamp && 'header' in scheme.timestamp)
      expect(fault({ headers: { [scheme.timestamp.header.toLowerCase()]: String(at + 1) } })).toBe('wrong');
  });

  it('no request passes that differs in one character from the signed one', () => {
    const body = JSON.stringify(settled('e'));
    const headers = signed(body, { at: 1_000_000 });
    const passes = (changed: Record<string, string>, text: string) =>
      signatureFault(verify, secret, { headers: changed, body: text }, systemFits, 1_000_000) === undefined;
    expect(passes(headers, body)).toBe(true);
    fc.assert(
      fc.property(
        fc.constantFrom('body', ...Object.keys(headers)),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        (part, at, char) => {
          const change = (text: string) => text.slice(0, at % text.length) + char + text.slice((at % text.length) + 1);
          const before = part === 'body' ? body : headers[part as keyof typeof headers];
          const after = change(before);
          // Base64's last digit has bits that mean nothing.
          fc.pre(after.trim() !== before && Buffer.from(after, 'base64').compare(Buffer.from(before, 'base64')) !== 0);
          return !passes(part === 'body' ? headers : { ...headers, [part]: after }, part === 'body' ? after : body);
        },
      ),
    );
  });
});

describe('an event of a provider', () => {
  it('becomes one command, by an actor of its own, under an id that follows from its own', async () => {
    const { tell, table } = world();
    expect(await tell(settled('evt_1'))).toEqual(taken);
    const [commit] = table.store.stored();
    expect(commit).toMatchObject({
      stream: 'payment-1',
      command: 'hook/paymentProvider/evt_1',
      meta: { actor: 'paymentProvider' },
      events: [{ type: 'Settled', data: { amount: 5 } }],
    });
  });

  it('takes effect once, however often it is sent: at once, later, and long after the ids that are remembered', async () => {
    const few = { ...defaultSettings, idempotencyWindow: 3 };
    const { tell, table, calls } = world({}, few);
    const same = await Promise.all([1, 2, 3].map((i) => tell(settled('evt_1'), { id: `msg_${i}` })));
    expect(same).toEqual([taken, taken, taken]);
    for (let i = 2; i <= 12; i += 1) await tell(settled(`evt_${i}`));
    table.clock.advance(6 * 24 * 60 * 60_000);
    // The state is warm, so that nothing but the search finds the first event.
    await tell(settled('evt_13'));
    calls.length = 0;
    expect(await tell(settled('evt_1'))).toEqual(taken);
    expect(calls).toEqual(['store.read']);
    expect(table.store.stored()).toHaveLength(13);
  });

  it('without a signature that fits, or with an old one, changes nothing and reads no stream', async () => {
    const { tell, deliver, calls, now } = world();
    const body = JSON.stringify(settled('evt_1'));
    const answers = [
      await deliver(body, {}),
      await deliver(body, signed('{}', { at: now() })),
      await tell(settled('evt_1'), { key: 'whsec_b3RoZXI=' }),
      await tell(settled('evt_1'), { at: now() - 301_000 }),
      // With a dot in the id the same text could be signed for another time.
      await tell(settled('evt_1'), { id: 'msg.1' }),
    ];
    // A key of no length would accept what anybody can compute.
    const empty: Secrets = { read: async () => 'whsec_', readAgain: async () => '' };
    answers.push(await world({ secrets: empty }).tell(settled('evt_1'), { key: 'whsec_' }));
    expect(answers.map(({ status, body: problem }) => [status, (problem as { kind: string }).kind])).toEqual(
      Array(6).fill([401, 'bad-signature']),
    );
    expect(calls).toEqual([]);
  });

  it('with a key that was just replaced is taken once the secret is read again', async () => {
    const old: Secrets = { read: async () => 'whsec_b3RoZXI=', readAgain: async () => secret };
    expect(await world({ secrets: old }).tell(settled('evt_1'))).toEqual(taken);
  });

  it('that does not matter is ignored; a refused one is to come again, and its answer says the reason alone', async () => {
    const { tell, table } = world();
    expect(await tell(settled('evt_1', { type: 'charge.created' }))).toEqual({ status: 200, body: { outcome: 'ignored' } });
    const refused = await tell(settled('evt_2', { amount: 100_001 }));
    expect([refused.status, refused.body]).toEqual([
      422,
      { kind: 'too-much', status: 422, detail: 'The command was refused. Send the event again later.' },
    ]);
    expect(table.store.stored()).toEqual([]);
    await tell(settled('evt_2', { amount: 7 }));
    expect(table.store.stored()).toHaveLength(1);
  });

  it('that the declaration cannot handle is a fault on our side, and not of the provider', async () => {
    const broken = (to: () => unknown) => world({ hook: { ...providers, to: to as never } }).tell(settled('evt_1'));
    await expect(broken(() => ({ to: 'other-1', command: { type: 'Settle', data: { amount: 5 } } }))).rejects.toThrow(
      "made a command to 'other-1', which is no stream of payment",
    );
    await expect(broken(() => send(payment, 'a b', 'Settle' as never, { amount: 5 } as never))).rejects.toThrow('no stream');
    await expect(broken(() => send(payment, '1', 'Settle' as never, { amount: 0.5 } as never))).rejects.toThrow('does not fit');
    await expect(broken(() => send(payment, '1', 'Forget' as never, {} as never))).rejects.toThrow("add 'hook' to its `may`");
  });
});

describe('the declaration of a hook', () => {
  const fault =
    (over: object, manifest: object = {}) =>
    () =>
      defineManifest({ aggregates: [payment], projections: [], hooks: { pay: { ...providers, ...over } }, ...manifest });
  it.each<[string, object, string]>([
    ['signs no body', { verify: hmac({ secret: 's', header: 'h', signed: '{timestamp}', timestamp: { header: 't' } }) }, 'body'],
    ['has a timestamp that is not signed', { verify: hmac({ secret: 's', header: 'h', timestamp: { header: 't' } }) }, 'anybody'],
    [
      'signs a timestamp from nowhere',
      { verify: hmac({ secret: 's', header: 'h', signed: '{timestamp}{body}' }) },
      'where it is',
    ],
    ['has a secret whose name grants all', { verify: hmac({ secret: '*', header: 'h' }) }, 'is not a name'],
    ['sends to an aggregate without such a command', { sends: { ...payment, commands: {} } }, 'not in `aggregates`'],
    ['keeps events for ever', { repeatedForDays: 1_000 }, 'from 1 to 90'],
  ])('that %s is refused', (_, over, words) => expect(fault(over)).toThrow(words));

  it('names no other one, and nobody else', () => {
    expect(fault({})).not.toThrow();
    expect(fault({}, { hooks: { payIt: providers, payit: providers } })).not.toThrow();
    expect(fault({}, { hooks: { Pay: providers } })).toThrow('beginning with a small letter');
    expect(fault({}, { hooks: { payment: providers } })).toThrow('the name of something else');
  });
});

import * as z from 'zod';
import {
  command,
  decider,
  defineManifest,
  type EventOf,
  effect,
  hook,
  perform,
  process,
  send,
  standardWebhooks,
  v1,
} from '../../../../lib/index.ts';

const paymentEvents = {
  PaymentAsked: v1(z.object({ amount: z.int(), receiver: z.string() })),
  PaymentCharged: v1(z.object({ charge: z.string() })),
  PaymentDeclined: v1(z.object({ why: z.string() })),
  PaymentUnclear: v1(z.object({ why: z.string() })),
  ReceiverTold: v1(z.object({})),
  PaymentSettled: v1(z.object({ amount: z.int() })),
};
type PaymentEvent = EventOf<typeof paymentEvents>;

type Payment = Readonly<{ asked: boolean; settled: number }>;

/** A payment is asked for, charged by a provider, told to a receiver, and settled by an event of the provider. */
const payment = decider<Payment, PaymentEvent>()({
  category: 'payment',
  events: paymentEvents,
  commands: {
    Ask: command(['user'], z.strictObject({ amount: z.int(), receiver: z.string() })),
    Charge: command(['process'], z.strictObject({ charge: z.string() })),
    Decline: command(['process'], z.strictObject({ why: z.string() })),
    Doubt: command(['process'], z.strictObject({ why: z.string() })),
    NoteTold: command(['process'], z.strictObject({})),
    Settle: command(['hook'], z.strictObject({ amount: z.int() })),
  },
  initial: { asked: false, settled: 0 },
  decide: {
    Ask: ({ asked }, data) => (asked ? [] : [{ type: 'PaymentAsked', data }]),
    Charge: (_, data) => [{ type: 'PaymentCharged', data }],
    Decline: (_, data) => [{ type: 'PaymentDeclined', data }],
    Doubt: (_, data) => [{ type: 'PaymentUnclear', data }],
    NoteTold: (_, data) => [{ type: 'ReceiverTold', data }],
    Settle: (_, data) => [{ type: 'PaymentSettled', data }],
  },
  evolve: {
    PaymentAsked: (state) => ({ ...state, asked: true }),
    PaymentCharged: (state) => state,
    PaymentDeclined: (state) => state,
    PaymentUnclear: (state) => state,
    ReceiverTold: (state) => state,
    PaymentSettled: (state, { amount }) => ({ ...state, settled: state.settled + amount }),
  },
});

const tries = { retries: { first: { seconds: 1 }, longest: { seconds: 2 } }, circuit: { opensAfter: 1_000 } };

export const chargeCard = effect({
  name: 'chargeCard',
  input: v1(z.object({ payment: z.string(), amount: z.int() })),
  answer: v1(z.object({ charge: z.string() })),
  timeout: { seconds: 1 },
  giveUp: { minutes: 10 },
  rate: { perSecond: 50, atOnce: 4 },
  secrets: ['provider'],
  ...tries,
});

export const tellReceiver = effect({
  name: 'tellReceiver',
  input: v1(z.object({ payment: z.string(), url: z.string() })),
  answer: v1(z.object({})),
  timeout: { seconds: 5 },
  giveUp: { minutes: 10 },
  secrets: ['receiver'],
  ...tries,
});

const memory = v1(z.object({ payment: z.string(), url: z.string() }));
type Memory = ReturnType<typeof memory.parse>;

const paymentProcess = process<Memory, PaymentEvent>()({
  category: 'paymentProcess',
  from: [payment],
  sends: [payment],
  effects: [chargeCard, tellReceiver],
  since: '2026-11-01T00:00:00.000Z',
  memory,
  initial: { payment: '', url: '' },
  instance: ({ entityId }) => entityId,
  on: {
    PaymentAsked: (_, { entityId, data }) => ({
      memory: { payment: entityId, url: data.receiver },
      perform: [
        perform(
          chargeCard,
          { payment: entityId, amount: data.amount },
          { done: 'charged', refused: 'declined', timedOut: 'unanswered' },
        ),
      ],
    }),
  },
  onDone: {
    charged: ({ payment: id, url }, performed) => ({
      send: performed.effect === 'chargeCard' ? [send(payment, id, 'Charge', { charge: performed.answer.charge })] : [],
      perform: [perform(tellReceiver, { payment: id, url }, { done: 'told', timedOut: 'unanswered' })],
    }),
    told: ({ payment: id }) => ({ send: [send(payment, id, 'NoteTold', {})], end: 'told' }),
  },
  onRefused: {
    declined: ({ payment: id }, { reason }) => ({ send: [send(payment, id, 'Decline', { why: reason })], end: 'declined' }),
  },
  onTimedOut: {
    unanswered: ({ payment: id }, { why }) => ({ send: [send(payment, id, 'Doubt', { why })], end: 'unclear' }),
  },
});

const bank = hook({
  sends: payment,
  verify: standardWebhooks({ secret: '{environment}/bank' }),
  body: z.object({ event: z.string(), type: z.string(), payment: z.string(), amount: z.int() }),
  id: ({ event }) => event,
  to: ({ type, payment: id, amount }) => (type === 'settled' ? send(payment, id, 'Settle', { amount }) : undefined),
});

/** Payments through a provider, for tests over HTTP. */
export const manifest = defineManifest({ aggregates: [payment], projections: [], processes: [paymentProcess], hooks: { bank } });

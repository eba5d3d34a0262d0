import fc from 'fast-check';
import type { Actor } from '../../lib/core/access.ts';
import type { CommandRequest } from '../../lib/engine/command/request.ts';
import type { Odds } from '../support/network.ts';

/** One command of a client, and how it is sent. */
export type Step = Readonly<{
  at: number;
  /** Sent after the restore, where there is one. */
  late: boolean;
  stream: number;
  instance: number;
  /** Sent to an instance that has just been started. */
  cold: boolean;
  type: 'Open' | 'Deposit' | 'Withdraw' | 'Close' | 'Glance';
  amount: number;
  by: 'ada' | 'bob' | 'operator' | 'process';
  keyed: boolean;
  expect: number | undefined;
  /** The same request again as an earlier step's, or another one under its key. */
  like: Readonly<{ step: number; other: boolean }> | undefined;
  repeats: number;
  /** Sent twice at the same time, to two instances. */
  twin: boolean;
}>;

export type Scenario = Readonly<{
  seed: number;
  instances: number;
  odds: Odds;
  steps: readonly Step[];
  jumps: readonly Readonly<{ at: number; instance: number; by: number }>[];
  restore: Readonly<{ at: number; keep: number }> | undefined;
}>;

const actors: Readonly<Record<Step['by'], Actor>> = {
  ada: { id: 'ada', kind: 'user', roles: [] },
  bob: { id: 'bob', kind: 'user', roles: [] },
  operator: { id: 'olga', kind: 'user', roles: ['operator'] },
  process: { id: 'transfer', kind: 'process', roles: [] },
};

const requestOf = ({ stream, type, amount, by, keyed, expect }: Step, i: number, start: number): CommandRequest => {
  const data = { Open: { currency: 'EUR' }, Close: { reason: 'moved' }, Glance: {} }[type as string] ?? {
    amount,
    currency: 'EUR',
  };
  const command = { type, data };
  const isProcess = by === 'process';
  const repeatable = keyed || isProcess;
  return {
    stream: `account-${stream}`,
    command,
    actor: actors[by],
    id: isProcess ? `process/${i}` : keyed ? `http/${i}` : `request/${i}`,
    ...(repeatable && { digest: JSON.stringify([by, command]) }),
    ...(expect !== undefined && !isProcess && { expectedVersion: expect }),
    ...(isProcess && { causeAt: new Date(start + Math.min(amount, 30) * 100).toISOString() }),
    meta: { correlation: `c-${i}`, causation: `r-${i}` },
  };
};

export const requestsOf = ({ steps }: Scenario, start: number): readonly CommandRequest[] => {
  const requests: CommandRequest[] = [];
  steps.forEach((step, i) => {
    const earlier = step.like && requests[step.like.step % Math.max(1, i)];
    if (!step.like || earlier?.digest === undefined) requests.push(requestOf(step, i, start));
    // A process's id follows from what it decided, and lies in a namespace that no caller reaches: nothing else is ever sent under it.
    else if (!step.like.other || earlier.actor.kind === 'process') requests.push(earlier);
    else {
      const other = requestOf({ ...step, type: 'Deposit', amount: 100 + i, by: 'ada', keyed: true }, i, start);
      requests.push({ ...other, stream: earlier.stream, id: earlier.id });
    }
  });
  return requests;
};

const step: fc.Arbitrary<Step> = fc.record({
  at: fc.nat(2_000),
  late: fc.boolean(),
  stream: fc.constantFrom(0, 0, 0, 1),
  instance: fc.nat(2),
  cold: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
  type: fc.constantFrom<Step['type'][]>(
    'Deposit',
    'Deposit',
    'Deposit',
    'Withdraw',
    'Withdraw',
    'Withdraw',
    'Open',
    'Close',
    'Glance',
  ),
  amount: fc.integer({ min: 1, max: 30 }),
  by: fc.constantFrom<Step['by'][]>('ada', 'ada', 'ada', 'ada', 'process', 'process', 'bob', 'operator'),
  keyed: fc.boolean(),
  expect: fc.option(fc.nat(12), { nil: undefined, freq: 8 }),
  like: fc.option(fc.record({ step: fc.nat(40), other: fc.integer({ min: 0, max: 3 }).map((n) => n === 0) }), {
    nil: undefined,
    freq: 2,
  }),
  repeats: fc.nat(3),
  twin: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
});

const opening = (stream: number): Step => ({
  at: 0,
  late: false,
  stream,
  instance: stream,
  cold: false,
  type: 'Open',
  amount: 1,
  by: 'ada',
  keyed: true,
  expect: undefined,
  like: undefined,
  repeats: 3,
  twin: false,
});

const calm = { fails: 0, loses: 0, retries: 0, crashes: 0 };
const rough = { fails: 0.03, loses: 0.06, retries: 0.06, crashes: 0.04 };

/** A process's commands for a customer without money: one refused command after the other. */
const strangers: fc.Arbitrary<readonly Step[]> = fc
  .record({ at: fc.nat(1_500), steps: fc.array(step, { minLength: 20, maxLength: 40, size: 'max' }) })
  .map(({ at, steps }) =>
    steps.map((one, i) => ({
      ...{ ...one, at: at + 5 * i, stream: 0, cold: false, type: 'Withdraw', amount: 1_000_000, by: 'process' },
      ...{ like: undefined, repeats: 0, twin: false },
    })),
  );

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(),
  instances: fc.integer({ min: 1, max: 3 }),
  odds: fc.constantFrom(calm, rough, rough),
  steps: fc
    .tuple(fc.array(step, { minLength: 8, maxLength: 48, size: 'max' }), fc.option(strangers, { nil: [], freq: 1 }))
    .map(([steps, others]) => [opening(0), opening(1), ...steps, ...others]),
  jumps: fc.array(
    fc.record({
      at: fc.nat(2_000),
      instance: fc.nat(2),
      by: fc.constantFrom(-7_200_000, -6_000, -1_000, 4_000, 6_000, 7_200_000),
    }),
    {
      maxLength: 4,
    },
  ),
  restore: fc.option(
    fc.record({ at: fc.integer({ min: 300, max: 1_500 }), keep: fc.double({ min: 0.2, max: 1, noNaN: true }) }),
    { nil: undefined, freq: 4 },
  ),
});

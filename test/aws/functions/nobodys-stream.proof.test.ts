import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Actor } from '../../../lib/core/access.ts';
import { ProblemError } from '../../../lib/core/problem.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { answerCommand } from '../../../lib/http/command.ts';
import { answerHistory } from '../../../lib/http/history.ts';
import type { HttpRequest } from '../../../lib/http/request.ts';
import { ada, asks, bob, instanceOver, memoryTable, operator, robot } from '../../support/examples/commanding.ts';

/** One HTTP request, and the number of a process's commands that the same stream refuses before it. */
type Step = Readonly<{
  refusedBefore: number;
  request: Pick<HttpRequest, 'route' | 'path' | 'query' | 'headers' | 'body' | 'actor'>;
}>;

const actor = fc.constantFrom(ada, ada, bob, operator);
const headers = fc.record(
  { 'if-match': fc.constantFrom('"0"', '"1"', '*'), 'idempotency-key': fc.constantFrom('k1', 'k2') },
  { requiredKeys: [] },
);
const money = { amount: 5, currency: 'EUR' };
const commands: readonly (readonly [string, object])[] = [
  ['open', { currency: 'EUR' }],
  ['deposit', money],
  ['withdraw', money],
  ['close', { reason: 'moved' }],
  ['glance', {}],
  ['glance', {}],
];
const posts = (actor: Actor, [command, body]: (typeof commands)[number], headers: HttpRequest['headers'] = {}) => ({
  route: 'POST /account/{id}/{command}',
  path: { id: '1', command },
  query: {},
  headers,
  body: JSON.stringify(body),
  actor,
});
const commandStep = fc
  .tuple(actor, fc.constantFrom(...commands), headers)
  .map(([actor, command, headers]) => posts(actor, command, headers));
const instants = ['2026-11-21T11:59:00Z', '2026-11-21T12:00:03Z', '2026-11-21T12:00:30Z', '2099-01-01T00:00:00Z'] as const;
const moment = fc.constantFrom('0', '1', ...instants);
const history = '/streams/{category}/{id}';
const readStep = fc
  .tuple(
    actor,
    fc.oneof(
      fc.constantFrom('0', '1').map((version) => [`${history}/state`, { version }] as const),
      fc.constantFrom(...instants).map((at) => [`${history}/state`, { at }] as const),
      fc.tuple(moment, moment).map(([from, to]) => [`${history}/diff`, { from, to }] as const),
      fc
        .record(
          {
            limit: fc.constantFrom('1', '5'),
            direction: fc.constantFrom('newest-first', 'oldest-first'),
            since: fc.constantFrom(...instants),
          },
          { requiredKeys: [] },
        )
        .map((query) => [history, query] as const),
    ),
  )
  .map(([actor, [route, query]]) => ({
    route: `GET ${route}`,
    path: { category: 'account', id: '1' },
    query,
    headers: {},
    body: '',
    actor,
  }));
const some = fc.array(fc.record({ refusedBefore: fc.nat(3), request: fc.oneof(commandStep, readStep) }), { maxLength: 5 });
/** Before and after it is opened. */
const steps = fc
  .tuple(some, fc.nat(2), some)
  .map(([before, refusedBefore, after]): readonly Step[] => [
    ...before,
    { refusedBefore, request: posts(ada, ['open', { currency: 'EUR' }]) },
    ...after,
  ]);
/** The answers to all steps, with or without the refused commands of a process. */
const played = async (steps: readonly Step[], isSentTo: boolean) => {
  const table = memoryTable();
  // Snapshots soon: also of a stream with nothing but refusals.
  const commanding = instanceOver(table, { settings: { ...defaultSettings, snapshotBytes: 300 } });
  const isOpen = () => table.store.stored().some(({ events }) => events.length > 0);
  const answers = [];
  for (const { refusedBefore, request } of steps) {
    table.clock.advance(1_000);
    for (let i = 0; isSentTo && !isOpen() && i < refusedBefore; i++)
      expect(
        await handleCommand(commanding, asks('Withdraw', { amount: 1_000_000, currency: 'EUR' }, { actor: robot })),
      ).toMatchObject({ outcome: 'committed', commit: { events: [] } });
    const whole = { ...request, correlation: 'c', requestId: 'r' };
    const { status, body, headers } = await (request.route.startsWith('POST')
      ? answerCommand(commanding, whole)
      : answerHistory(new Map([['account', commanding]]), whole)
    ).catch((error) => {
      if (!(error instanceof ProblemError)) throw error;
      return { status: error.problem.status, body: error.problem, headers: {} };
    });
    answers.push({
      asks: [request.actor.id, request.route, request.query, request.path.command],
      isOpen: isOpen(),
      status,
      body,
      headers,
    });
  }
  return answers;
};

/** Removes the numbers of commits and the page tokens: by these an owner can see that there were refusals. */
const numbers = ['commit', 'cursor', 'consistency-token'];
const withoutNumbers = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer, (name, value) => (numbers.includes(name) ? undefined : value)));

it('nobody can tell a stream with only refused commands of processes from a missing one, and its later owner only by the commit numbers', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      const [sentTo, none] = [await played(steps, true), await played(steps, false)];
      const unopened = none.findIndex(({ isOpen }) => isOpen);
      expect(sentTo.slice(0, unopened)).toEqual(none.slice(0, unopened));
      expect(withoutNumbers(sentTo.slice(unopened))).toEqual(withoutNumbers(none.slice(unopened)));
    }),
    { numRuns: 150 },
  );
});

import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { user } from '../../lib/core/access.ts';
import { ProblemError } from '../../lib/core/problem.ts';
import type { Commanding } from '../../lib/engine/command/request.ts';
import { answerCommand } from '../../lib/http/command.ts';
import { problemResponse } from '../../lib/http/problem.ts';
import type { HttpRequest } from '../../lib/http/request.ts';
import { memoryBox, memorySubjectKeys } from '../../lib/testing/memory/personal.ts';
import { customer } from '../support/apps/customer/decider.ts';
import { instanceOver, memoryTable } from '../support/examples/commanding.ts';
import { runs } from '../support/runs.ts';

const text = fc.constantFrom('MARKED', 'MARKED@example.com', ' MARKED\u0000', 'MARKED'.repeat(60_000));
const value = fc.oneof(text, fc.constant(''), fc.array(text, { maxLength: 2 }), fc.record({ MARKED: text }), fc.constant(7));
const fields = ['name', 'email', 'birthDate', 'street', 'city', 'friend', 'friendName', 'note', 'unknown'];
const body = fc.oneof(
  { weight: 3, arbitrary: fc.record({ name: text, email: fc.constant('MARKED@example.com') }) },
  { weight: 1, arbitrary: fc.record({ street: text, city: text }) },
  { weight: 3, arbitrary: fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 5 }) },
  { weight: 1, arbitrary: fc.record({ email: fc.record({ '~': fc.constant('0sMARKED') }) }) },
);
const sent = fc.record({
  id: fc.constantFrom('c1', 'c2', 'c3'),
  type: fc.constantFrom('register', 'register', 'change-email', 'move', 'recommend', 'nothing'),
  raw: fc.oneof({ weight: 9, arbitrary: body.map((data) => JSON.stringify(data)) }, fc.constant('{"name": MARKED')),
  headers: fc.constantFrom<HttpRequest['headers']>({}, { 'idempotency-key': 'k1' }, { 'if-match': '"9"' }, { 'dry-run': 'true' }),
  fault: fc.constantFrom<Fault>('none', 'none', 'none', 'store', 'keys', 'erased', 'no keys', 'wrong event'),
});
/** Two with one address: the second is refused. */
const registers = (id: 'c1' | 'c2') =>
  ({
    id,
    type: 'register',
    raw: JSON.stringify({ name: 'MARKED', email: 'MARKED@example.com' }),
    headers: {},
    fault: 'none',
  }) as const;
type Fault = 'none' | 'store' | 'keys' | 'erased' | 'no keys' | 'wrong event';

/** What a caller is shown and what is logged of an error: a fault on our side is logged whole, with its causes. */
const shown = (error: unknown): unknown => {
  const isTold = error instanceof ProblemError && error.problem.status < 500;
  return [error instanceof ProblemError && problemResponse(error.problem, 'c-1'), !isTold && inspect(error, { depth: 20 })];
};

test('no answer, log line or fault of a command shows a personal value', async () => {
  const kinds = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 8 }), async (requests) => {
      const table = memoryTable();
      const keys = memorySubjectKeys();
      const faulty = (fault: Fault): Partial<Commanding> => {
        const down = async (): Promise<never> => {
          throw new Error('It is down.');
        };
        if (fault === 'store') return { store: { ...table.store, append: down, appendTogether: down } };
        if (fault === 'keys') return { personal: { keys: { ...keys, publicHalf: down }, box: memoryBox() } };
        if (fault === 'wrong event') {
          const decide = Object.fromEntries(
            Object.keys(customer.decide).map((type) => [
              type,
              (_: unknown, data: unknown) => [{ type: 'CustomerRegistered', data: { name: [data], email: 'a@example.com' } }],
            ]),
          );
          return { decider: { ...customer, decide } as never };
        }
        return {};
      };
      for (const { id, type, raw, headers, fault } of requests) {
        if (fault === 'erased') await keys.erase(id);
        const { personal, ...commanding } = instanceOver(table, {
          decider: customer as never,
          personal: { keys, box: memoryBox() },
          ...faulty(fault),
        });
        const given = fault === 'no keys' || !personal ? commanding : { ...commanding, personal };
        const request: HttpRequest = {
          route: 'POST /customer/{id}/{command}',
          path: { id, command: type },
          query: {},
          headers,
          body: raw,
          actor: user('ada'),
          correlation: 'c-1',
          requestId: 'r-1',
        };
        const answer = await answerCommand(given, request).catch((error: unknown) => {
          kinds.add(error instanceof ProblemError ? error.problem.kind : 'fault');
          return shown(error);
        });
        expect(inspect([answer, table.log.lines], { depth: 20 })).not.toContain('MARKED');
      }
    }),
    { numRuns: runs(150), examples: [[(['c1', 'c2'] as const).map(registers)]] },
  );
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      'not-json',
      'invalid-command',
      'not-registered',
      'subject-erased',
      'email-taken',
      'stale-version',
      'fault',
    ]),
  );
});

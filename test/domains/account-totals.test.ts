import fc from 'fast-check';
import { describe, it } from 'vitest';
import { accountTotals } from '../../domains/account/projections/totals.ts';
import type { Commit } from '../../lib/core/commit.ts';
import type { Message } from '../../lib/core/message.ts';
import type { AnyProjection, AnySharedRows } from '../../lib/core/projection.ts';
import { withCursors } from '../../lib/engine/view/kinds/index.ts';
import { projectBatch } from '../../lib/engine/view/project.ts';
import type { Projecting } from '../../lib/engine/view/projecting.ts';
import { sharing } from '../../lib/testing/index.ts';
import { memoryClock, memoryKeys, memoryLog, memoryStore, memoryView } from '../../lib/testing/ports.ts';
import { distantView } from '../support/examples/distant-view.ts';
import { checkRows } from '../support/examples/sharing.ts';
import { commitOf } from '../support/store/commits.ts';

const opened = (owner = 'ada', currency = 'EUR') => ({ type: 'AccountOpened', data: { owner, currency } }) as const;
const deposited = (amount: number) => ({ type: 'MoneyDeposited', data: { amount, currency: 'EUR' } }) as const;
const withdrawn = (amount: number) => ({ type: 'MoneyWithdrawn', data: { amount, currency: 'EUR' } }) as const;
const closed = { type: 'AccountClosed', data: { reason: 'moved' } } as const;

describe('account-totals', () => {
  const given = sharing(accountTotals);

  it('is empty before there is an account', () => given({ a: [] }).rows({}));
  it('counts accounts and adds up what is on them', () =>
    given({ a: [opened(), deposited(50)], b: [[opened(), deposited(7)], withdrawn(3)], c: [opened('bob'), deposited(1)] }).rows({
      ada: { open: 2, closed: 0, balances: { EUR: 54 } },
      bob: { open: 1, closed: 0, balances: { EUR: 1 } },
    }));
  it('counts what processes move', () => {
    const movement = (amount: number) => ({ amount, currency: 'EUR', purpose: 'transfer', reference: 'transfer-t1' });
    const credited = { type: 'MoneyCredited', data: movement(9) } as const;
    const debited = { type: 'MoneyDebited', data: movement(4) } as const;
    given({ a: [opened(), credited, debited] }).rows({ ada: { open: 1, closed: 0, balances: { EUR: 5 } } });
  });
  it('keeps currencies apart', () =>
    given({ a: [opened(), deposited(5)], b: [opened('ada', 'USD'), deposited(6)] }).rows({
      ada: { open: 2, closed: 0, balances: { EUR: 5, USD: 6 } },
    }));
  it('keeps who has closed everything', () =>
    given({ a: [opened(), deposited(5), withdrawn(5), closed] }).rows({ ada: { open: 0, closed: 1, balances: {} } }));
  it('belongs to the owner of the accounts', () => given({ a: [opened()] }).ownedBy('ada', 'ada'));
});

describe('any behaviour of the bus', () => {
  const movement: fc.Arbitrary<Message> = fc.oneof(
    fc.integer({ min: 1, max: 99 }).map(deposited),
    fc.integer({ min: 1, max: 99 }).map(withdrawn),
  );
  const life = fc
    .tuple(fc.constantFrom('ada', 'bob'), fc.constantFrom('EUR', 'USD'), fc.array(movement, { maxLength: 5 }), fc.boolean())
    .map(([owner, currency, movements, closes]): Message[] => [
      opened(owner, currency),
      ...movements,
      ...(closes ? [closed] : []),
    ]);

  it('the totals are the sum over the folds of all accounts', async () => {
    const any = accountTotals as unknown as AnyProjection & AnySharedRows;
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 5 }), fc.integer(), async (lives, seed) => {
        const histories = lives.map((events, i) =>
          events.map(({ type, data }, n) => commitOf(`account-${i}`, n + 1, { events: [{ type, v: 1, data }] })),
        );
        const [store, view] = [memoryStore(), memoryView()];
        for (const commit of histories.flat()) await store.append(commit);
        const { random } = memoryKeys(seed);
        const instance = (odds: number): Projecting => ({
          projection: any,
          store,
          view: withCursors(any, distantView(view, random, { before: odds, after: odds })),
          clock: memoryClock(),
          log: memoryLog(),
        });
        const twice: Commit[] = [...histories.flat(), ...histories.flat().filter(() => random() < 0.3)];
        let open = twice.toSorted(() => random() - 0.5);
        for (let round = 0; open.length > 0; round++) {
          const batches = [0, 1, 2].map((third) => open.filter((_, i) => i % 3 === third));
          const failed = batches.map(async (batch) => {
            const deliveries = batch.map((commit, i) => ({ id: String(i), delivered: { ...commit, types: [] } }));
            const ids = await projectBatch(instance(round < 30 ? 0.08 : 0), deliveries);
            return batch.filter((_, i) => ids.includes(String(i)));
          });
          open = (await Promise.all(failed)).flat();
        }
        await checkRows(withCursors(any, view), any, histories);
      }),
      { numRuns: 40 },
    );
  });
});

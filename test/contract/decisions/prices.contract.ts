import { describe, expect, it } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { order } from '../../../domains/order/decider.ts';
import { product } from '../../../domains/product/decider.ts';
import type { Actor } from '../../../lib/core/access.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import type { Clock, Store } from '../../../lib/engine/ports.ts';
import { memorySnapshots } from '../../../lib/testing/memory/snapshots.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';
import { pricesFault } from '../../simulation/facts/prices.ts';
import { instanceOver, memoryTable, operator } from '../../support/examples/commanding.ts';
import { historyOf } from '../../support/store/stream-history.ts';

const callers = 16;
/** Each caller places so many orders at least, and goes on until the prices have changed so often. */
const [leastOrders, leastChanges] = [2, 8];
const mostTries = 100;
const pauseMilliseconds = 300;
const skus = ['first', 'second'] as const;
const lines = skus.map((sku) => ({ sku, quantity: 1 }));

/** A function with caches of its own. */
const functionOver = (store: Store, clock: Clock) => {
  const table = { ...memoryTable(), store: store as ReturnType<typeof memoryTable>['store'], snapshots: memorySnapshots() };
  const of = (decider: AnyDecider, others: ReadonlyMap<string, Commanding> = new Map()) =>
    instanceOver(table, { decider, code: decider.category, others, clock, cache: stateCache(100_000) });
  const readings = [account, product].map((each) => [each.category, of(each as AnyDecider)] as const);
  return { product: of(product as AnyDecider), order: of(order as AnyDecider, new Map(readings)) };
};

let made = 0;

/** Sends a command again as long as others are in its way, as callers do. */
const send = async (on: Commanding, actor: Actor, stream: string, type: string, data: object): Promise<Commit> => {
  made += 1;
  const id = `http/prices-${made}`;
  for (let tries = 0; tries < mostTries; tries++) {
    const meta = { correlation: `c-${made}`, causation: `r-${made}` };
    const answer = await handleCommand(on, { stream, command: { type, data }, actor, id, digest: id, meta });
    if (answer.outcome === 'committed') return answer.commit;
    if (answer.outcome !== 'contended') throw new Error(`${stream} answers ${JSON.stringify(answer)}`);
  }
  throw new Error(`${stream} was contended ${mostTries} times.`);
};

/** The number of the last commit of each product whose answer has come. */
type Told = Record<string, number>;
type Placed = Readonly<{ commit: Commit; before: Told; after: Told }>;

const setPrices = async (store: Store, clock: Clock, told: Told, isOver: () => boolean) => {
  const { product: on } = functionOver(store, clock);
  for (let price = 2; !isOver(); price++) {
    for (const sku of skus) told[sku] = (await send(on, operator, `product-${sku}`, 'SetPrice', { price })).commit;
    // Without any pause no order would ever find a moment on an engine.
    await clock.wait(pauseMilliseconds);
  }
};

const place = async (store: Store, clock: Clock, told: Told, caller: number): Promise<readonly Placed[]> => {
  const { order: on } = functionOver(store, clock);
  const placed: Placed[] = [];
  for (let n = 0; n < leastOrders || told.second! < leastChanges; n++) {
    const before = { ...told };
    const actor: Actor = { id: `customer-${caller}`, kind: 'user', roles: [] };
    const commit = await send(on, actor, `order-${caller}-${n}`, 'Place', { lines, currency: 'EUR' });
    placed.push({ commit, before, after: { ...told } });
  }
  return placed;
};

/** Orders of many callers at prices that change meanwhile. On an engine the clock must really wait: without that one side would starve the other. */
export const pricesContract = (name: string, make: () => Promise<Store> | Store, clock: Clock = memoryClock()) =>
  describe(`prices: ${name}`, () => {
    it(`are those of the catalogue at one moment, for orders of ${callers} callers while they change`, async () => {
      const store = await make();
      const { product: on } = functionOver(store, clock);
      const told: Told = {};
      for (const sku of skus) {
        const texts = { name: sku, description: '', currency: 'EUR' };
        told[sku] = (await send(on, operator, `product-${sku}`, 'List', { ...texts, price: 1 })).commit;
      }
      let isOver = false;
      const changes = setPrices(store, clock, told, () => isOver);
      const all = Promise.all(Array.from({ length: callers }, (_, caller) => place(store, clock, told, caller)));
      const placed = await all.finally(() => {
        isOver = true;
      });
      await changes;
      const histories = new Map<string, readonly Commit[]>(
        await Promise.all(skus.map(async (sku) => [`product-${sku}`, await historyOf(store, `product-${sku}`)] as const)),
      );
      for (const { commit, before, after } of placed.flat()) {
        expect(await store.find(commit.stream, 1)).toEqual(commit);
        expect(pricesFault(commit, (stream) => histories.get(stream) ?? [])).toBeUndefined();
        const [first, second] = skus.map((sku) => commit.facts!.find(({ stream }) => stream === `product-${sku}`)!.commit);
        // The first price is always changed before the second one: at every moment it is at the same number, or one ahead.
        expect([second, second! + 1]).toContain(first);
        // No price that had been replaced before the order was sent, and none that was set after its answer.
        expect(first).toBeGreaterThanOrEqual(before.first!);
        expect(second).toBeGreaterThanOrEqual(before.second!);
        expect(first).toBeLessThanOrEqual(after.first! + 1);
        expect(second).toBeLessThanOrEqual(after.second! + 1);
      }
    });
  });

import { account } from '../../../domains/account/decider.ts';
import { order } from '../../../domains/order/decider.ts';
import { product } from '../../../domains/product/decider.ts';
import { defineManifest, user } from '../../../lib/index.ts';
import type { Invariant, Simulation, Tamper, Workload } from '../../../lib/testing/simulator.ts';
import { pricesFault } from './prices.ts';

const manifest = defineManifest({ aggregates: [account, product, order], projections: [] });
const ada = user('ada');
const operator = user('olga', 'operator');
const skus = ['s', 'r'] as const;

/** Few products whose prices move and which are withdrawn, beside the orders that are placed at them. */
const ordering: Workload = (dice, n) => {
  const ofProduct = (id: string, type: string, data: object) => ({ category: 'product', id, type, data, actor: operator });
  const listed = skus[n];
  if (listed) return ofProduct(listed, 'List', { name: listed, description: '', currency: 'EUR', price: 5 });
  const type = dice.pick(['Place', 'Place', 'Place', 'ChangeLine', 'ChangeLine', 'SetPrice', 'SetPrice', 'Withdraw']);
  const sku = dice.pick(['s', 'r', 's', 'r', 't']);
  if (type === 'SetPrice') return ofProduct(sku, type, { price: 1 + dice.below(9) });
  // A third product comes and goes.
  if (type === 'Withdraw')
    return dice.chance(0.5)
      ? ofProduct('t', type, {})
      : ofProduct('t', 'List', { name: 't', description: '', currency: 'EUR', price: 7 });
  const line = (of: string) => ({ sku: of, quantity: 1 + dice.below(3) });
  const data = type === 'Place' ? { lines: dice.pick([[sku], [...skus]]).map(line), currency: 'EUR' } : line(sku);
  return { category: 'order', id: `o${dice.below(6)}`, type, data, actor: ada };
};

const pricesAreTheCatalogues: Invariant = ({ streams }) => {
  for (const [stream, commits] of streams)
    for (const commit of stream.startsWith('order-') ? commits : []) {
      const fault = pricesFault(commit, (other) => streams.get(other) ?? []);
      if (fault !== undefined) return fault;
    }
  return undefined;
};

/** Orders beside prices that change. */
export const orderingWith = (seed: number, tamper: Tamper = {}): Simulation => ({
  ...{ manifest, seed, workload: ordering, invariants: [pricesAreTheCatalogues], tamper },
  crowd: { commands: 30, within: 600 },
});

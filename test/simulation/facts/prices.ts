import { type Price, priceAt, withPrice } from '../../../domains/product/prices.ts';
import { productEvents } from '../../../events/product.ts';
import { type Commit, readEvent } from '../../../lib/index.ts';

type Line = Readonly<{ sku: string; quantity: number; price: number }>;

const linesIn = ({ events }: Commit): readonly Line[] =>
  events.flatMap(({ type, data }) => {
    if (type === 'OrderPlaced') return (data as { lines: readonly Line[] }).lines;
    return type === 'LineChanged' ? [data as Line].filter(({ quantity }) => quantity > 0) : [];
  });

const pricesIn = (commits: readonly Commit[]): readonly Price[] =>
  commits
    .flatMap(({ events }) => events)
    .map((stored) => readEvent(productEvents, stored) as Readonly<{ type: string; data: unknown }>)
    .reduce<readonly Price[]>((prices, { type, data }) => (type === 'PriceSet' ? withPrice(prices, data as Price) : prices), []);

/** What is wrong with the prices of an order's commit, from history alone: each is the one that held in the catalogue that the commit says it rests on. */
export const pricesFault = (commit: Commit, commitsOf: (stream: string) => readonly Commit[]): string | undefined => {
  for (const { sku, price } of linesIn(commit)) {
    const place = `${commit.stream} ${commit.commit}`;
    const seen = commit.facts?.find(({ stream }) => stream === `product-${sku}`);
    if (!seen) return `${place} does not say on which state of ${sku} it rests`;
    const held = priceAt(pricesIn(commitsOf(seen.stream).slice(0, seen.commit)), commit.at);
    if (held !== price) return `${place} sells ${sku} at ${price}, and the catalogue had it at ${held}`;
  }
  return undefined;
};

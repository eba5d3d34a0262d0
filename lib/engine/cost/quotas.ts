import { apiGateway, dynamoDb, eventBridge, lambda } from '../limits.ts';
import type { Count } from './prices.ts';

/** Item collections that all commands write: how many of one form, with the units that a command writes to them together. */
export type SharedKey = Readonly<{ at: string; key: string; keys: number; units: number }>;

/** What one command comes to: in all, by table or index, and under keys that all commands share. */
export type Demand = Readonly<{
  count: Count;
  /** Write units of each table and of each index. */
  tables: Readonly<Record<string, number>>;
  keys: readonly SharedKey[];
}>;

/** A quota, with the commands a second at which it binds. */
export type Bound = Readonly<{ quota: string; limit: number; of: string; rate: number }>;

const byRegion = (quota: Readonly<Record<string, number>> & Readonly<{ elsewhere: number }>, region: string): number =>
  quota[region] ?? quota.elsewhere;

/** The quotas that a load meets, the one that binds first at the beginning. Quotas of the account are the usual ones; AWS raises most on request. */
export const boundsOf = (
  { count, tables, keys }: Demand,
  region: string,
  { isNewAccount = false }: Readonly<{ isNewAccount?: boolean }> = {},
): readonly Bound[] => {
  const { usual, ofNewAccount } = lambda.concurrency;
  // Functions have a gigabyte each.
  const seconds = count.functionGigabyteSeconds;
  const all: readonly (readonly [string, string, number, number | undefined])[] = [
    ['requests to APIs', 'the account', apiGateway.requestsPerSecond.usual, count.apiRequests],
    ['functions at work', isNewAccount ? 'a new account' : 'the account', isNewAccount ? ofNewAccount : usual, seconds],
    ['calls of PutEvents', region, byRegion(eventBridge.callsPerSecond, region), count.busCalls],
    ['events handed to queues by rules', region, byRegion(eventBridge.matchesPerSecond, region), count.messages],
    ...Object.entries(tables).map(
      ([table, units]) => ['write units of a table or index', table, dynamoDb.unitsOfTable.write, units] as const,
    ),
    ...keys.map(
      ({ at, key, keys: many, units }) =>
        ['write units of a key', `${key} in ${at}`, dynamoDb.unitsOfKey.write, units / many] as const,
    ),
  ];
  return all
    .flatMap(([quota, of, limit, used = 0]) => (used > 0 ? [{ quota, of, limit, rate: limit / used }] : []))
    .toSorted((a, b) => a.rate - b.rate);
};

/** The quota that binds first at so many commands a second; none if there is room. */
export const boundAt = (bounds: readonly Bound[], rate: number): Bound | undefined => {
  const [first] = bounds;
  return first && first.rate < rate ? first : undefined;
};

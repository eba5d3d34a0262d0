import { type Mix, mean, parts, zipf } from './mix.ts';
import type { KeyUse, Profile, Work } from './profile.ts';
import { hard, type Raisable } from './quotas.ts';

/** What something is asked for by each command of a mix, and what it gives: the rate of commands at which it is used up follows. */
export type Limit = Readonly<{
  what: string;
  kind: 'key' | 'item' | 'stream' | 'quota';
  /** For each command. */
  needs: number;
  gives: number;
  /** Commands a second at which it is used up. */
  breaksAt: number;
  /** By whom: commands, or the consumer whose writes it holds up. */
  by: string;
}>;

type Used = KeyUse & Readonly<{ by: string; works: number }>;

/** The uses of all work that a command causes, with how often it is done. */
const usesIn = (profile: Profile, mix: Mix): readonly Used[] =>
  parts(profile, mix).flatMap(([share, { command, consumers }]) => {
    const of = (by: string, { uses }: Work, works: number) => uses.map((use) => ({ ...use, by, works: works * share }));
    return [
      of('commands', command, 1),
      ...Object.entries(consumers).map(([name, { commits, full }]) => of(name, full, commits)),
    ].flat();
  });

/** The share of the writes to a family of keys that goes to the hottest of them; 0 where every command has its own. */
export const hottest = ({ key, keys }: KeyUse, mix: Mix): number => {
  if (keys !== undefined) return 1 / keys;
  if (key.includes('{owner}')) return mix.largestOwner;
  return key.includes('{account}') ? zipf(mix.accounts, mix.exponent).share(0) : 0;
};

const limit = (one: Omit<Limit, 'breaksAt'>): Limit => ({
  ...one,
  breaksAt: one.needs > 0 ? one.gives / one.needs : Number.POSITIVE_INFINITY,
});

/** What each key and item that can be hot is asked for. */
export const keyLimits = (profile: Profile, mix: Mix, itemTransactions: number): readonly Limit[] => {
  const top = zipf(mix.accounts, mix.exponent).share(0);
  const shareOf = (use: KeyUse) =>
    use.key.includes('{account}') && use.keys === undefined ? top : hottest(use, { ...mix, accounts: 1 });
  const together = Map.groupBy(usesIn(profile, mix), ({ at, key }) => `${at} ${key}`);
  return [...together.values()].flatMap((uses) => {
    const [{ at, key, keys, by }] = uses as [Used];
    const share = Math.max(...uses.map(shareOf));
    const sum = (of: (use: Used) => number) => uses.reduce((total, use) => total + of(use) * use.works, 0) * share;
    const what = `${at} ${key}${keys !== undefined && keys > 1 ? ` (${keys} keys)` : ''}`;
    return [
      limit({ what, kind: 'key', needs: sum(({ units }) => units), gives: hard.keyWrites, by }),
      limit({ what, kind: 'item', needs: sum(({ transactions }) => transactions), gives: itemTransactions, by }),
    ].filter(({ needs }) => needs > 0);
  });
};

/** What a command asks of everything that AWS raises. */
const quotaLimits = (profile: Profile, mix: Mix, quotas: Raisable): readonly Limit[] => {
  const tables = Map.groupBy(usesIn(profile, mix), ({ at }) => at);
  const quota = (what: string, needs: number, gives: number) => limit({ what, kind: 'quota', needs, gives, by: 'the account' });
  return [
    quota('requests of API Gateway', 1, quotas.apiRequests),
    quota('calls of PutEvents, ten entries each', mean(profile, mix, ({ published }) => published) / 10, quotas.putEvents),
    quota(
      'events to targets of EventBridge',
      mean(profile, mix, ({ matched }) => matched),
      quotas.matches,
    ),
    ...[...tables].map(([table, uses]) =>
      quota(
        `write units of ${table}`,
        uses.reduce((sum, { units, works }) => sum + units * works, 0),
        quotas.tableWrites,
      ),
    ),
  ];
};

/** Everything that can bind, the first one first. */
export const limits = (profile: Profile, mix: Mix, quotas: Raisable, itemTransactions: number): readonly Limit[] =>
  [...keyLimits(profile, mix, itemTransactions), ...quotaLimits(profile, mix, quotas)].sort((a, b) => a.breaksAt - b.breaksAt);

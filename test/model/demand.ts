import { type Mix, mean, parts, zipf } from './mix.ts';
import type { Consumer, Profile, Work } from './profile.ts';
import { hard, type Raisable } from './quotas.ts';

/** What something is asked for by each command of a mix, and what it gives: the rate of commands at which it is used up follows. */
export type Limit = Readonly<{
  what: string;
  kind: 'key' | 'item' | 'quota';
  /** For each command. */
  needs: number;
  gives: number;
  /** Commands a second at which it is used up. */
  breaksAt: number;
  /** By whom: commands, or the consumer whose writes it holds up. */
  by: string;
}>;

/** What some work writes, with who does it and how often: a key's units, or the transactions on an item. */
type Used = Readonly<{
  kind: 'key' | 'item';
  at: string;
  name: string;
  names?: number;
  amount: number;
  by: string;
  works: number;
}>;

const usedBy = (by: string, { uses, items }: Work, works: number): readonly Used[] => [
  ...uses.map(({ at, key, keys, units }) => ({
    kind: 'key' as const,
    at,
    name: key,
    ...(keys !== undefined && { names: keys }),
    amount: units,
    by,
    works,
  })),
  ...items.map(({ at, item, items: all, transactions }) => ({
    ...{ kind: 'item' as const, at, name: item, ...(all !== undefined && { names: all }), amount: transactions },
    ...{ by, works },
  })),
];

/** The uses of all work that a command causes. */
const usesIn = (profile: Profile, mix: Mix): readonly Used[] =>
  parts(profile, mix).flatMap(([share, { command, consumers }]) => [
    ...usedBy('commands', command, share),
    ...Object.entries(consumers).flatMap(([name, { commits, full }]) => usedBy(name, full, commits * share)),
  ]);

/** The part of one owner's writes that is left where those of a batch are made together. */
const togetherIn = ({ merges, batchSize }: Pick<Consumer, 'merges' | 'batchSize'>, at: string, share: number): number =>
  merges?.includes(at) && share > 0 ? (1 - (1 - share) ** batchSize) / (batchSize * share) : 1;

/** The share of the writes to a family that goes to the hottest of it; 0 where every command has its own. */
const hottestOf = (profile: Profile, mix: Mix) => {
  const top = zipf(mix.accounts, mix.exponent).share(0);
  return ({ at, name, names, by }: Used): number => {
    if (names === undefined) return 0;
    const who = new Set([...name.matchAll(/\{(\w+)\}/g)].map(([, each]) => each));
    if (who.has('account')) return who.size === 1 || (who.size === 2 && who.has('owner')) ? top / names : 0;
    if (!who.has('owner')) return who.size === 0 ? 1 / names : 0;
    const consumer = profile.consumers[by];
    return (who.size === 1 ? mix.largestOwner / names : 0) * (consumer ? togetherIn(consumer, at, mix.largestOwner) : 1);
  };
};

/** What each command of a mix asks of the hottest key, or item, of a family. */
export type Asked = Readonly<{
  kind: 'key' | 'item';
  what: string;
  needs: number;
  by: ReadonlyMap<string, number>;
  perAccount: boolean;
}>;

/** Everything that is shared by more than one command, and what is asked of it. */
export const askedOf = (profile: Profile, mix: Mix): readonly Asked[] => {
  const hottest = hottestOf(profile, mix);
  const together = Map.groupBy(usesIn(profile, mix), ({ kind, at, name }) => `${kind} ${at} ${name}`);
  return [...together.values()].flatMap((uses) => {
    const [{ kind, at, name, names }] = uses as [Used];
    const by = new Map<string, number>();
    for (const use of uses) by.set(use.by, (by.get(use.by) ?? 0) + use.amount * use.works * hottest(use));
    const needs = [...by.values()].reduce((sum, each) => sum + each, 0);
    const what = `${at} ${name}${names !== undefined && names > 1 ? ` (${names} ${kind}s)` : ''}`;
    return needs > 0 ? [{ kind, what, needs, by, perAccount: name.includes('{account}') }] : [];
  });
};

const limit = (one: Omit<Limit, 'breaksAt'>): Limit => ({
  ...one,
  breaksAt: one.needs > 0 ? one.gives / one.needs : Number.POSITIVE_INFINITY,
});

/** The keys and items that can be hot. */
export const keyLimits = (profile: Profile, mix: Mix, itemTransactions: number): readonly Limit[] =>
  askedOf(profile, mix).map(({ kind, what, needs, by }) =>
    limit({ what, kind, needs, gives: kind === 'key' ? hard.keyWrites : itemTransactions, by: [...by.keys()].join(', ') }),
  );

/** What a command asks of everything that AWS raises. */
const quotaLimits = (profile: Profile, mix: Mix, quotas: Raisable): readonly Limit[] => {
  const tables = Map.groupBy(
    usesIn(profile, mix).filter(({ kind }) => kind === 'key'),
    ({ at }) => at,
  );
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
        uses.reduce((sum, { amount, works }) => sum + amount * works, 0),
        quotas.tableWrites,
      ),
    ),
  ];
};

/** Everything that can bind, the first one first. */
export const limits = (profile: Profile, mix: Mix, quotas: Raisable, itemTransactions: number): readonly Limit[] =>
  [...keyLimits(profile, mix, itemTransactions), ...quotaLimits(profile, mix, quotas)].sort((a, b) => a.breaksAt - b.breaksAt);

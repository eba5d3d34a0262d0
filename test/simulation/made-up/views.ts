import type { AnyDecider } from '../../../lib/core/decider.ts';
import { type AnyProjection, rowKey } from '../../../lib/core/projection.ts';
import type { Dice } from '../../../lib/testing/simulation/dice.ts';
import { type AggregateDesign, amountOf, type Data } from './aggregates.ts';

type Event = Readonly<{ type: string; data: Data; version: number }>;
type Does = 'writes' | 'writes' | 'drops' | 'many';

/** One revision of a view that follows from dice. */
type Revision = Readonly<{ revision: number; on: Readonly<Record<string, Does>> }>;

/** A view that follows from dice, before there is code for it. */
export type ViewDesign = Readonly<{
  name: string;
  kind: (typeof kinds)[number];
  from: readonly string[];
  owned: boolean;
  listed: boolean;
  shards: number;
  /** Throws where the sum leaves this remainder; the second release is mended, but where the fault stays. */
  faultAt?: number;
  stays: boolean;
  revisions: readonly Revision[];
}>;

const kinds = ['row-per-stream', 'rows-per-stream', 'shared-rows', 'rows-per-commit'] as const;

export const viewDesign = (dice: Dice, n: number, aggregates: readonly AggregateDesign[]): ViewDesign => {
  const sources = dice.shuffled(aggregates).slice(0, dice.chance(0.3) ? 2 : 1);
  const types = sources.flatMap(({ events }) => events.map(({ type }) => type));
  const handled = (): Revision['on'] => {
    const chosen = types.filter(() => dice.chance(0.7));
    const does = () => dice.pick(['writes', 'writes', 'writes', 'writes', 'drops', 'many'] as const);
    return Object.fromEntries((chosen.length > 0 ? chosen : types.slice(0, 1)).map((type) => [type, does()]));
  };
  const faultAt = dice.chance(0.25) ? dice.below(7) : undefined;
  // Two that handle different events, as where a view is on its way from the one to the other.
  const revisions = Array.from({ length: dice.chance(0.25) ? 2 : 1 }, (_, i) => ({ revision: i + 1, on: handled() }));
  return {
    name: `view-${n}`,
    kind: kinds[(n + aggregates.length) % kinds.length]!,
    from: sources.map(({ category }) => category),
    owned: dice.chance(0.5),
    listed: dice.chance(0.5),
    shards: 1 + dice.below(3),
    ...(faultAt !== undefined && { faultAt }),
    stays: dice.chance(0.2),
    revisions,
  };
};

type Row = Readonly<{ owner: string; sum: number; last: string }>;
type Memory = Readonly<{ owner?: string; sum: number; last: string; seen: Readonly<Record<string, 1>> }>;

const initial: Memory = { sum: 0, last: '', seen: {} };

const rowAfter = (does: Does, row: Row | undefined, { type, data }: Event): Row | undefined => {
  if (does === 'drops') return undefined;
  return { owner: row?.owner ?? data.by, sum: (row?.sum ?? 0) + amountOf(data), last: type };
};

const memoryAfter = (memory: Memory, { type, data }: Event): Memory => ({
  owner: memory.owner ?? data.by,
  sum: memory.sum + amountOf(data),
  last: type,
  seen: { ...memory.seen, [data.code ?? 'none']: 1 },
});

const stepAfter = (does: Does, before: Memory, event: Event) => {
  const memory = memoryAfter(before, event);
  const { data, version } = event;
  if (does === 'drops') return { memory, rows: { [`k${amountOf(data) % 4}`]: undefined } };
  const row = { sum: memory.sum, by: data.by };
  // More rows than one transaction takes.
  if (does === 'many') return { memory, rows: Object.fromEntries(Array.from({ length: 45 }, (_, i) => [`m${i}`, row])) };
  return { memory, rows: { [`k${amountOf(data) % 4}`]: row, [rowKey(version)]: row } };
};

const addedAfter = (does: Does, before: Memory, event: Event) => {
  const memory = memoryAfter(before, event);
  if (does === 'drops') return { memory };
  const row = { sum: memory.sum, by: event.data.by };
  return { memory, rows: Array.from({ length: does === 'many' ? 3 : 1 }, (_, i) => ({ ...row, i })) };
};

const sharesOf = ({ owner, sum, last, seen }: Memory) => {
  if (owner === undefined) return {};
  const row = { sums: { total: sum }, counts: { streams: 1 } };
  return {
    all: { ...row, members: { owners: { [owner]: 1 }, codes: seen }, highest: { sum } },
    [`last-${last}`]: row,
    [`rest-${sum % 3}`]: { counts: { [last]: 1 }, sums: { total: sum } },
  };
};

/** A row of each owner, to which few streams contribute, and which they leave now and then: their heads are in it. */
const sharesOfFew = ({ owner, sum, seen }: Memory) =>
  owner === undefined ? {} : { [sum % 7 === 3 ? 'odd' : `of-${owner}`]: { sums: { total: sum }, members: { codes: seen } } };

const handlerOf =
  ({ kind, faultAt }: ViewDesign, does: Does) =>
  (before: never, event: never) => {
    const { sum } = (before ?? initial) as { sum: number };
    if (faultAt !== undefined && sum > 0 && sum % 7 === faultAt) throw new Error(`nobody takes what leaves ${faultAt}`);
    if (kind === 'row-per-stream') return rowAfter(does, before, event);
    if (kind === 'rows-per-commit') return addedAfter(does, before, event);
    return kind === 'rows-per-stream' ? stepAfter(does, before, event) : memoryAfter(before, event);
  };

/** The code of a design in all its revisions, over the aggregates of a release. */
export const viewOf = (design: ViewDesign, aggregates: readonly AnyDecider[], release: 0 | 1): readonly AnyProjection[] => {
  const { name, kind, from, owned, listed, shards, stays, revisions } = design;
  const { faultAt: _, ...mended } = design;
  const code = release === 1 && !stays ? mended : design;
  const sources = from.map((category) => aggregates.find((each) => each.category === category)!);
  const kinds = {
    'row-per-stream': {
      ...(owned && { owner: (row: Row) => row.owner }),
      ...(listed && {
        lists: {
          'by-last': {
            by: (row: Row) => row.last,
            sort: (row: Row) => String(row.sum).padStart(6, '0'),
            ...(owned && { within: 'owner' }),
          },
        },
        filters: ['owner'],
      }),
    },
    'rows-per-stream': { initial, ...(owned && { owner: (memory: Memory) => memory.owner }) },
    'rows-per-commit': { initial, ...(owned && { owner: (memory: Memory) => memory.owner }) },
    'shared-rows': shards === 1 ? { initial, shares: sharesOfFew, headsInRows: true } : { initial, shares: sharesOf, shards },
  };
  return revisions.map(({ revision, on }) => ({
    name,
    kind,
    revision,
    from: sources.length === 1 ? sources[0] : sources,
    may: owned && kind !== 'shared-rows' ? ['owner', 'operator'] : ['operator'],
    ...kinds[kind],
    on: Object.fromEntries(Object.entries(on).map(([type, does]) => [type, handlerOf(code, does)])),
  })) as unknown as readonly AnyProjection[];
};

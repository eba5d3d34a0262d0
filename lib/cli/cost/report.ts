import type { LoadMix } from '../../core/declare/load.ts';
import type { Manifest } from '../../core/manifest.ts';
import { effectsOf } from '../../core/process/decider.ts';
import type { CommitForm } from '../../core/settings/fields.ts';
import { addCounts, bill, type Count, listedOn, type Region, type Service, timesCount } from '../../engine/cost/prices.ts';
import { type Bound, boundAt, boundsOf } from '../../engine/cost/quotas.ts';
import { sqs } from '../../engine/limits.ts';
import { demandOf, leftBehind, type Measured, measure, mixed } from './measure.ts';

const million = 1_000_000;
const secondsOfMonth = 2_628_000;

/** One command's figures in full batches, and with each message alone in an invocation. */
type Both<T> = Readonly<{ full: T; alone: T }>;

/** What is said of a count: its units and requests for one command, and US dollars for a million of them. */
export type Figures = Readonly<{
  writeUnits: number;
  readUnits: number;
  requests: number;
  messages: number;
  invocations: number;
  usdPerMillion: number;
}>;

export type CostReport = Readonly<{
  region: Region;
  listedOn: string;
  commands: readonly (Readonly<{ command: string; share: number; refused: number }> & Both<Figures>)[];
  /** Of one command of the mix. */
  parts: readonly (Readonly<{ part: string }> & Both<Figures>)[];
  all: Both<Figures>;
  services: readonly (Readonly<{ service: Service }> & Both<number>)[];
  /** What a million commands leaves behind, and what keeping that costs each month. */
  stored: Readonly<{ gigabytesPerMillion: number; usdAMonth: number }>;
  rates: readonly (Readonly<{ rate: number; bound?: Bound }> & Readonly<{ usdAMonth: Both<number> }>)[];
  bounds: readonly Bound[];
  idle: Readonly<{ usdAMonth: number; by: Readonly<Partial<Record<Service, number>>>; ofTemplate: boolean }>;
  notCounted: readonly string[];
}>;

const figuresOf = (count: Count, region: Region): Figures => {
  const { writeUnits = 0, readUnits = 0, requests = 0, messages = 0, invocations = 0 } = count;
  const usdPerMillion = bill(timesCount(count, million), region).total;
  return { writeUnits, readUnits, requests, messages, invocations, usdPerMillion };
};

const named = <T, N extends string>(name: N, maps: Both<ReadonlyMap<string, T>>, none: T) =>
  [...new Set([...maps.full.keys(), ...maps.alone.keys()])].map(
    (key) =>
      ({ [name]: key, full: maps.full.get(key) ?? none, alone: maps.alone.get(key) ?? none }) as Readonly<Record<N, string>> &
        Both<T>,
  );

const both = <A, B>({ full, alone }: Both<A>, map: (each: A) => B): Both<B> => ({ full: map(full), alone: map(alone) });

const missing = (manifest: Manifest): readonly string[] => [
  'the sweep, the guard and tables that grow: see the costs guide',
  ...(effectsOf(manifest).length > 0 ? ['what effects perform, and their own commits'] : []),
  ...(Object.keys(manifest.schedules ?? {}).length > 0 ? ['schedules'] : []),
  'keys of personal values: requests to their table and to KMS',
  'queries, data transfer, tokens of Cognito',
];

export type Asked = Readonly<{
  manifest: Manifest;
  mix: LoadMix;
  /** How the deployment stores commits. */
  form: CommitForm;
  region: Region;
  rates: readonly number[];
  isNewAccount: boolean;
  idle: Readonly<{ count: Count; ofTemplate: boolean }>;
}>;

/** Runs a mix, and prices what it comes to. */
export const costReport = async ({ manifest, mix, form, region, rates, isNewAccount, idle }: Asked): Promise<CostReport> => {
  const runs: Both<readonly Measured[]> = {
    full: await measure(manifest, mix, sqs.callMessages, form),
    alone: await measure(manifest, mix, 1, form),
  };
  const weights = runs.full.reduce((sum, { weight }) => sum + weight, 0);
  const parts = both(runs, mixed);
  const counts = both(parts, (each) => addCounts(...each.values()));
  const bills = both(counts, (count) => bill(timesCount(count, million), region));
  const left = leftBehind(runs.full);
  const bounds = boundsOf(demandOf(runs.full, mix.seed), region, { isNewAccount });
  const { total, by } = bill(idle.count, region);
  return {
    region,
    listedOn,
    commands: runs.full.map(({ command, weight, refused, parts: full }, i) => ({
      ...{ command, share: weight / weights, refused },
      ...both({ full, alone: runs.alone[i]?.parts ?? full }, (each) => figuresOf(addCounts(...each.values()), region)),
    })),
    parts: named('part', parts, {} as Count).map(({ part, ...each }) => ({
      part,
      ...both(each, (count) => figuresOf(count, region)),
    })),
    all: both(counts, (count) => figuresOf(count, region)),
    services: named(
      'service',
      both(bills, (each) => new Map(Object.entries(each.by))),
      0,
    ) as CostReport['services'],
    stored: {
      gigabytesPerMillion: left.storedGigabytes * million,
      usdAMonth: bill(timesCount(left, million), region).total,
    },
    rates: rates.map((rate) => {
      const bound = boundAt(bounds, rate);
      const usdAMonth = both(bills, (each) => (each.total / million) * rate * secondsOfMonth);
      return { rate, usdAMonth, ...(bound && { bound }) };
    }),
    bounds,
    idle: { usdAMonth: total, by, ofTemplate: idle.ofTemplate },
    notCounted: missing(manifest),
  };
};

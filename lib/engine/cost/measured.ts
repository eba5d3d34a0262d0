import { addCounts, bill, type Count, listedOn, type Region, type Service, services } from './prices.ts';

/** What metrics tell of one resource of a deployment over some time: those that it has. */
export type Figures = Readonly<{
  writeUnits?: number;
  readUnits?: number;
  invocations?: number;
  /** The durations of a function's runs, in sum, in milliseconds; and its memory. */
  milliseconds?: number;
  megabytes?: number;
  /** Of a queue: messages, and receives that found none. */
  sent?: number;
  received?: number;
  emptyReceives?: number;
  apiRequests?: number;
  busEvents?: number;
  logBytes?: number;
}>;

export type MeasuredResource = Figures & Readonly<{ part: string; resource: string }>;

/** What a deployment has used in so many hours; `missing` names the metrics of which nobody has told anything. */
export type MeasuredFigures = Readonly<{
  hours: number;
  resources: readonly MeasuredResource[];
  missing: readonly string[];
}>;

type Priced = Readonly<{ usd: number; usdAMonth: number }>;

export type MeasuredCost = Readonly<{
  region: Region;
  listedOn: string;
  hours: number;
  all: Priced;
  services: readonly (Readonly<{ service: Service }> & Priced)[];
  parts: readonly (Readonly<{ part: string; used: Count }> & Priced)[];
  missing: readonly string[];
  notCounted: readonly string[];
}>;

const hoursOfMonth = 730;
const gigabyte = 1e9;

/** Lambda takes the messages of a queue in batches, each by one receive and one delete. */
const queueRequests = ({ sent = 0, received = 0, emptyReceives = 0 }: Figures, batches: number): number =>
  sent + emptyReceives + 2 * Math.min(received, batches);

const sumOf = (all: readonly Figures[], name: keyof Figures): number => all.reduce((sum, each) => sum + (each[name] ?? 0), 0);

/** The figures of a part as what is paid for. */
const countOf = (all: readonly Figures[]): Count => {
  const invocations = sumOf(all, 'invocations');
  const queues = all.filter(({ sent, received, emptyReceives }) => sent ?? received ?? emptyReceives);
  // Where nobody tells the runs, each message is taken alone: that is the most that it can cost.
  const batches = invocations > 0 ? invocations : Number.POSITIVE_INFINITY;
  const count = {
    writeUnits: sumOf(all, 'writeUnits'),
    readUnits: sumOf(all, 'readUnits'),
    invocations,
    functionGigabyteSeconds: all.reduce(
      (sum, { milliseconds = 0, megabytes = 0 }) => sum + (milliseconds / 1_000) * (megabytes / 1_024),
      0,
    ),
    queueRequests: queues.reduce((sum, queue) => sum + queueRequests(queue, batches), 0),
    apiRequests: sumOf(all, 'apiRequests'),
    busEvents: sumOf(all, 'busEvents'),
    logGigabytes: sumOf(all, 'logBytes') / gigabyte,
  };
  return Object.fromEntries(Object.entries(count).filter(([, amount]) => amount > 0));
};

const notCounted = [
  'alarms, keys, stored data and its backups: they are paid by the month, whatever happens (foldstream cost --template)',
  'data transfer, tokens of Cognito, requests to KMS, schedulers and state machines',
];

/** Prices what a deployment has used, by service and by part, and what a month of such hours comes to. */
export const measuredCost = ({ hours, resources, missing }: MeasuredFigures, region: Region): MeasuredCost => {
  const aMonth = hoursOfMonth / hours;
  const priced = (usd: number): Priced => ({ usd, usdAMonth: usd * aMonth });
  const parts = [...Map.groupBy(resources, ({ part }) => part)].map(([part, all]) => {
    const used = countOf(all);
    return { part, used, ...priced(bill(used, region).total) };
  });
  const { total, by } = bill(addCounts(...parts.map(({ used }) => used)), region);
  return {
    region,
    listedOn,
    hours,
    all: priced(total),
    services: (Object.keys(services) as readonly Service[]).flatMap((service) => {
      const usd = by[service];
      return usd === undefined ? [] : [{ service, ...priced(usd) }];
    }),
    parts: parts.filter(({ usd }) => usd > 0).toSorted((a, b) => b.usd - a.usd),
    missing,
    notCounted,
  };
};

const [minute, hour] = [60_000, 3_600_000];
/** Metrics are complete some minutes later. */
const complete = 5 * minute;

/** The last hour that metrics tell whole, in milliseconds. */
export const lastHour = (now: number): Readonly<{ from: number; to: number }> => {
  const to = Math.floor((now - complete) / minute) * minute;
  return { from: to - hour, to };
};

/** What a deployment has cost, as its API tells operators. */
export type CostReport = MeasuredCost &
  Readonly<{
    from: string;
    to: string;
    /** Where it is deployed, if prices of another region stand in for those of that one. */
    deployedIn?: string;
  }>;

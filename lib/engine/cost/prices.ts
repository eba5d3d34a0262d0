/** The services of the bill, and what is paid for at each; the names are those of a usage. */
export const services = {
  DynamoDB: ['writeUnits', 'readUnits', 'storedGigabytes', 'recoverableGigabytes'],
  Lambda: ['invocations', 'functionGigabyteSeconds'],
  EventBridge: ['busEvents'],
  SQS: ['queueRequests'],
  'API Gateway': ['apiRequests'],
  'CloudWatch Logs': ['logGigabytes', 'keptLogGigabytes'],
  CloudWatch: ['alarmMetrics', 'customMetrics'],
  KMS: ['kmsKeys', 'kmsRequests'],
  'EventBridge Scheduler': ['schedulerInvocations'],
  'Step Functions': ['transitions'],
} as const;

export type Service = keyof typeof services;
export type Paid = (typeof services)[Service][number];

/** How much of each is used, in whatever time. Gigabytes, metrics and keys are of a month. */
export type Usage = Readonly<Partial<Record<Paid, number>>>;

/** US dollars for one of each. */
export type Prices = Readonly<Record<Paid, number>>;

const million = 1e-6;

const northVirginia: Prices = {
  ...{ writeUnits: 0.625 * million, readUnits: 0.125 * million, storedGigabytes: 0.25, recoverableGigabytes: 0.2 },
  // On arm64.
  ...{ invocations: 0.2 * million, functionGigabyteSeconds: 13.3334 * million },
  ...{ busEvents: 1 * million, queueRequests: 0.4 * million, apiRequests: 1 * million },
  ...{ logGigabytes: 0.5, keptLogGigabytes: 0.03, alarmMetrics: 0.1, customMetrics: 0.3 },
  ...{ kmsKeys: 1, kmsRequests: 3 * million, schedulerInvocations: 1 * million, transitions: 25 * million },
};

/**
 * The day of the list: AWS's price files, without free tiers, discounts for volume and taxes. Not verified: HTTP APIs outside of us-east-1, KMS, and us-west-2
 * (decision 0112).
 */
export const listedOn = '2026-08-15';

/** List prices by region. */
export const prices = {
  'us-east-1': northVirginia,
  'us-west-2': northVirginia,
  'eu-west-1': {
    ...northVirginia,
    ...{ writeUnits: 0.705 * million, readUnits: 0.1415 * million, storedGigabytes: 0.283, recoverableGigabytes: 0.22 },
    ...{ apiRequests: 1.11 * million, logGigabytes: 0.57 },
  },
  'eu-central-1': {
    ...northVirginia,
    ...{ writeUnits: 0.7625 * million, readUnits: 0.1525 * million, storedGigabytes: 0.306, recoverableGigabytes: 0.2448 },
    ...{ apiRequests: 1.2 * million, logGigabytes: 0.63, keptLogGigabytes: 0.0324, schedulerInvocations: 1.15 * million },
  },
} as const satisfies Readonly<Record<string, Prices>>;

export type Region = keyof typeof prices;

/** The region of prices that are said of no region. */
export const usualRegion: Region = 'us-east-1';

/** What a part of a deployment has used: what is paid for, and what quotas count. */
export type Count = Usage & Readonly<{ requests?: number; messages?: number; busCalls?: number; schedulerCalls?: number }>;

/** The sum of counts. */
export const addCounts = (...counts: readonly Count[]): Count => {
  const total: Record<string, number> = {};
  for (const count of counts) for (const [name, amount] of Object.entries(count)) total[name] = (total[name] ?? 0) + amount;
  return total;
};

/** So many times a count. */
export const timesCount = (count: Count, times: number): Count =>
  Object.fromEntries(Object.entries(count).map(([name, amount]) => [name, amount * times]));

/** What a usage costs in US dollars, at each service that it uses and in all. */
export const bill = (
  usage: Usage,
  region: Region = usualRegion,
): Readonly<{ total: number; by: Readonly<Partial<Record<Service, number>>> }> => {
  const of = prices[region];
  const by = Object.entries(services).flatMap(([service, paid]) => {
    const price = paid.reduce((sum, each) => sum + (usage[each] ?? 0) * of[each], 0);
    return price > 0 ? [[service, price] as const] : [];
  });
  return { total: by.reduce((sum, [, price]) => sum + price, 0), by: Object.fromEntries(by) };
};

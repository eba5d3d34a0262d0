import { apiGateway, dynamoDb, eventBridge, lambda } from '../../lib/engine/limits.ts';

/** What AWS never exceeds, beside lib/engine/limits.ts, each with the page of its documentation that says so. */
export const hard = {
  keyWrites: dynamoDb.unitsOfKey.write,
  /** Calls of one queue at once: where they begin, how many more a minute, and the most. "Configuring scaling behavior for SQS event source mappings". */
  pollers: { first: 5, aMinute: 300, most: 1_250 },
  /** Environments more of one function in ten seconds: "Lambda scaling behavior". */
  scaling: 1_000,
} as const;

const region = 'us-east-1';

/** What AWS gives an account in us-east-1, and raises when it is asked. */
export const raisable = {
  /** Write units of a table, or of one of its indexes. */
  tableWrites: dynamoDb.unitsOfTable.write,
  putEvents: eventBridge.callsPerSecond[region],
  matches: eventBridge.matchesPerSecond[region],
  concurrency: lambda.concurrency.usual,
  apiRequests: apiGateway.requestsPerSecond.usual,
} as const;

export type Raisable = Readonly<Record<keyof typeof raisable, number>>;

const endless = Number.POSITIVE_INFINITY;

/** Everything raised that AWS raises, but for the functions at once: of those, as many as are asked for. */
export const raisedTo = (concurrency: number): Raisable => ({
  tableWrites: endless,
  putEvents: endless,
  matches: endless,
  concurrency,
  apiRequests: endless,
});

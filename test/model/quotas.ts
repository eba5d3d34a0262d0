/** What AWS never exceeds, each with the page of its documentation that says so. */
export const hard = {
  /** Write and read units a second of one item collection: "Best practices for designing and using partition keys effectively in DynamoDB". */
  keyWrites: 1_000,
  keyReads: 3_000,
  /** Calls of one queue at once: where they begin, how many more a minute, and the most. "Configuring scaling behavior for SQS event source mappings". */
  pollers: { first: 5, aMinute: 300, most: 1_250 },
  /** Environments more of one function in ten seconds: "Lambda scaling behavior". */
  scaling: 1_000,
} as const;

/** What AWS gives an account in us-east-1, and raises when it is asked. */
export const raisable = {
  /** Write units of a table: "Quotas in Amazon DynamoDB". Its indexes are counted with it, as the stricter reading. */
  tableWrites: 40_000,
  /** "Amazon EventBridge quotas": calls of PutEvents, and events that are handed to the targets of rules. */
  putEvents: 10_000,
  busInvocations: 18_750,
  /** "Lambda quotas". */
  concurrency: 1_000,
  /** "Amazon API Gateway quotas". */
  apiRequests: 10_000,
} as const;

export type Raisable = Readonly<Record<keyof typeof raisable, number>>;

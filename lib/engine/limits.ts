// Limits and units of AWS's services, each with the page of AWS's documentation that says so. They stand nowhere else in lib.

const kilobyte = 1_024;
const megabyte = 1_024 * kilobyte;

/** Of DynamoDB: "Quotas in Amazon DynamoDB", where nothing else is said. */
export const dynamoDb = {
  /** Bytes of one item, names and keys included. */
  itemBytes: 400 * kilobyte,
  /** Items and bytes of one transaction. */
  transactionItems: 100,
  transactionBytes: 4 * megabyte,
  /** Bytes of the values that an index has as its keys. */
  partitionKeyBytes: 2 * kilobyte,
  sortKeyBytes: kilobyte,
  /** Operators and functions of one expression. */
  expressionOperators: 300,
  /** Bytes of one page, which has one item at least: "Paginating table query results". */
  pageBytes: megabyte,
  /** Bytes that one unit reads consistently, or writes: "DynamoDB read and write operations". */
  readUnitBytes: 4 * kilobyte,
  writeUnitBytes: kilobyte,
} as const;

/** Of EventBridge: "Amazon EventBridge quotas". */
export const eventBridge = {
  /** Entries of one call of PutEvents, and their bytes: "Calculating PutEvents event entry size". */
  callEntries: 10,
  callBytes: 256 * kilobyte,
  /** Characters of a rule's event pattern. */
  patternCharacters: 2_048,
} as const;

/** Of SQS, messages of one call, days that a message is kept, and seconds that it may be delayed: "Amazon SQS message quotas". */
export const sqs = { callMessages: 10, retentionDays: 14, delaySeconds: 900 } as const;

/** Of Lambda: bytes of a synchronous answer, "Lambda quotas"; functions at work on one queue, "Configuring maximum concurrency for SQS". */
export const lambda = { answerBytes: 6_000_000 } as const;

/** Of CloudFormation: "Custom resource response objects" for the bytes of an answer. */
export const cloudFormation = { answerBytes: 4 * kilobyte } as const;

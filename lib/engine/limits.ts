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
  /** Items of one BatchGetItem. */
  batchItems: 100,
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
  /** Units of one partition key in a second, of a table or an index: "Best practices for designing and using partition keys effectively". */
  unitsOfKey: { read: 3_000, write: 1_000 },
  /** Units of one table or index on demand in a second, unless AWS raises it. */
  unitsOfTable: { read: 40_000, write: 40_000 },
} as const;

/** Of EventBridge: "Amazon EventBridge quotas". */
export const eventBridge = {
  /** Entries of one call of PutEvents, and their bytes: "Calculating PutEvents event entry size". */
  callEntries: 10,
  callBytes: 256 * kilobyte,
  /** Characters of a rule's event pattern. */
  patternCharacters: 2_048,
  /** Bytes that are paid for as one event: "Amazon EventBridge pricing". */
  paid: { bytes: 64 * kilobyte },
  /** Calls of PutEvents in a second, by region; AWS raises it on request. Elsewhere 600 or 400. */
  callsPerSecond: {
    ...{
      'us-east-1': 10_000,
      'us-east-2': 2_400,
      'us-west-1': 1_200,
      'us-west-2': 10_000,
      'eu-west-1': 10_000,
      'eu-west-2': 1_200,
    },
    ...{ 'eu-central-1': 2_400, 'ap-northeast-1': 1_200, 'ap-southeast-1': 1_200, 'ap-southeast-2': 1_200 },
    elsewhere: 400,
  },
  /** Matches of a rule that are handed on in a second, by region; more are delayed. */
  matchesPerSecond: {
    ...{
      'us-east-1': 18_750,
      'us-east-2': 4_500,
      'us-west-1': 2_250,
      'us-west-2': 18_750,
      'eu-west-1': 18_750,
      'eu-west-2': 2_250,
    },
    ...{ 'eu-central-1': 4_500, 'ap-northeast-1': 2_250, 'ap-southeast-1': 2_250, 'ap-southeast-2': 2_250 },
    elsewhere: 750,
  },
} as const;

/** Of SQS, messages of one call, days that a message is kept, and seconds that it may be delayed: "Amazon SQS message quotas". */
export const sqs = {
  ...{ callMessages: 10, retentionDays: 14, delaySeconds: 900 },
  /** Bytes that are paid for as one request: "Amazon SQS pricing". */
  paid: { bytes: 64 * kilobyte },
} as const;

/** Of Lambda: bytes of a synchronous answer, "Lambda quotas"; functions at work on one queue, "Configuring maximum concurrency for SQS". */
export const lambda = {
  answerBytes: 6_000_000,
  /** Functions at work at a time in a region, for the whole account: as it is after some use, and in a new account. */
  concurrency: { usual: 1_000, ofNewAccount: 10 },
  /** Functions at once of an account that cannot be reserved: "Configuring reserved concurrency for a function". */
  unreserved: 100,
} as const;

/** Of API Gateway: requests in a second to all APIs of an account in a region: "Amazon API Gateway quotas". */
export const apiGateway = { requestsPerSecond: { usual: 10_000 } } as const;

/** Of CloudFormation: "Custom resource response objects" for the bytes of an answer. */
export const cloudFormation = { answerBytes: 4 * kilobyte } as const;

/**
 * What AWS does not promise: the model assumes it, and README.md says so. Milliseconds, medians as measured by many on functions of 1 GB in the same
 * region; `spread` is the sigma of a log-normal distribution around each.
 */
export const latencies = { read: 4, write: 6, transaction: 14 } as const;

export const assumed = {
  /** The part of a function's call that is not waiting: parsing, folding, the runtime. */
  overhead: 3,
  /** Each record of a call: its proof and its parsing. */
  perRecord: 0.1,
  /** Each view, or process, that a record is handed to: its fold, and the making of its requests. */
  perView: 0.2,
  /** API Gateway, the authorizer's cache and the way there and back. */
  api: 12,
  /** The poll of a stream's shard: Lambda asks four times a second. */
  streamPoll: 125,
  /** A call of PutEvents with ten entries. */
  putEvents: 20,
  /** From PutEvents to the queue. */
  bus: 60,
  /** From the queue to the function. */
  queue: 20,
  spread: 0.45,
  /** A function's line of log for each call. */
  logBytes: 400,
} as const;

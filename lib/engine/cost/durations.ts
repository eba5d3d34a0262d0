import type { Count } from './prices.ts';

/** What AWS promises nothing about: medians as many have measured them on functions of one gigabyte beside their tables. In milliseconds. */
const assumed = {
  /** A request to a table, and one to the bus. */
  request: 6,
  busCall: 20,
  /** Everything of an invocation that waits for nothing; and each message of it. */
  invocation: 3,
  message: 0.5,
} as const;

/**
 * Seconds of functions for a count: messages of a batch are worked on at the same time, so an invocation waits as long as one of them does for its
 * requests, one after the other.
 */
const functionSeconds = ({ invocations = 0, messages = 0, requests = 0, busCalls = 0 }: Count): number => {
  if (invocations === 0) return 0;
  const waits = invocations * (requests / Math.max(messages, invocations)) * assumed.request;
  return (waits + busCalls * assumed.busCall + invocations * assumed.invocation + messages * assumed.message) / 1_000;
};

/** A count with the time of its functions, of a gigabyte each, which wait for requests that other parts count as well. */
export const withTime = (count: Count, others = 0): Count => ({
  ...count,
  functionGigabyteSeconds: functionSeconds({ ...count, requests: (count.requests ?? 0) + others }),
});

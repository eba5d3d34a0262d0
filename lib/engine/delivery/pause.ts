/** The number of times that a record was received, this one included, and the longest pause for it (seconds). */
type Tried = Readonly<{ receipts: number; longest: number }>;

/**
 * The pause before a failed record is retried (seconds): a random time between half and all of a ceiling that doubles from 2 up. So a brief
 * failure is retried soon, a dependency that is down for minutes is not flooded, and records that failed together are not retried together.
 * `dice` is below 1. The number of tries is in lib/infra/delivery/queues.ts; a test keeps the two in agreement.
 */
export const pauseSeconds = ({ receipts, longest }: Tried, dice: number): number => {
  const most = Math.min(longest, 2 ** receipts);
  const least = Math.ceil(most / 2);
  return least + Math.floor(dice * (most - least + 1));
};

/** How often a record was handed out by now, this time included, and the longest that it may be left alone (seconds). */
type Tried = Readonly<{ receipts: number; longest: number }>;

/**
 * How long a record that could not be taken is left alone before it comes again (seconds): something between a half and the whole of a ceiling that
 * doubles from 2 up, so that what passes in a moment is tried in a moment, what is away for minutes is not besieged, and what failed together does
 * not come together. `dice` is below 1. How many tries that makes is said in lib/infra/delivery/queues.ts; a test binds the two.
 */
export const pauseSeconds = ({ receipts, longest }: Tried, dice: number): number => {
  const most = Math.min(longest, 2 ** receipts);
  const least = Math.ceil(most / 2);
  return least + Math.floor(dice * (most - least + 1));
};

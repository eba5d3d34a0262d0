/**
 * Tokens that come at a rate and are kept for a second at most: no second takes more than a second's tokens beside those kept. Time is in seconds and
 * never goes back.
 */
export type Bucket = Readonly<{
  /** Takes as much of an amount as there is, and answers it. */
  take: (amount: number, now: number) => number;
  left: (now: number) => number;
}>;

export const bucket = (rate: number, kept = 0.1): Bucket => {
  const most = rate * kept;
  let [tokens, at] = [most, 0];
  const fill = (now: number) => {
    tokens = Math.min(most, tokens + Math.max(0, now - at) * rate);
    at = Math.max(at, now);
  };
  return {
    take: (amount, now) => {
      fill(now);
      const taken = Math.max(0, Math.min(amount, tokens));
      tokens -= taken;
      return taken;
    },
    left: (now) => {
      fill(now);
      return tokens;
    },
  };
};

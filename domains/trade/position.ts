/**
 * What an owner has of an instrument: `cost` is what was paid for the shares that are still there, `realized` the profit on those that are not,
 * and `aside` what was earned and no account took.
 */
export type Position = Readonly<{ shares: number; cost: number; realized: number; aside: number }>;

export const noPosition: Position = { shares: 0, cost: 0, realized: 0, aside: 0 };

export const bought = (position: Position, quantity: number, amount: number): Position => ({
  ...position,
  shares: position.shares + quantity,
  cost: position.cost + amount,
});

/** At average cost, in whole minor units: what a division leaves over stays with the shares that are left, so that nothing is lost. */
export const sold = ({ shares, cost, realized, aside }: Position, quantity: number, amount: number): Position => {
  const costOfSold = Number((BigInt(cost) * BigInt(quantity)) / BigInt(shares));
  return { shares: shares - quantity, cost: cost - costOfSold, realized: realized + amount - costOfSold, aside };
};

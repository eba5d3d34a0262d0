import { prices, type Region, usualRegion } from '../../engine/cost/prices.ts';
import { UserError } from '../terminal/user-error.ts';

/** A region with list prices. */
export const regionOf = (region: string = usualRegion): Region => {
  if (Object.hasOwn(prices, region)) return region as Region;
  throw new UserError(
    `There are no list prices of ${region} here.`,
    `Take one of ${Object.keys(prices).join(', ')}: units and requests are the same everywhere, and prices are alike.`,
  );
};

import { account } from '../../../../domains/account/decider.ts';
import { fulfilmentWithin } from '../../../../domains/fulfilment/process.ts';
import { order } from '../../../../domains/order/decider.ts';
import { product } from '../../../../domains/product/decider.ts';
import { stock } from '../../../../domains/stock/decider.ts';
import { defineManifest } from '../../../../lib/core/manifest.ts';

/** The time in which a customer has to pay: seconds, for the test, though more than any two requests of one take. */
export const secondsToPay = 15;

/** The reference application's orders, with less patience. */
export const manifest = defineManifest({
  aggregates: [account, product, order, stock],
  projections: [],
  processes: [fulfilmentWithin({ seconds: secondsToPay })],
});

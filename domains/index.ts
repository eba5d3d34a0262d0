import { defineManifest, eventLog, type Groups, processDecider } from 'foldstream';
import { account } from './account/decider.ts';
import { monthlyStatement } from './account/monthly-statement.ts';
import { accountBalance } from './account/projections/balance.ts';
import { accountStatement } from './account/projections/statement.ts';
import { accountStatements } from './account/projections/statements.ts';
import { accountTotals } from './account/projections/totals.ts';
import { customer } from './customer/decider.ts';
import { customerDirectory } from './customer/projections/directory.ts';
import { customerProfile } from './customer/projections/profile.ts';
import { fraudWatch } from './fraud-watch/process.ts';
import { suspicions } from './fraud-watch/projections/suspicions.ts';
import { fulfilment } from './fulfilment/process.ts';
import { order } from './order/decider.ts';
import { ordersByStatus } from './order/projections/by-status.ts';
import { customerOrders } from './order/projections/orders.ts';
import { revenue } from './order/projections/revenue.ts';
import { product } from './product/decider.ts';
import { catalogue } from './product/projections/catalogue.ts';
import { priceHistory } from './product/projections/price-history.ts';
import { stock } from './stock/decider.ts';
import { transfer } from './transfer/decider.ts';
import { transferProcess } from './transfer/process.ts';
import { customerTransfers } from './transfer/projections/transfers.ts';

const aggregates = [customer, account, transfer, product, stock, order];
const processes = [transferProcess, fulfilment, fraudWatch];

declare module 'foldstream' {
  interface Roles {
    /** Finds customers, and sees their personal values masked. */
    support: true;
  }
}

/**
 * What customers look at is applied at once, and so is the register of whose values are held; what the desk and operators look at comes within ten seconds. Sixteen
 * queues and functions would cost 5 USD more a month, idle, and up to 15 % more for each command.
 */
const groups: Groups = {
  customers: {
    views: [
      'customer-profile',
      'account-balance',
      'account-statement',
      'account-statements',
      'customer-transfers',
      'customer-orders',
      'catalogue',
      'subjects-held',
    ],
  },
  desk: {
    gatherSeconds: 10,
    views: [
      'customer-directory',
      'account-totals',
      'orders-by-status',
      'revenue',
      'price-history',
      'suspicions',
      'event-log',
      'process-instances',
    ],
  },
};

/** The reference application: everything that is deployed follows from this. */
export const manifest = defineManifest({
  aggregates,
  processes,
  schedules: { monthlyStatement },
  roles: ['support'],
  groups,
  projections: [
    customerProfile,
    customerDirectory,
    accountBalance,
    accountStatement,
    accountStatements,
    accountTotals,
    customerTransfers,
    customerOrders,
    ordersByStatus,
    revenue,
    catalogue,
    priceHistory,
    suspicions,
    /** The event log, from which traces are read: of all categories, including processes. */
    eventLog([...aggregates, ...processes.map(processDecider)], { may: ['operator'] }),
  ],
});

export { demo } from './demo.ts';

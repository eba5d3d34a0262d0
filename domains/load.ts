import { defineLoad, type LoadCall } from 'foldstream';

const accounts = 20;
const account = ({ run }: LoadCall, number: number) => `load-${run}-${number}`;
const euros = (amount: number) => ({ amount, currency: 'EUR' });

/** The load that `foldstream load` puts on the reference application: deposits, withdrawals and transfers between the accounts of one customer. */
export const load = defineLoad({
  setup: (call) =>
    Array.from({ length: accounts }, (_, number) => account(call, number)).flatMap((id) => [
      { category: 'account', command: 'Open', id, body: { currency: 'EUR' } },
      { category: 'account', command: 'Deposit', id, body: euros(1_000_000) },
    ]),
  commands: [
    {
      ...{ category: 'account', command: 'Deposit', weight: 6, view: 'account-balance' },
      id: (call) => account(call, call.below(accounts)),
      body: ({ below }) => euros(1 + below(10_000)),
    },
    {
      ...{ category: 'account', command: 'Withdraw', weight: 3, view: 'account-balance' },
      id: (call) => account(call, call.below(accounts)),
      body: ({ below }) => euros(1 + below(10_000)),
    },
    {
      ...{ category: 'transfer', command: 'Request', weight: 1 },
      id: ({ run, n }) => `load-${run}-${n}`,
      body: (call) => {
        const from = call.below(accounts);
        const to = (from + 1 + call.below(accounts - 1)) % accounts;
        return { from: account(call, from), to: account(call, to), ...euros(1 + call.below(1_000)) };
      },
    },
  ],
});

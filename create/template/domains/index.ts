import { type Demo, defineManifest } from 'foldstream';
import { account } from './account/decider.ts';
import { accountBalance } from './account/projections/balance.ts';

/** Everything that is deployed follows from this. */
export const manifest = defineManifest({
  aggregates: [account],
  projections: [accountBalance],
});

/** What `npm start` sends once it runs, as its demo user, and what it prints to try next. */
export const demo: Demo = {
  seed: [
    { as: 'customer', post: '/account/first/open', body: { currency: 'EUR' } },
    { as: 'customer', post: '/account/first/deposit', body: { amount: 1000, currency: 'EUR' } },
  ],
  hint: (api) => `\
Put five euros in, and read the balance:

  curl -s -X POST ${api}/account/first/deposit -H "Authorization: Bearer $TOKEN" -d '{"amount":500,"currency":"EUR"}'
  curl -s ${api}/views/account-balance/first -H "Authorization: Bearer $TOKEN"`,
};

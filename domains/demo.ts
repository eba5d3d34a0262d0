import type { Demo, DemoCommand } from 'foldstream';

const post = (path: DemoCommand['post'], body: object): DemoCommand => ({ as: 'customer', post: path, body });

/** Two accounts with a little history, a product, a customer, and three commands to begin with. */
export const demo: Demo = {
  seed: [
    post('/account/demo-savings/open', { currency: 'EUR' }),
    post('/account/demo-savings/deposit', { amount: 250_000, currency: 'EUR' }),
    post('/account/demo-savings/withdraw', { amount: 19_900, currency: 'EUR' }),
    post('/account/demo-travel/open', { currency: 'USD' }),
    post('/account/demo-travel/deposit', { amount: 80_000, currency: 'USD' }),
    {
      ...{ as: 'operator', post: '/product/demo-kettle/list' },
      body: { name: 'Kettle', description: 'For two litres.', currency: 'EUR', price: 1_999 },
    },
    post('/customer/{me}/register', {
      ...{ name: 'Ada Lovelace', email: 'ada@example.com', birthDate: '1985-12-10' },
      address: { street: 'Ring 1', postcode: '1010', city: 'Wien', country: 'AT' },
    }),
  ],
  hint: (api) => `\
Then open an account, put ten euros in, and read the balance, not older than what was just put in:

  curl -s -X POST ${api}/account/my-first/open    -H "Authorization: Bearer $TOKEN" -d '{"currency":"EUR"}'
  curl -s -X POST ${api}/account/my-first/deposit -H "Authorization: Bearer $TOKEN" -d '{"amount":1000,"currency":"EUR"}' -D /tmp/deposited
  curl -s --retry 5 --fail ${api}/views/account-balance/my-first -H "Authorization: Bearer $TOKEN" -H "Consistent-With: $(grep -i ^consistency-token /tmp/deposited | cut -d' ' -f2 | tr -d '\\r')"`,
};

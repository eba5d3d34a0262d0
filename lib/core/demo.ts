/** A command that `npm start` sends over HTTP, as one of the two demo users.
 * @example const open: DemoCommand = { as: 'customer', post: '/account/demo/open', body: { currency: 'EUR' } };
 */
export type DemoCommand = Readonly<{ as: 'customer' | 'operator'; post: `/${string}`; body: object }>;

/** What `npm start` shows of an application: exported as `demo` beside the manifest, by whoever wants it.
 * @example export const demo: Demo = { seed: [open], hint: (api) => `curl ${api}/views/account-balance` };
 */
export type Demo = Readonly<{
  /** A little history: sent at each start, in this order, each command under an Idempotency-Key of its own, so that a second start repeats nothing. */
  seed: readonly DemoCommand[];
  /** What to paste into a shell where TOKEN holds a customer's token. */
  hint: (api: string) => string;
}>;

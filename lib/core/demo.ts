/** A command that `npm start` sends over HTTP, as one of the two demo users. `{me}` in its path is that user's id.
 * @example const open: DemoCommand = { as: 'customer', post: '/account/demo/open', body: { currency: 'EUR' } };
 */
export type DemoCommand = Readonly<{ as: 'customer' | 'operator'; post: `/${string}`; body: object }>;

/**
 * The demo that `npm start` shows of an application: optionally exported as `demo` beside the manifest.
 * @example export const demo: Demo = { seed: [open], hint: (api) => `curl ${api}/views/account-balance` };
 */
export type Demo = Readonly<{
  /** A little history: sent at each start, in this order, each command under an Idempotency-Key of its own, so that a second start repeats nothing. */
  seed: readonly DemoCommand[];
  /** Shell commands to paste, with a customer's token in TOKEN. */
  hint: (api: string) => string;
}>;

/** A command that `npm start` sends over HTTP, as one of the two demo users. */
export type DemoCommand = Readonly<{ as: 'customer' | 'operator'; post: `/${string}`; body: object }>;

/** What `npm start` shows of an application: exported as `demo` beside the manifest, by whoever wants it. */
export type Demo = Readonly<{
  /** A little history: sent at each start, in this order, each command under an Idempotency-Key of its own, so that a second start repeats nothing. */
  seed: readonly DemoCommand[];
  /** What to paste into a shell where TOKEN holds a customer's token. */
  hint: (api: string) => string;
}>;

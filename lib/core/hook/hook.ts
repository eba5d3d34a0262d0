import type { ZodType } from 'zod';
import type { AnyDecider } from '../decider.ts';
import type { Send } from '../process/process.ts';
import { kebab } from '../stream.ts';
import { type Hmac, hmacFaults } from './hmac.ts';

/** The headers of a request, under their names in lower case.
 * @example const delivery = (headers: HookHeaders) => headers['x-github-delivery'];
 */
export type HookHeaders = Readonly<Record<string, string | undefined>>;

/**
 * A route by which a provider tells of its events, each of which becomes a command: `POST /hooks/<name>`.
 * @example const { verify }: Hook<PaymentEvent> = hook({ ... });
 */
export interface Hook<Body = unknown> {
  /** The aggregate that the commands go to. Each of these commands must be for 'hook'. */
  readonly sends: AnyDecider;
  readonly verify: Hmac;
  /** The fields of the body that are used. Providers add fields: leave the schema loose. */
  readonly body: ZodType<Body>;
  /** The provider's own id of the event, which is the same when it is sent again. Take it from the signed part of the request. */
  readonly id: (body: Body, headers: HookHeaders) => string;
  /** The command that an event becomes; undefined for an event that does not matter. */
  readonly to: (body: Body, headers: HookHeaders) => Send | undefined;
  /** The days for which the provider may send an event again: so far back the command's stream is searched for it. */
  readonly repeatedForDays: number;
}

/** Any hook, for code that is driven by a manifest.
 * @example const names = Object.keys(manifest.hooks ?? {});
 */
export interface AnyHook extends Omit<Hook, 'body' | 'id' | 'to'> {
  readonly body: ZodType;
  readonly id: (body: never, headers: HookHeaders) => string;
  readonly to: (body: never, headers: HookHeaders) => Send | undefined;
}

/** The hooks of a manifest, by name.
 * @example const hooks: Hooks = { paymentProvider };
 */
export type Hooks = Readonly<Record<string, AnyHook>>;

type Declared<D extends AnyDecider, Body> = Readonly<{
  sends: D;
  verify: Hmac;
  body: ZodType<Body>;
  id: (body: Body, headers: HookHeaders) => string;
  to: (body: Body, headers: HookHeaders) => Send<D> | undefined;
  repeatedForDays?: number;
}>;

/**
 * Declares a route for the events of a provider.
 * @example
 * hook({
 *   sends: payment, verify: standardWebhooks({ secret: 'payments/hook' }),
 *   body: z.object({ id: z.string(), type: z.string(), payment: z.string() }),
 *   id: ({ id }) => id,
 *   to: ({ type, payment: id }) => (type === 'charge.settled' ? send(payment, id, 'Settle', {}) : undefined),
 * });
 */
export const hook = <D extends AnyDecider, Body>(declared: Declared<D, Body>): Hook<Body> => ({
  repeatedForDays: 7,
  ...declared,
});

const hookName = /^[a-z][A-Za-z0-9]{0,39}$/;

/**
 * The path of a hook.
 * @example hookPath('paymentProvider'); // '/hooks/payment-provider'
 */
export const hookPath = (name: string): string => `/hooks/${kebab(name)}`;

/** Finds the faults of a manifest's hooks. `taken` has names that stand for somebody else in a commit. */
export const hookFaults = (hooks: Hooks, aggregates: readonly AnyDecider[], taken: readonly string[]): readonly string[] => {
  const paths = Object.keys(hooks).map(hookPath);
  return [
    ...Object.entries(hooks).flatMap(([name, { sends, verify, repeatedForDays }]) => [
      ...(hookName.test(name) ? [] : [`The hook '${name}' must be 1 to 40 letters or digits, beginning with a small letter.`]),
      ...(taken.includes(name) ? [`The hook '${name}' has the name of something else: choose another.`] : []),
      ...(aggregates.includes(sends) ? [] : [`The hook ${name} sends to ${sends.category}, which is not in \`aggregates\`.`]),
      ...(Object.values(sends.commands).some(({ may }) => may.includes('hook'))
        ? []
        : [`The hook ${name} sends to ${sends.category}, which has no command for 'hook': add it to the command's \`may\`.`]),
      ...(Number.isSafeInteger(repeatedForDays) && repeatedForDays >= 1 && repeatedForDays <= 90
        ? []
        : [`The hook ${name} must have repeatedForDays from 1 to 90.`]),
      ...hmacFaults(verify).map((fault) => `The hook ${name} ${fault}.`),
    ]),
    ...paths.filter((path, i) => paths.indexOf(path) !== i).map((path) => `Two hooks have the path '${path}'.`),
  ];
};

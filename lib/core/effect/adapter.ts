import type { Plain } from '../personal/sealed.ts';
import type { AnswerOf, AnyEffect, Effect, GivenTo } from './effect.ts';

/**
 * The outcome that an adapter returns: the provider's answer, or its refusal with a reason in kebab-case. An adapter that does not know the outcome
 * throws, and is called again.
 * @example const outcome: AdapterOutcome<{ charge: string }> = { refused: 'card-declined', detail: { code: 'insufficient_funds' } };
 */
export type AdapterOutcome<Answer = unknown> = Readonly<{ done: Answer }> | Readonly<{ refused: string; detail?: unknown }>;

/**
 * What an adapter is given beside the input.
 * @example const headers = { 'Idempotency-Key': idempotencyKey, authorization: `Bearer ${secrets.stripe}` };
 */
export interface EffectCall<Secret extends string = string> {
  /** The same at every try of a performance: the provider must recognize a repeat by it. */
  readonly idempotencyKey: string;
  /** 1, 2, 3, ... */
  readonly attempt: number;
  /** The values of the declared secrets, by name. */
  readonly secrets: Readonly<Record<Secret, string>>;
  /** Aborts when the time of this try is over. */
  readonly signal: AbortSignal;
}

/** The names of the secrets that an effect declares.
 * @example const name: SecretOf<typeof chargeCard> = 'stripe';
 */
export type SecretOf<E> = E extends Effect<string, unknown, unknown, infer Secret> ? Secret : never;

/**
 * The code that carries an effect out.
 * @example const { effect: { name }, call }: Adapter<typeof chargeCard> = chargeCardAdapter;
 */
export interface Adapter<E extends AnyEffect = AnyEffect> {
  readonly effect: E;
  readonly call: (input: GivenTo<E>, call: EffectCall<SecretOf<E>>) => Promise<AdapterOutcome<Plain<AnswerOf<E>>>>;
}

/** Any adapter, for code that knows no effect.
 * @example const { effect, call }: AnyAdapter = adapterOf(name);
 */
export interface AnyAdapter {
  readonly effect: AnyEffect;
  readonly call: (input: never, call: never) => Promise<AdapterOutcome>;
}

/**
 * Makes the adapter of an effect: the default export of a module of its own, which is deployed as a function of its own.
 * @example
 * export default adapter(chargeCard, async ({ amount, card }, { idempotencyKey, secrets, signal }) => {
 *   const response = await fetch(url, { method: 'POST', headers: { 'Idempotency-Key': idempotencyKey }, body, signal });
 *   if (response.status === 402) return { refused: 'card-declined' };
 *   if (!response.ok) throw new Error(`The provider answers ${response.status}.`);
 *   return { done: { charge: (await response.json()).id } };
 * });
 */
export const adapter = <E extends AnyEffect>(effect: E, call: Adapter<E>['call']): Adapter<E> => ({ effect, call });

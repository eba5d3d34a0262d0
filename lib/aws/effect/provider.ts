import type { AdapterOutcome, AnyAdapter, EffectCall } from '../../core/effect/adapter.ts';
import type { Provider } from '../../engine/effect/ports.ts';
import type { Secrets } from '../../http/hook.ts';

/** A provider that did not answer in the time of the try. */
class NoAnswerInTime extends Error {
  override name = 'NoAnswerInTime';
}

/** What an adapter returned, if it is an outcome: anything else is a fault of the adapter, and the outcome is unknown. */
const outcomeOf = (returned: Partial<{ done: unknown; refused: unknown }> | undefined): AdapterOutcome => {
  if (typeof returned?.refused === 'string' && returned.refused !== '') return returned as AdapterOutcome;
  if (returned?.done !== undefined) return returned as AdapterOutcome;
  throw new Error('The adapter returned no outcome: it must return { done: answer } or { refused: reason }.');
};

/** The names under which the deployment keeps an effect's secrets, by those that the effect declares. */
export type SecretNames = Readonly<Record<string, string>>;

/**
 * Calls an adapter with the values of its secrets. A call that outlasts its time is left alone, whether it looks at the signal or not: its answer is then
 * unknown, and the next try has the same key.
 */
export const adapterProvider = (adapter: AnyAdapter, secrets: Secrets, names: SecretNames): Provider => ({
  call: async ({ input, idempotencyKey, attempt, timeoutMilliseconds }) => {
    // The try before may have failed because a secret was rotated: a function that has run for long would use the former one until it is read again.
    const read = async (kept: string) => (attempt > 1 ? await secrets.readAgain(kept) : undefined) ?? secrets.read(kept);
    const values = await Promise.all(Object.entries(names).map(async ([name, kept]) => [name, await read(kept)] as const));
    const signal = AbortSignal.timeout(timeoutMilliseconds);
    const given: EffectCall = { idempotencyKey, attempt, secrets: Object.fromEntries(values), signal };
    const ended = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () =>
        reject(new NoAnswerInTime(`The provider did not answer within ${timeoutMilliseconds} ms.`)),
      );
    });
    const calling: Promise<AdapterOutcome> = adapter.call(input as never, given as never);
    return outcomeOf(await Promise.race([calling, ended]));
  },
});

import type { Trail } from '../../core/commit.ts';
import type { AdapterOutcome } from '../../core/effect/adapter.ts';
import type { Circuit } from '../../core/effect/circuit.ts';
import type { Delivered } from '../delivery/delivered.ts';

/** One try: what the adapter is called with. */
export type Try = Readonly<{
  input: unknown;
  idempotencyKey: string;
  attempt: number;
  /** After this time the call must be aborted, and throw. */
  timeoutMilliseconds: number;
}>;

/** Calls the adapter, with its secrets. Throws where the outcome is unknown: also when the time is over. */
export interface Provider {
  call(given: Try): Promise<AdapterOutcome>;
}

/** The circuits of providers. Stored format of 2026-11, in the control table as `circuit/<provider>`. */
export interface Circuits {
  load(provider: string): Promise<Circuit | undefined>;
  /** Stores a circuit, if it has not been changed since the one before was read (undefined: there was none). Answers whether it did. */
  save(provider: string, circuit: Circuit, before: Circuit | undefined): Promise<boolean>;
}

/** Counts the tries of an effect in a second, all functions together. */
export interface Pace {
  /** Counts one more try in this second (since 1970), and answers how many they are with it. What is older may be forgotten. */
  count(effect: string, second: number): Promise<number>;
}

/** Sends a message to the effect's own queue that comes at an instant, or later, or early: then it is sent again. */
export interface Later {
  send(message: EffectMessage, at: string): Promise<void>;
}

/** An operator's request about a performance, by the name of its stream. */
export type EffectOrder = Readonly<{ performance: string; reason: string; by: string }> & Trail;

/** The messages that are sent to an effect's queue beside commits. */
export type EffectMessage =
  | Readonly<{ attend: Readonly<{ performance: string }> }>
  /** Has it tried again, at once. */
  | Readonly<{ retry: EffectOrder }>
  /** Records an outcome that an operator knows. */
  | Readonly<{ answer: EffectOrder & Readonly<{ outcome: AdapterOutcome }> }>;

/** A record of an effect's queue, under the id by which it can be given back. */
export type EffectArrived = Readonly<{ id: string } & ({ delivered: Delivered } | { message: EffectMessage })>;

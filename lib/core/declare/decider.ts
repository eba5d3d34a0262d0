import type { May } from '../access.ts';
import type { AlongWith, Call, CommandFormat, CommandOf, Context, Decider, Refusal, RefusalDetail } from '../decider.ts';
import type { GivenFacts } from '../fact/facts.ts';
import type { DataOf, Message } from '../message.ts';
import type { Plain, Sealed } from '../personal/sealed.ts';
import type { Kebab } from '../stream.ts';
import type { RefusedAlong } from '../together/also.ts';

declare const undecided: unique symbol;

/** Any refusal, as the compiler takes it for the outcome of every decision before it has looked at them. */
export interface AnyRefusal {
  readonly refused: string;
  readonly detail?: RefusalDetail;
  readonly [undecided]?: never;
}

/** A fault of a declaration, as a sentence: the compiler prints it in its first line. */
export interface Wrong<Sentence> {
  readonly wrong: Sentence;
}

type Keys<T> = T extends unknown ? keyof T & string : never;
type ItemOf<List> = List extends readonly (infer Item)[] ? Item : never;
type First<Faults> = Faults extends readonly [infer F, ...infer Rest] ? ([F] extends [never] ? First<Rest> : F) : never;

type Outcome<Decision> = Decision extends (...given: never[]) => infer Decided ? Decided : never;
type RefusedBy<Decision> = Extract<Outcome<Decision>, Refusal>;
type Formats = Readonly<Record<string, CommandFormat<unknown>>>;

/** The context of a command's decision, with the facts that it declares; without any, the compiler infers a record of any names. */
export type ContextOf<Format> =
  Format extends CommandFormat<unknown, unknown, May, unknown, infer F>
    ? string extends keyof F
      ? Context
      : Context & Readonly<{ facts: GivenFacts<F> }>
    : Context;

type Decide<S, F extends Formats, E extends Message> = {
  readonly [T in keyof F & string]: (
    state: S,
    data: DataOf<CommandOf<F>, T>,
    context: ContextOf<F[T]>,
  ) => readonly Plain<E>[] | AnyRefusal;
};
type IsUndecided<Decided> = Decided extends unknown ? (typeof undecided extends keyof Decided ? true : never) : never;

/** The commands whose refusals have any text for a reason. */
type Lost<D> = { [T in keyof D & string]: string extends RefusedBy<D[T]>['refused'] ? T : never }[keyof D & string];

/** The fields of decided events that their format does not have: the store would refuse them. */
type Surplus<Decided, E extends Message> = Decided extends { type: infer T extends E['type']; data: infer Data }
  ? `${T} has no '${Exclude<Keys<Data>, Keys<DataOf<E, T>>>}'.`
  : never;

/** The first fault of a declaration, as a sentence; never if there is none. */
type Fault<F, D, E extends Message> = First<
  [
    `decide.${Exclude<Keys<D>, Keys<F>>}: there is no such command.`,
    `decide.${Lost<D>}: a helper loses the reasons of its refusals: give it no return type.`,
    Surplus<ItemOf<Outcome<D[keyof D]>>, E>,
  ]
>;

/** The compiler reports a fault where the declaration has its category: the only type there that is short. */
export type Checked<F, D, E extends Message> =
  true extends IsUndecided<Outcome<D[keyof D]>> ? unknown : [Fault<F, D, E>] extends [never] ? unknown : Wrong<Fault<F, D, E>>;

/** The refusals of commands that would take a unique value which another stream has. */
type Taken<Unique extends string> = Unique extends string ? Refusal<`${Kebab<Unique>}-taken`, Record<never, never>> : never;

/** All refusals that each command may be answered with. */
export type RefusalsBy<F extends Formats, D, Unique extends string> = {
  readonly [T in keyof F & string]: RefusedBy<D[T & keyof D]> | Taken<Unique> | RefusedAlong<AlongWith<F[T]>>;
};

/** The commands that callers of the API may send. */
export type CallsOf<F extends Formats, D, Unique extends string> = {
  readonly [T in keyof F & string as F[T]['may'][number] extends 'process' | 'hook' | 'together' ? never : T]: Call<
    F[T] extends CommandFormat<unknown, infer Input> ? Input : never,
    RefusalsBy<F, D, Unique>[T]
  >;
};

export type Rest<S, E extends Message> = Omit<Decider<S, never, E>, 'category' | 'commands' | 'decide' | 'unique' | 'tags'>;

/**
 * Declares an aggregate. The compiler infers its commands from `commands`, and the reasons that each is refused with from what `decide` returns, for
 * callers of the typed client; it accepts no event, field or command that there is not. Functions that make refusals need no return type, which
 * would hide their reasons.
 * @example
 * export const account = decider<Account, AccountEvent>()({
 *   category: 'account', events: accountEvents, commands: accountCommands, initial: { balance: 0 },
 *   decide: { Withdraw: ({ balance }, { amount }) => amount > balance ? refuse('insufficient-funds', { balance }) : [{ type: 'MoneyWithdrawn', data: { amount } }] },
 *   evolve: { MoneyWithdrawn: ({ balance }, { amount }) => ({ balance: balance - amount }) },
 * });
 */
export const decider =
  <S, E extends Message>() =>
  <const Category extends string, F extends Formats, D extends Decide<S, F, E>, const Unique extends string = never>(
    declared: Rest<S, E> &
      Readonly<{
        category: Category & Checked<F, D, E>;
        commands: F;
        decide: D;
        unique?: Readonly<Record<Unique, (state: S) => string | Sealed | undefined>>;
      }>,
  ): Decider<S, CommandOf<F>, E, Category, CallsOf<F, D, Unique>, RefusalsBy<F, D, Unique>> =>
    declared as never;

import type { AnyEffect, Perform } from '../effect/effect.ts';
import type { Message } from '../message.ts';
import type { Capital } from '../stream.ts';
import type { AnyProcess, Process, Reaction, Send } from './process.ts';

/** The constraint of a declaration. It accepts any name under `on`, since `Fault` names a wrong one in fewer words than the compiler. */
type Declared<Memory, E extends Message, Deadline extends string, Effects extends AnyEffect> = Process<
  Memory,
  E,
  Deadline,
  Effects
> & {
  // biome-ignore lint/suspicious/noExplicitAny: with another type the compiler would report the parameters too.
  readonly on: { readonly [type: string]: (memory: any, event: any) => unknown };
  /** Names of reactions that this release does not use: stored instances of earlier releases may still wait for them. */
  readonly ofEarlierReleases?: readonly string[];
};

/** Any name, of a type by which the compiler keeps the names that are written as they are. */
type Literal = `${Lowercase<Capital> | Capital}${string}`;

type Part<T, Key extends string> = T extends unknown ? NonNullable<T[Key & keyof T]> : never;
type Keys<T> = T extends unknown ? keyof T & string : never;
type Names<P, Key extends string> = Keys<Part<P, Key>>;
type ItemOf<List> = List extends readonly (infer Item)[] ? Item : never;

type Returned<Reactions> = {
  [N in keyof Reactions]: Reactions[N] extends (...given: never[]) => infer R ? NonNullable<R> : never;
}[keyof Reactions];

/** All that the reactions of a process may return. */
type Reacted<P> =
  | Returned<Part<P, 'on'>>
  | Returned<Part<P, 'onDone'>>
  | Returned<Part<P, 'onRefused'>>
  | Returned<Part<P, 'onTimedOut'>>
  | Returned<Part<P, 'onDeadline'>>
  | Returned<Pick<P, 'onResolved' & keyof P>>;

type Cancelled<R> = ItemOf<Part<R, 'cancelDeadlines'>>;
type Sent<R> = ItemOf<Part<R, 'send'>>;
type Asked<R> = ItemOf<Part<R, 'perform'>>;
type Followed<S, Key extends 'done' | 'refused'> = S extends Send | Perform ? NonNullable<S[Key]> : never;
type FollowedLate<S> = S extends Perform ? NonNullable<S['timedOut']> : never;
type EffectOf<S> = S extends Perform<infer E> ? (E extends AnyEffect ? E['name'] : never) : never;
type Performable<P> = ItemOf<Part<P, 'effects'>> extends infer E ? (E extends AnyEffect ? E['name'] : never) : never;
type SentTo<Others, S> = S extends Send<infer Target, infer Type> ? (Target extends Others ? never : Type) : never;

/** A name is lost if its type is any string. */
type Lost<Name, Part extends string> = string extends Name
  ? `A helper loses the names in ${Part}: give it no return type, and write ['name'] as const.`
  : never;
type First<Faults> = Faults extends readonly [infer F, ...infer Rest] ? ([F] extends [never] ? First<Rest> : F) : never;

/** The first fault of a declaration, as a sentence; never if there is none. */
type Fault<
  P extends AnyProcess,
  E extends Message,
  R = Reacted<P>,
  Done = Followed<Sent<R> | Asked<R>, 'done'>,
  Refused = Followed<Sent<R> | Asked<R>, 'refused'>,
  TimedOut = FollowedLate<Asked<R>>,
  Earlier = ItemOf<Part<P, 'ofEarlierReleases'>>,
> = First<
  [
    `A process has no '${Exclude<Keys<P>, keyof Declared<unknown, E, string, never>>}'.`,
    `on.${Exclude<Names<P, 'on'>, E['type']>}: there is no such event.`,
    `A reaction has no '${Exclude<Keys<R>, keyof Reaction<unknown>>}'.`,
    Lost<Done | Refused, 'send'>,
    Lost<TimedOut, 'perform'>,
    Lost<Names<R, 'setDeadlines'>, 'setDeadlines'>,
    Lost<Cancelled<R>, 'cancelDeadlines'>,
    `A send has done: '${Exclude<Done, Names<P, 'onDone'>> & string}', which is not in onDone.`,
    `A send has refused: '${Exclude<Refused, Names<P, 'onRefused'>> & string}', which is not in onRefused.`,
    `A perform has timedOut: '${Exclude<TimedOut, Names<P, 'onTimedOut'>> & string}', which is not in onTimedOut.`,
    `A reaction sets the deadline '${Exclude<Names<R, 'setDeadlines'>, Names<P, 'onDeadline'>>}', which is not in onDeadline.`,
    `A reaction cancels the deadline '${Exclude<Cancelled<R>, Names<P, 'onDeadline'>> & string}', which is not in onDeadline.`,
    `${SentTo<P['sends'][number], Sent<R>>} goes to an aggregate that is not in sends.`,
    `The effect ${Exclude<EffectOf<Asked<R>>, Performable<P>> & string} is performed and is not in effects.`,
    `No send names onDone.${Exclude<Names<P, 'onDone'>, Done | Earlier>}. If stored instances wait for it: ofEarlierReleases.`,
    `No send names onRefused.${Exclude<Names<P, 'onRefused'>, Refused | Earlier>}. If stored instances wait for it: ofEarlierReleases.`,
    `No perform names onTimedOut.${Exclude<Names<P, 'onTimedOut'>, TimedOut | Earlier>}. If stored instances wait for it: ofEarlierReleases.`,
    `No reaction sets onDeadline.${Exclude<Names<P, 'onDeadline'>, Names<R, 'setDeadlines'> | Earlier>}. If stored instances wait for it: ofEarlierReleases.`,
  ]
>;

/** The compiler reports a fault where the declaration has its category: the only type there that is short. */
type Checked<P extends AnyProcess, E extends Message> =
  // Before the compiler has looked at the reactions, it takes the constraint for P.
  string extends Names<P, 'on'> ? unknown : [Fault<P, E>] extends [never] ? unknown : { readonly category: Fault<P, E> };

/**
 * Declares a process. The compiler knows the names under `onDone`, `onRefused`, `onTimedOut` and `onDeadline`, and accepts no others in a
 * reaction; it accepts no command to an aggregate that is not in `sends`, and no effect that is not in `effects`. Functions that make reactions need no return type, which would hide the names.
 * @example
 * process<Memory, TransferEvent>()({
 *   category: 'transferProcess', sends: [account], ...,
 *   on: { TransferRequested: (_, { data }) => ({ send: [send(account, data.from, 'Debit', terms, { done: 'debited' })] }) },
 *   onDone: { debited: () => ({ end: 'completed' }) },
 * });
 */
export const process =
  <Memory, E extends Message>() =>
  <P extends Declared<Memory, E, Literal, Effects>, Effects extends AnyEffect = never>(
    declared: P & Checked<P, E> & Readonly<{ effects?: readonly Effects[] }>,
  ): Process<Memory, E> =>
    declared as never;

import type { Span } from '../instant.ts';
import { personalOf } from '../personal/declared.ts';
import type { Opened } from '../personal/opened.ts';
import { currentSchema, type Reading } from '../version.ts';

/**
 * When a failed try is repeated: after `first`, and after twice as long with each further failure, up to `longest`; at most `atMost` tries in all.
 * @example const retries: Retries = { first: { seconds: 2 }, longest: { minutes: 5 } };
 */
export type Retries = Readonly<{ first?: Span; longest?: Span; atMost?: number }>;

/**
 * The most tries that are begun in a second, and that run at the same time.
 * @example const rate: Rate = { perSecond: 10, atOnce: 5 };
 */
export type Rate = Readonly<{ perSecond?: number; atOnce?: number }>;

/**
 * The circuit breaker of a provider: after so many failed tries in a row no more are made, except for one probe after each such time.
 * @example const circuit: CircuitSettings = { opensAfter: 5, probesAfter: { seconds: 30 } };
 */
export type CircuitSettings = Readonly<{ opensAfter?: number; probesAfter?: Span }>;

/**
 * A declared effect: something that processes ask of the outside world. Its adapter carries it out; this declaration is pure.
 * @example export const chargeCard = effect({ name: 'chargeCard', input, answer, timeout: { seconds: 20 }, giveUp: { hours: 1 } });
 */
export interface Effect<
  Name extends string = string,
  Input = unknown,
  Answer = unknown,
  Secret extends string = string,
  Opens extends string = string,
> {
  readonly name: Name;
  /** The stored formats of the input and of the provider's answer, in all their versions. */
  readonly input: Reading<Input>;
  readonly answer: Reading<Answer>;
  /** The time of one try. */
  readonly timeout: Span;
  /** The time from the request until the process is told that there was no answer. */
  readonly giveUp: Span;
  readonly retries?: Retries;
  readonly rate?: Rate;
  readonly circuit?: CircuitSettings;
  /** The provider whose failures open the circuit: the effects of one provider share it. Absent: the effect's name. */
  readonly provider?: string;
  /** The names of the secrets that the adapter is given. */
  readonly secrets?: readonly Secret[];
  /** The fields of the input whose personal values its adapter is given opened. Its function may then decrypt the values of every person. */
  readonly opens?: readonly Opens[];
}

/** Any effect, for code that is driven by a manifest and knows no domain.
 * @example const names = effects.map(({ name }: AnyEffect) => name);
 */
export type AnyEffect = Effect;

/**
 * Declares an effect. The compiler keeps its name, and the types of its input and its answer, for the processes that perform it and for its adapter.
 * @example
 * export const chargeCard = effect({
 *   name: 'chargeCard',
 *   input: v1(z.object({ amount: z.int(), card: z.string() })),
 *   answer: v1(z.object({ charge: z.string() })),
 *   timeout: { seconds: 20 },
 *   giveUp: { hours: 1 },
 * });
 */
export const effect = <
  const Name extends string,
  Input,
  Answer,
  const Secret extends string = never,
  const Opens extends keyof Input & string = never,
>(
  declared: Effect<Name, Input, Answer, Secret, Opens>,
): Effect<Name, Input, Answer, Secret, Opens> => declared;

/** True if the function of an effect decrypts personal values.
 * @example opensPersonal(sendWelcome); // true: it has opens: ['to']
 */
export const opensPersonal = ({ opens = [] }: Pick<AnyEffect, 'opens'>): boolean => opens.length > 0;

/** True if the answers of an effect have personal values, which its function seals.
 * @example answersPersonal(lookUpAddress); // true
 */
export const answersPersonal = ({ answer }: Pick<AnyEffect, 'answer'>): boolean => personalOf(currentSchema(answer)).length > 0;

/** The input of an effect, as a process gives it.
 * @example type Charge = InputOf<typeof chargeCard>; // { amount: number; card: string }
 */
export type InputOf<E> = E extends Effect<string, infer Input, unknown> ? Input : never;

/** The input of an effect as its adapter gets it: opened in the fields that the effect declares.
 * @example type Welcome = GivenTo<typeof sendWelcome>; // { to: string | Erased; name: Sealed<string> }
 */
export type GivenTo<E> =
  E extends Effect<string, infer Input, unknown, string, infer Opens>
    ? [Opens] extends [never]
      ? Input
      : unknown extends Input
        ? Input
        : { [F in keyof Input]: F extends Opens ? Opened<Input[F]> : Input[F] }
    : never;

/** The answer of an effect, as a process gets it.
 * @example type Charged = AnswerOf<typeof chargeCard>; // { charge: string }
 */
export type AnswerOf<E> = E extends Effect<string, unknown, infer Answer> ? Answer : never;

declare const performed: unique symbol;

/**
 * An effect that a reaction asks for, and the names of the reactions to its outcome.
 * @example const charge: Perform = perform(chargeCard, { amount, card }, { done: 'charged', refused: 'declined', timedOut: 'unanswered' });
 */
export interface Perform<
  E = unknown,
  Done extends string = string,
  Refused extends string = string,
  TimedOut extends string = string,
> {
  readonly effect: string;
  readonly input: unknown;
  /** The name of the reaction in `onDone` that follows on the answer; nothing follows without one. */
  readonly done?: Done;
  /** The name of the reaction in `onRefused` that follows on a refusal. Without one a refusal leaves the instance stuck, for a person to handle. */
  readonly refused?: Refused;
  /** The name of the reaction in `onTimedOut` that follows if no answer came in time. Without one the instance is stuck then. */
  readonly timedOut?: TimedOut;
  /** The type of the effect, for the compiler alone: no value has this. */
  readonly [performed]?: E;
}

/**
 * Asks for an effect. The compiler checks its input, and the names of what follows.
 * @example perform(chargeCard, { amount, card }, { done: 'charged', refused: 'declined', timedOut: 'unanswered' });
 */
export const perform = <
  E extends AnyEffect,
  Done extends string = never,
  Refused extends string = never,
  TimedOut extends string = never,
>(
  { name }: E,
  input: InputOf<E>,
  follows: Readonly<{ done?: Done; refused?: Refused; timedOut?: TimedOut }> = {},
): Perform<E, NoInfer<Done>, NoInfer<Refused>, NoInfer<TimedOut>> => ({ effect: name, input, ...follows });

/**
 * What every outcome of a performance has: the effect, its input, and the commit of the effect's stream that has the outcome.
 * @example const input = ({ effect, input }: Performed) => effect === 'chargeCard' && input;
 */
export interface Performed<E = AnyEffect> {
  readonly effect: E extends Effect<infer Name> ? Name : string;
  /** The effect's stream: one performance. */
  readonly to: string;
  readonly input: InputOf<E>;
  readonly commit: number;
  readonly at: string;
}

/**
 * The answer to a performance.
 * @example const charged = (memory: Memory, { answer }: Answered<typeof chargeCard>) => ({ memory: { ...memory, charge: answer.charge } });
 */
export interface Answered<E = AnyEffect> extends Performed<E> {
  readonly answer: AnswerOf<E>;
}

/**
 * The refusal of a performance by its provider.
 * @example const declined = (memory: Memory, { reason }: Declined<typeof chargeCard>) => ({ send: [cancel(memory, reason)] });
 */
export interface Declined<E = AnyEffect> extends Performed<E> {
  readonly reason: string;
  readonly detail?: unknown;
}

/**
 * A performance without an answer within its time. The provider may have done it all the same: an answer that comes later is recorded, and is listed
 * for a person.
 * @example const unanswered = (memory: Memory, { why }: Unanswered<typeof chargeCard>) => ({ send: [askStaff(memory, why)] });
 */
export interface Unanswered<E = AnyEffect> extends Performed<E> {
  readonly attempts: number;
  readonly why: string;
}

import * as z from 'zod';
import { type AnyDecider, type Context, command, type Refusal, refuse } from '../decider.ts';
import { earlierOf, later } from '../instant.ts';
import type { Message } from '../message.ts';
import { streamName } from '../stream.ts';
import { currentSchema, type Formats, v1 } from '../version.ts';
import type { AdapterOutcome } from './adapter.ts';
import { type AnyEffect, answersPersonal, opensPersonal } from './effect.ts';
import { effectEvents } from './events.ts';
import {
  againAt,
  evolvePerformance,
  type KnownOutcome,
  newPerformance,
  nextEffectWork,
  type Performance,
  statusOf,
} from './performance.ts';

/** What a process stores to ask for a performance: the command `Perform`. */
const asking = z.object({
  instance: z.string(),
  number: z.int().positive(),
  correlation: z.string(),
  traceparent: z.string().optional(),
  input: z.object({ v: z.int().positive(), data: z.unknown() }),
});

/** An outcome that an operator gives by hand. */
export type ByHand = Readonly<{ by: string; why: string }>;

type Data = Readonly<{
  Perform: z.infer<typeof asking>;
  /** `key` is used if there is none yet. */
  Try: Readonly<{ key: string }>;
  Fail: Readonly<{ attempt: number; why: string }>;
  Answer: Readonly<{ attempt: number; outcome: AdapterOutcome }>;
  GiveUp: Readonly<{ why?: string }>;
  Retry: ByHand;
  AnswerByHand: ByHand & Readonly<{ outcome: AdapterOutcome }>;
}>;

/** The commands by which the engine drives a performance; nobody else can send them.
 * @example const step: EffectStep = { type: 'Fail', data: { attempt: 1, why: 'Error: 500' } };
 */
export type EffectStep = { [T in keyof Data]: Message<T, Data[T]> }[keyof Data];

/**
 * The category of an effect's streams.
 * @example effectCategory('chargeCard'); // 'chargeCardEffect'
 */
export const effectCategory = (name: string): string => `${name}Effect`;

/**
 * The effect's name in the name of one of its streams.
 * @example effectName('chargeCardEffect-payment.p1.1'); // 'chargeCard'
 */
export const effectName = (stream: string): string => stream.slice(0, stream.indexOf('-')).replace(/Effect$/, '');

/** The time that a try may run over its own: the function's start, and recording what came. */
const overtime = { seconds: 10 };

type Step<T extends keyof Data> = (
  effect: AnyEffect,
  state: Performance,
  data: Data[T],
  context: Context,
) => readonly Message[] | Refusal;

const asked = ({ instance, number, round }: Performance) => ({ instance, number, round });

/** True if the function of an effect holds personal values as they are: then nothing that its adapter says freely is stored.
 * @example isPersonalEffect(sendWelcome); // true
 */
export const isPersonalEffect = (effect: AnyEffect): boolean => opensPersonal(effect) || answersPersonal(effect);

/** An answer in the effect's stored format; or why it is none. */
const knownOf = (effect: AnyEffect, outcome: AdapterOutcome): KnownOutcome | string => {
  if ('refused' in outcome) return { reason: outcome.refused, ...(outcome.detail !== undefined && { detail: outcome.detail }) };
  const checked = currentSchema(effect.answer).safeParse(outcome.done);
  if (checked.success) return { answer: { v: effect.answer.current, data: checked.data } };
  const [issue] = checked.error.issues;
  // The names of fields may be data, and a message may quote them.
  const why = isPersonalEffect(effect) ? ` (${issue?.code})` : `: ${issue?.path.join('.')} ${issue?.message}`;
  return `The answer does not fit the schema of ${effect.name}${why}`.trim();
};

const endOf = (state: Performance, why: string): Message =>
  state.told === undefined
    ? { type: 'EffectTimedOut', data: { ...asked(state), attempts: state.attempts, why } }
    : { type: 'EffectGivenUp', data: { attempts: state.attempts, why } };

const failed = (effect: AnyEffect, state: Performance, why: string, at: string): readonly Message[] => {
  const { attempts: attempt, tries, giveUpAt } = state;
  const again = againAt(effect, at, tries);
  const isLast = tries >= (effect.retries?.atMost ?? Number.POSITIVE_INFINITY) || giveUpAt <= at;
  if (isLast) return [{ type: 'EffectFailed', data: { attempt, why } }, endOf(state, why)];
  return [{ type: 'EffectFailed', data: { attempt, why, again: earlierOf(again, giveUpAt) } }];
};

const isKnown = ({ told, late }: Performance, outcome: KnownOutcome): boolean =>
  told === statusOf(outcome) || (late !== undefined && statusOf(late) === statusOf(outcome));

/** Records an outcome: the first one is told to the process. A later one is recorded too, unless it says what is known already. */
const known = (state: Performance, outcome: KnownOutcome, attempt: number, byHand?: ByHand): readonly Message[] => {
  if (state.status === 'new' || isKnown(state, outcome)) return [];
  const of = { attempt, ...(byHand && { byHand }) };
  if (state.told !== undefined) return [{ type: 'EffectAnsweredLate', data: { ...of, outcome } }];
  return 'answer' in outcome
    ? [{ type: 'EffectAnswered', data: { ...asked(state), ...of, ...outcome } }]
    : [{ type: 'EffectRefused', data: { ...asked(state), ...of, ...outcome } }];
};

const handOf = ({ by, why }: ByHand): ByHand => ({ by, why });

const steps: { readonly [T in keyof Data]: Step<T> } = {
  /** A process that asks again after its performance timed out or was refused begins another round, under the same key. */
  Perform: ({ giveUp }, state, { input, ...of }, { at }) => {
    if (state.status === 'open' && state.told === undefined) return [];
    if (state.told === 'answered') return [];
    const data = { ...of, round: state.round + 1, input, at, giveUpAt: later(at, giveUp) };
    const requested: Message = { type: 'EffectRequested', data };
    // Nobody is charged again for what is known by now.
    const { late } = state;
    if (!late || !('answer' in late)) return [requested];
    const answered = { ...asked({ ...state, ...data }), attempt: state.attempts, answer: late.answer };
    return [requested, { type: 'EffectAnswered', data: answered }];
  },
  Try: ({ timeout }, state, { key }, { at }) =>
    nextEffectWork(state, at).do === 'try'
      ? [
          {
            type: 'EffectTried',
            data: { attempt: state.attempts + 1, key: state.key ?? key, until: later(later(at, timeout), overtime) },
          },
        ]
      : [],
  Fail: (effect, state, { attempt, why }, { at }) =>
    state.status === 'open' && state.attempts === attempt && state.until !== undefined ? failed(effect, state, why, at) : [],
  // An answer that does not fit is no answer: the provider is asked again, under the same key.
  Answer: (effect, state, { attempt, outcome }, { at }) => {
    const came = knownOf(effect, outcome);
    if (typeof came !== 'string') return known(state, came, attempt);
    return state.status === 'open' && state.attempts === attempt ? failed(effect, state, came, at) : [];
  },
  GiveUp: (_, state, { why }, { at }) =>
    nextEffectWork(state, at).do === 'give-up' ? [endOf(state, why ?? state.why ?? 'The provider was not reached.')] : [],
  Retry: ({ giveUp }, state, hand, { at }) =>
    state.status === 'open' || state.status === 'timed-out'
      ? [{ type: 'EffectRetried', data: { ...handOf(hand), giveUpAt: later(at, giveUp) } }]
      : [],
  AnswerByHand: (effect, state, { outcome, ...hand }) => {
    const came = knownOf(effect, outcome);
    if (typeof came === 'string') return refuse('answer-does-not-fit', { why: came });
    return known(state, came, state.attempts, handOf(hand));
  },
};

const made = new WeakMap<AnyEffect, AnyDecider>();

const make = (effect: AnyEffect): AnyDecider => ({
  category: effectCategory(effect.name),
  events: effectEvents as Formats,
  commands: {
    ...Object.fromEntries(Object.keys(steps).map((type) => [type, command(['process'], z.unknown())])),
    Perform: command(['process'], v1(asking)) as never,
  },
  initial: newPerformance,
  decide: Object.fromEntries(
    Object.entries(steps).map(([type, run]) => [
      type,
      (state: Performance, data: never, context: Context) => run(effect, state, data, context),
    ]),
  ),
  evolve: evolvePerformance,
});

/**
 * The decider of an effect's performances, which makes each an aggregate. Returns the same decider for the same effect.
 * @example const { category } = effectDecider(chargeCard); // 'chargeCardEffect'
 */
export const effectDecider = (effect: AnyEffect): AnyDecider => {
  const decider = made.get(effect) ?? make(effect);
  made.set(effect, decider);
  return decider;
};

/** The stream of a performance: it follows from the instance and the number of the performance in it. */
export const performanceStream = ({ name }: Pick<AnyEffect, 'name'>, process: string, instance: string, number: number): string =>
  streamName(effectCategory(name), `${process}.${instance}.${number}`);

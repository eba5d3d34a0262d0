import type { Commit, Trail } from '../commit.ts';
import type { AnyDecider } from '../decider.ts';
import { effectCategory, effectDecider, performanceStream } from '../effect/decider.ts';
import type { AnyEffect, Perform } from '../effect/effect.ts';
import { type EffectEvent, performanceEvents, toldTypes } from '../effect/events.ts';
import { isId, parseStream, streamName } from '../stream.ts';
import { currentSchema, FromNewerRelease, type Reading, UnreadableEvent } from '../version.ts';
import type { CauseOutcome } from './events.ts';
import type { SendOutcome } from './outcome.ts';
import type { AnyProcess, Outcome } from './process.ts';
import { readCommand, storeCommand } from './stored-command.ts';

/**
 * All that a process sends commands to: the aggregates, and the streams of its effects.
 * @example const target = targetsOf(process).find(({ category }) => category === 'chargeCardEffect');
 */
export const targetsOf = ({ sends, effects = [] }: Pick<AnyProcess, 'sends' | 'effects'>): readonly AnyDecider[] => [
  ...sends,
  ...effects.map(effectDecider),
];

/**
 * The commits that a process must be sent, by category: of the events that it reacts to, and of the outcomes of its effects.
 * @example subscriptionsOf(process); // [{ category: 'order', types: ['OrderPlaced'] }, { category: 'chargeCardEffect', types: toldTypes }]
 */
export const subscriptionsOf = ({
  from,
  on,
  effects = [],
}: Pick<AnyProcess, 'from' | 'on' | 'effects'>): readonly Readonly<{ category: string; types: readonly string[] }>[] => [
  ...from.map(({ category, events }) => ({ category, types: Object.keys(on).filter((type) => Object.hasOwn(events, type)) })),
  ...effects.map(({ name }) => ({ category: effectCategory(name), types: toldTypes })),
];

/** The outcomes of a process's effects that a commit of one of their streams tells it of. */
export const toldIn = (
  { category, effects = [] }: Pick<AnyProcess, 'category' | 'effects'>,
  { stream, commit, at, events }: Pick<Commit, 'stream' | 'commit' | 'at' | 'events'>,
): readonly (Readonly<{ instance: string }> & SendOutcome)[] => {
  const own = parseStream(stream)?.category;
  if (!effects.some(({ name }) => effectCategory(name) === own)) return [];
  return performanceEvents({ events }).flatMap(({ type, data }) => {
    if (type !== 'EffectAnswered' && type !== 'EffectRefused' && type !== 'EffectTimedOut') return [];
    if (parseStream(data.instance)?.category !== category) return [];
    return [
      { instance: data.instance, number: data.number, attempt: data.round, commit, at, told: told({ type, data } as Told) },
    ];
  });
};

type Told = Extract<EffectEvent, { type: (typeof toldTypes)[number] }>;

const told = ({ type, data }: Told): NonNullable<SendOutcome['told']> => {
  if (type === 'EffectAnswered') return { how: 'answered', answer: data.answer };
  if (type === 'EffectTimedOut') return { how: 'timed-out', attempts: data.attempts, why: data.why };
  return { how: 'refused', reason: data.reason, ...(data.detail !== undefined && { detail: data.detail }) };
};

type Asking = Readonly<{ id: string; number: number; trail: Trail }>;

/** The stream of a performance, and the command that asks for it. */
export const performanceOf = (process: AnyProcess, { id, number, trail }: Asking, { effect: name, input }: Perform) => {
  const effect = process.effects?.find((each) => each.name === name);
  if (!effect) throw new Error(`The effect ${name} is performed, but it is not in \`effects\`: add it.`);
  const to = performanceStream(effect, process.category, id, number);
  if (!isId(parseStream(to)?.id ?? ''))
    throw new Error(
      `The stream of a performance would be ${to}, whose id is too long: the id of an instance with effects is shorter.`,
    );
  const checked = currentSchema(effect.input).safeParse(input);
  if (!checked.success)
    throw new Error(`The input of ${name} does not fit its schema: ${checked.error.issues[0]?.message}`, {
      cause: checked.error,
    });
  const data = { instance: streamName(process.category, id), number, ...trail, input: { v: effect.input.current, data: input } };
  return { to, command: storeCommand(effectDecider(effect), { type: 'Perform', data }) };
};

const readIn = (format: Reading<unknown>, what: string, { v, data }: Readonly<{ v: number; data: unknown }>): unknown => {
  if (v > format.readable)
    throw new FromNewerRelease(`${what} was written as v${v}, and this release reads up to v${format.readable}.`);
  try {
    return format.parse(data, v);
  } catch (cause) {
    throw new UnreadableEvent(`${what} v${v} does not fit its schema: give the new one \`.next(schema, upcast)\`.`, { cause });
  }
};

/** The input of a performance in today's shape. */
export const inputOf = ({ name, input }: AnyEffect, stored: Readonly<{ v: number; data: unknown }>): unknown =>
  readIn(input, `The input of ${name}`, stored);

/** The outcome of an effect, as its reaction gets it. */
export const performedOf = (
  { effects = [] }: AnyProcess,
  { to, command, commit, at, reason, detail, answer, unanswered }: CauseOutcome,
): object => {
  const effect = effects.find(({ name }) => effectCategory(name) === parseStream(to)?.category);
  if (!effect) throw new Error(`The outcome of ${to} came, but \`effects\` has no such effect: put it back.`);
  const { data } = readCommand(effectDecider(effect), command);
  const { input } = data as Readonly<{ input: Readonly<{ v: number; data: unknown }> }>;
  return {
    effect: effect.name,
    to,
    input: inputOf(effect, input),
    commit,
    at,
    ...(answer && { answer: readIn(effect.answer, `The answer of ${effect.name}`, answer) }),
    ...(unanswered ?? { ...(reason !== undefined && { reason }), ...(detail !== undefined && { detail }) }),
  };
};

/** In a process with effects the outcomes of all are typed as theirs: reading the answer of a command is an error, instead of `undefined`. */
export const withoutAnswer = <O extends Outcome>(outcome: O): O =>
  Object.defineProperties(
    outcome,
    Object.fromEntries(
      ['answer', 'input'].map((name) => [
        name,
        {
          get: () => {
            throw new Error(
              `The outcome of ${outcome.command.type} has no \`${name}\`: it is a command, and only effects have one.`,
            );
          },
        },
      ]),
    ),
  );

import { type Commit, storedEvents } from '../../core/commit.ts';
import type { AdapterOutcome } from '../../core/effect/adapter.ts';
import { isPersonalEffect } from '../../core/effect/decider.ts';
import { type AnyEffect, answersPersonal } from '../../core/effect/effect.ts';
import { takingPlain } from '../../core/personal/personal.ts';
import { subjectIn } from '../../core/personal/subject.ts';
import { thrownBy } from '../../core/process/reaction.ts';
import { currentSchema } from '../../core/version.ts';
import { opened } from '../personal/open.ts';
import type { Opening, Sealing } from '../personal/ports.ts';
import { type SubjectOf, sealCommit } from '../personal/seal.ts';

/**
 * An input with the fields opened that the effect declares, for one call of its adapter. It is stored nowhere. A value whose subject was erased is
 * `{ erased: true }`.
 */
export const openedFor = async (
  { name, opens = [] }: Pick<AnyEffect, 'name' | 'opens'>,
  opening: Opening | undefined,
  input: unknown,
): Promise<unknown> => {
  if (opens.length === 0) return input;
  if (!opening) throw new Error(`${name} opens personal values, and this function was given no keys to open them with.`);
  const fields = Object.entries(input as Readonly<Record<string, unknown>>).map(
    async ([field, value]) => [field, opens.includes(field) ? await opened(opening, value, undefined, [field]) : value] as const,
  );
  return Object.fromEntries(await Promise.all(fields));
};

const ifFits = (pattern: RegExp, value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && pattern.test(String(value)) ? String(value) : undefined;

/**
 * The text that is kept of what an adapter threw. Where it holds personal values, its message may quote them: then only the name of the error is kept, and
 * its code or status if it has one.
 */
export const keptOf = (effect: AnyEffect, cause: unknown): string => {
  if (!isPersonalEffect(effect)) return thrownBy(cause);
  const { name, code, status } = (typeof cause === 'object' && cause !== null ? cause : {}) as Readonly<Record<string, unknown>>;
  const known = [ifFits(/^[A-Z][A-Z0-9_]{0,39}$/, code), ifFits(/^[1-5]\d\d$/, status)].flatMap((each) => each ?? []);
  const named = [ifFits(/^[A-Za-z][A-Za-z0-9]{0,59}$/, name) ?? 'Thrown', ...known].join(' ');
  return `${named}: its message is not kept, since ${effect.name} holds personal values.`;
};

/** A refusal in the words that may be kept: a reason in kebab-case, and a detail only where the adapter holds no personal values. */
const keptRefusal = (effect: AnyEffect, refusal: Extract<AdapterOutcome, { refused: string }>): AdapterOutcome =>
  isPersonalEffect(effect) ? { refused: ifFits(/^[a-z][a-z0-9-]{0,63}$/, refusal.refused) ?? 'refused' } : refusal;

type Answering = Readonly<{ effect: AnyEffect; sealing: Sealing | undefined; tried: Commit }>;

/** An answer with its personal values sealed, bound to the event after the try; refused if a subject of theirs was erased meanwhile. */
const sealedAnswer = async ({ effect, sealing, tried }: Answering, done: unknown): Promise<AdapterOutcome> => {
  const { answer } = effect;
  const checked = takingPlain(() => currentSchema(answer).safeParse(done));
  // The decider finds the same fault.
  if (!checked.success) return { done };
  const data = { answer: { v: answer.current, data: checked.data } };
  const subjectOf: SubjectOf = (options, _, where) => subjectIn(options, checked.data, () => undefined, where);
  const commit = { ...tried, version: tried.version + 1, events: [{ type: 'EffectAnswered', v: 1, data }] };
  const sealed = await sealCommit(sealing, commit, subjectOf);
  if ('erased' in sealed) return { refused: 'subject-erased', detail: { subject: sealed.erased } };
  return { done: (storedEvents(sealed.commit)[0]!.data as typeof data).answer.data };
};

/** An outcome as it may be stored: nothing of it is a personal value as it is. */
export const keptOutcome = async (answering: Answering, outcome: AdapterOutcome): Promise<AdapterOutcome> => {
  const { effect } = answering;
  if ('refused' in outcome) return keptRefusal(effect, outcome);
  return answersPersonal(effect) ? sealedAnswer(answering, outcome.done) : outcome;
};

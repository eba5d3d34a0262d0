import type { PersonalOptions } from './personal.ts';

const longest = 256;

/** A personal value whose subject cannot be told: a fault of the declaration, or of the decider. */
class NoSubject extends Error {
  override name = 'NoSubject';
}

/**
 * The subject of a personal value: what the field `of` of its event holds, or the owner. `where` names the value in an error.
 * @example subjectIn({ of: 'customer' }, { customer: 'ada', email: '...' }, () => undefined, 'OrderPlaced/email'); // 'ada'
 */
export const subjectIn = ({ of }: PersonalOptions, data: unknown, owner: () => string | undefined, where: string): string => {
  const found = of === undefined ? owner() : (data as Readonly<Record<string, unknown>> | undefined)?.[of];
  if (typeof found === 'string' && found !== '' && found.length <= longest && found.isWellFormed()) return found;
  throw new NoSubject(
    of === undefined
      ? `The personal value ${where} has no subject: its stream has no owner after this event. Let the event name the subject, by personal(schema, { of: '<field>' }).`
      : `The personal value ${where} has no subject: the event's field '${of}' must hold its id, a text of at most ${longest} characters.`,
  );
};

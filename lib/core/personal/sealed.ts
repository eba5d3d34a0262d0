import { namesOf, pointerTo } from '../difference.ts';

declare const sealedValue: unique symbol;

/**
 * A personal value as everything but `decide` sees it: plain JSON that shows nothing of the value. Only functions that answer open it.
 * It may be kept in a state, a row or a memory, passed on with a command of a process, and compared by `same`.
 * @example type State = Readonly<{ email?: Sealed<string> }>;
 */
export interface Sealed<T = unknown> {
  /** `<version of the key pair>.<encapsulation>.<s or f><hash>.<ciphertext>`, binary parts in base64url. `f`: the hash is the deployment's, `s`: the subject's. */
  readonly '~': string;
  /** The subject's id. */
  readonly of: string;
  /** The event in which it was sealed: its id, its type, and the field as a JSON pointer. All of it is bound into the ciphertext. */
  readonly at: readonly [event: string, type: string, field: string];
  readonly [sealedValue]?: T;
}

/** What a command gives for a value that is stored sealed: the value itself. A sealed value may be passed on as it is.
 * @example type Given = Plain<{ email: Sealed<string> }>; // { email: string | Sealed<string> }
 */
export type Plain<T> = unknown extends T
  ? T
  : T extends Sealed<infer V>
    ? V | T
    : T extends string | number | boolean | null | undefined
      ? T
      : { [K in keyof T]: Plain<T[K]> };

/** A sealed value in the parts of which it is stored. */
export type SealedParts = Readonly<{
  subject: string;
  /** The version of the subject's key pair. */
  version: number;
  encapsulation: string;
  /** `deployment`: values of all subjects can be compared (`find`); `subject`: those of one subject. */
  hashedFor: 'deployment' | 'subject';
  hash: string;
  ciphertext: string;
  at: Sealed['at'];
}>;

const binary = '[A-Za-z0-9_-]';
/** The characters of a hash: 9 bytes in base64url. */
export const hashCharacters = 12;
const wholeForm = new RegExp(`^(\\d+)\\.(${binary}+)\\.([sf])(${binary}{${hashCharacters}})\\.(${binary}+)$`);
const shortForm = new RegExp(`^(\\d+)([sf])(${binary}{${hashCharacters}})(${binary}+)$`);
const encapsulationForm = new RegExp(`^(\\d+)\\.(${binary}+)(?:\\.(.+)|:(\\d+)(/.*))?$`, 's');

/** The letter before a hash. */
const letterOf = (hashedFor: SealedParts['hashedFor']): string => (hashedFor === 'deployment' ? 'f' : 's');
const hashedForOf = (letter: string | undefined): SealedParts['hashedFor'] => (letter === 'f' ? 'deployment' : 'subject');

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** True if there is a sealed value, or what looks like one, anywhere in plain JSON.
 * @example hasSealedLike({ to: [{ '~': '...' }] }); // true
 */
export const hasSealedLike = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (isSealedLike(value) || Object.values(value).some(hasSealedLike));

/** The sealed values anywhere in plain JSON.
 * @example sealedIn({ name: sealed, plan: 'basic' }); // [sealed]
 */
export const sealedIn = (value: unknown): readonly Sealed[] => sealedAt(value).map(({ sealed }) => sealed);

/** The sealed values anywhere in plain JSON, each with its place as a JSON pointer.
 * @example sealedAt({ name: sealed, plan: 'basic' }); // [{ field: '/name', sealed }]
 */
export const sealedAt = (
  value: unknown,
  path: readonly string[] = [],
): readonly Readonly<{ field: string; sealed: Sealed }>[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (isSealed(value)) return [{ field: pointerTo(path), sealed: value }];
  return Object.entries(value).flatMap(([name, element]) => sealedAt(element, [...path, name]));
};

/** Plain JSON with `{ "masked": true }` in place of each sealed value: for a reader who may not see them.
 * @example masked({ email: sealed, plan: 'basic' }); // { email: { masked: true }, plan: 'basic' }
 */
export const masked = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (isSealedLike(value)) return { masked: true };
  if (Array.isArray(value)) return value.map(masked);
  return Object.fromEntries(Object.entries(value).map(([name, element]) => [name, masked(element)]));
};

/** A sealed value that is damaged, or was taken out of the commit that has its encapsulation.
 * @example if (error instanceof NotSealed) throw new Error('Restore the row.', { cause: error });
 */
export class NotSealed extends Error {
  override name = 'NotSealed';
}

/** True for the mark of a sealed value, in the short form of a commit or in the whole form, intact or not.
 * @example isSealedLike({ '~': '0s...' }); // true
 */
export const isSealedLike = (value: unknown): value is Readonly<{ '~': unknown }> => isObject(value) && Object.hasOwn(value, '~');

/** True for a sealed value.
 * @example isSealed(row.email); // true
 */
export const isSealed = (value: unknown): value is Sealed => {
  if (!isSealedLike(value) || typeof value['~'] !== 'string' || !wholeForm.test(value['~'])) return false;
  const { of, at, ...rest } = value as Readonly<Record<string, unknown>>;
  const isPlace = Array.isArray(at) && at.length === 3 && at.every((part) => typeof part === 'string');
  return typeof of === 'string' && of !== '' && isPlace && Object.keys(rest).length === 1;
};

/** The parts of a sealed value.
 * @example partsOf(row.email).subject; // 'ada'
 */
export const partsOf = (value: Sealed): SealedParts => {
  const [, version, encapsulation, kind, hash, ciphertext] = (isSealed(value) && wholeForm.exec(value['~'])) || [];
  if (!version) throw new NotSealed('A sealed value is damaged: it does not have the form that this release writes.');
  return {
    subject: value.of,
    version: Number(version),
    encapsulation: encapsulation!,
    hashedFor: hashedForOf(kind),
    hash: hash!,
    ciphertext: ciphertext!,
    at: value.at,
  };
};

/** A sealed value made of its parts.
 * @example sealedOf(partsOf(value)); // as value
 */
export const sealedOf = ({ subject, version, encapsulation, hashedFor, hash, ciphertext, at }: SealedParts): Sealed => ({
  '~': `${version}.${encapsulation}.${letterOf(hashedFor)}${hash}.${ciphertext}`,
  of: subject,
  at,
});

/** A sealed value for examples and golden samples, which nothing opens.
 * @example sampleSealed(false).of; // 'someone'
 */
export const sampleSealed = (find: boolean): Sealed =>
  sealedOf({
    subject: 'someone',
    version: 1,
    encapsulation: 'A'.repeat(44),
    hashedFor: find ? 'deployment' : 'subject',
    hash: 'A'.repeat(hashCharacters),
    ciphertext: 'A'.repeat(22),
    at: ['sample-1/1', 'Sample', '/sample'],
  });

/** A hash under the deployment's key as `findable` has it.
 * @example foundAs('3k9QwXyZab12'); // 'f3k9QwXyZab12'
 */
export const foundAs = (hash: string): string => `f${hash}`;

/** The hash by which a value is found among those of all subjects: a unique value, or the partition of a list.
 * @example findable(row.email); // 'f3k9QwXyZab12'
 */
export const findable = (value: Sealed): string => {
  const { hashedFor, hash, at } = partsOf(value);
  if (hashedFor !== 'deployment')
    throw new Error(
      `The personal value ${at[2]} of ${at[1]} cannot be found among all subjects: declare it with personal(schema, { find: true }).`,
    );
  return foundAs(hash);
};

/**
 * True if two sealed values hold the same. Values of different subjects can be compared only if both were declared `find: true`: for others this
 * throws rather than answer what nobody can know.
 * @example same(state.email, data.email); // false: it was changed
 */
export const same = <T>(a: Sealed<T>, b: Sealed<T>): boolean => {
  const [one, other] = [partsOf(a), partsOf(b)];
  const isComparable = one.hashedFor === other.hashedFor && (one.hashedFor === 'deployment' || one.subject === other.subject);
  if (!isComparable)
    throw new Error(
      'same() cannot compare two personal values: they are of different subjects, or only one is declared with `find: true`. ' +
        'Declare both with personal(schema, { find: true }).',
    );
  return one.hash === other.hash;
};

/** The encapsulations of a commit, to which the sealed values of its events refer by their index. Stored format of 2026-11:
 * `<version of the key pair>.<encapsulation>`. If the subject does not have the stream's own id, it is followed by where the commit has the id in plain,
 * `:<index of the event><JSON pointer>`, or by `.<subject>`.
 * @example const sealed: Encapsulations = ['1.AqT2...', '3.AkQ9...:0/customer', '1.AzK1....ada'];
 */
export type Encapsulations = readonly string[];

type Events = readonly Readonly<{ data: unknown }>[];

/** The texts in plain JSON, each with its place as a JSON pointer. */
const textsAt = (value: unknown, path: readonly string[] = []): readonly (readonly [text: string, pointer: string])[] => {
  if (typeof value === 'string') return [[value, pointerTo(path)]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, element]) => textsAt(element, [...path, name]));
};

/** The shortest way to say whose an encapsulation is. A text that is all of an event's data has no pointer to be named by. */
const subjectText = (subject: string, events: Events): string => {
  const isNamed = ([text, at]: readonly [string, string]) => text === subject && at !== '';
  const places = events.flatMap(({ data }, i) =>
    textsAt(data)
      .filter(isNamed)
      .map(([_, at]) => `:${i}${at}`),
  );
  return places.reduce((a, b) => (b.length < a.length ? b : a), `.${subject}`);
};

/** An encapsulation in the form in which a commit stores it, given the commit's events.
 * @example encapsulationText({ version: 1, encapsulation, subject: 'ada' }, { entityId: 'order-1', events }); // '1.AqT2...:0/customer'
 */
export const encapsulationText = (
  { version, encapsulation, subject }: Pick<SealedParts, 'version' | 'encapsulation' | 'subject'>,
  { entityId, events }: Readonly<{ entityId: string; events: Events }>,
): string => `${version}.${encapsulation}${subject === entityId ? '' : subjectText(subject, events)}`;

/** A sealed value in the form in which its commit stores it.
 * @example shortSealed(0, { hashedFor: 'subject', hash, ciphertext }); // { '~': '0s...' }
 */
export const shortSealed = (
  index: number,
  { hashedFor, hash, ciphertext }: Pick<SealedParts, 'hashedFor' | 'hash' | 'ciphertext'>,
): Readonly<{ '~': string }> => ({ '~': `${index}${letterOf(hashedFor)}${hash}${ciphertext}` });

type Place = Readonly<{ event: string; type: string; entityId: string; sealed: Encapsulations; events: Events }>;

/** The text at a place of an event's data. */
const textAt = (data: unknown, pointer: string): string | undefined => {
  const step = (value: unknown, name: string) =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, name)
      ? (value as Readonly<Record<string, unknown>>)[name]
      : undefined;
  const found = namesOf(pointer).reduce(step, data);
  return typeof found === 'string' && found !== '' ? found : undefined;
};

const wholeOf = (short: string, { event, type, entityId, sealed, events }: Place, path: readonly string[]): Sealed => {
  const [, index, kind, hash, ciphertext] = shortForm.exec(short) ?? [];
  const [, version, encapsulation, id, at, pointer] =
    (index !== undefined && encapsulationForm.exec(sealed[Number(index)] ?? '')) || [];
  const subject = pointer === undefined ? (id ?? entityId) : textAt(events[Number(at)]?.data, pointer);
  if (!version || subject === undefined)
    throw new NotSealed(`${event}: the sealed value at ${pointerTo(path)} is damaged, or its commit has lost what it refers to.`);
  return sealedOf({
    subject,
    version: Number(version),
    encapsulation: encapsulation!,
    hashedFor: hashedForOf(kind),
    hash: hash!,
    ciphertext: ciphertext!,
    at: [event, type, pointerTo(path)],
  });
};

const expanded = (value: unknown, place: Place, path: readonly string[]): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element, i) => expanded(element, place, [...path, String(i)]));
  const short = (value as Readonly<Record<string, unknown>>)['~'];
  if (typeof short === 'string' && Object.keys(value).length === 1) return wholeOf(short, place, path);
  return Object.fromEntries(Object.entries(value).map(([name, element]) => [name, expanded(element, place, [...path, name])]));
};

/** The data of a commit's event with each sealed value in its whole form, which does not need the commit.
 * @example wholeData(stored.data, { event: 'customer-ada/1', type: 'CustomerRegistered', entityId: 'ada', sealed: commit.sealed, events: commit.events });
 */
export const wholeData = (data: unknown, place: Place): unknown => expanded(data, place, []);

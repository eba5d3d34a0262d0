import type { Commit } from '../../core/commit.ts';
import type { Given } from '../../core/personal/given.ts';
import { type PersonalOptions, replaceUnsealed, Unsealed, unsealedIn } from '../../core/personal/personal.ts';
import { encapsulationText, type Sealed, type SealedParts, sealedOf, shortSealed } from '../../core/personal/sealed.ts';
import { parseStream } from '../../core/stream.ts';
import { toBase64Url, utf8 } from './bytes.ts';
import { hashOf } from './find.ts';
import { aadOf } from './place.ts';
import type { PublicHalf, Sealing } from './ports.ts';

/** The subject of a personal value of an event's data; `where` names it in an error. */
export type SubjectOf = (options: PersonalOptions, data: unknown, where: string) => string;

/** A commit whose personal values are sealed, or the subject who is erased. */
export type SealedCommit = Readonly<{ commit: Commit } | { erased: string }>;

type Value = Readonly<{ i: number; path: string; at: SealedParts['at']; subject: string; text: string; find: boolean }>;

const valuesIn = ({ stream, version, events }: Commit, subjectOf: SubjectOf): readonly Value[] =>
  events.flatMap(({ type, data }, i) => {
    const event = `${stream}/${version - events.length + i + 1}`;
    return unsealedIn(data).map(({ path, unsealed }) => ({
      i,
      path,
      at: [event, type, path] as const,
      subject: subjectOf(unsealed.options, data, `${event} (${type}) at ${path}`),
      text: JSON.stringify(Unsealed.valueIn(unsealed)),
      find: unsealed.options.find === true,
    }));
  });

const hashed = async ({ keys, box }: Sealing, half: PublicHalf, { find, text }: Value): Promise<string> =>
  hashOf(box, find ? await keys.findSecret() : half.hashSecret, text);

/** The values of one subject, sealed by one encapsulation. */
const sealedFor = async (sealing: Sealing, half: PublicHalf, values: readonly Value[]) => {
  const parts = await Promise.all(
    values.map(async (value) => {
      const hashedFor = value.find ? 'deployment' : 'subject';
      return { ...half, at: value.at, hashedFor, hash: await hashed(sealing, half, value) } as const;
    }),
  );
  const toSeal = values.map(({ text }, i) => ({ plaintext: utf8(text), aad: aadOf(parts[i]!) }));
  const { encapsulation, ciphertexts } = await sealing.box.seal(half, toSeal);
  return { encapsulation: toBase64Url(encapsulation), parts, ciphertexts: ciphertexts.map(toBase64Url) };
};

/** The personal values of a commit sealed, each to its subject: a commit without any is answered as it is. */
export const sealCommit = async (sealing: Sealing | undefined, commit: Commit, subjectOf: SubjectOf): Promise<SealedCommit> => {
  const values = valuesIn(commit, subjectOf);
  if (values.length === 0) return { commit };
  if (!sealing)
    throw new Error(`${commit.stream}: its events have personal values, and this function was given no keys to seal them with.`);
  const entityId = parseStream(commit.stream)?.id ?? commit.stream;
  const subjects = [...new Set(values.map(({ subject }) => subject))];
  const halves = await Promise.all(subjects.map((subject) => sealing.keys.publicHalf(subject)));
  const encapsulations: Pick<SealedParts, 'version' | 'encapsulation' | 'subject'>[] = [];
  const places = new Map<string, unknown>();
  for (const [index, subject] of subjects.entries()) {
    const half = halves[index]!;
    if (half === 'erased') return { erased: subject };
    const own = values.filter((value) => value.subject === subject);
    const { encapsulation, parts, ciphertexts } = await sealedFor(sealing, half, own);
    encapsulations.push({ version: half.version, encapsulation, subject });
    for (const [i, { path, i: event }] of own.entries())
      places.set(`${event}${path}`, shortSealed(index, { ...parts[i]!, ciphertext: ciphertexts[i]! }));
  }
  const events = commit.events.map(({ type, v, data }, i) => ({
    type,
    v,
    data: replaceUnsealed(data, (path) => places.get(`${i}${path}`)),
  }));
  const sealed = encapsulations.map((each) => encapsulationText(each, { entityId, events }));
  return { commit: { ...commit, events, sealed } };
};

/** A value that is given with its subject and the place where it was first sealed, sealed in the whole form. */
export const sealGiven = async (
  sealing: Sealing,
  { '~': { plain, find }, of: subject, at }: Given,
): Promise<Readonly<{ sealed: Sealed } | { erased: string }>> => {
  const half = await sealing.keys.publicHalf(subject);
  if (half === 'erased') return { erased: subject };
  const value = { i: 0, path: at[2], at, subject, text: JSON.stringify(plain), find: find === true };
  const { encapsulation, parts, ciphertexts } = await sealedFor(sealing, half, [value]);
  return { sealed: sealedOf({ ...parts[0]!, encapsulation, ciphertext: ciphertexts[0]! }) };
};

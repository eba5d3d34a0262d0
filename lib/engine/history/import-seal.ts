import { type Commit, storedEvents } from '../../core/commit.ts';
import type { AnyDecider } from '../../core/decider.ts';
import { pointerTo } from '../../core/difference.ts';
import { isGiven } from '../../core/personal/given.ts';
import { Unsealed, unsealedIn } from '../../core/personal/personal.ts';
import { replaced } from '../../core/personal/replaced.ts';
import { isSealed, partsOf, type Sealed } from '../../core/personal/sealed.ts';
import { subjectIn } from '../../core/personal/subject.ts';
import { parseStream } from '../../core/stream.ts';
import { boundedCache } from '../bounded-cache.ts';
import { canonical } from '../canonical.ts';
import { ownerAt } from '../command/sealing.ts';
import { hashOf } from '../personal/find.ts';
import type { Sealing } from '../personal/ports.ts';
import { type SealedCommit, type SubjectOf, sealCommit, sealGiven } from '../personal/seal.ts';
import type { Known } from '../store/known.ts';
import { catchUp, type Loading, load } from '../store/load.ts';
import type { ImportLine } from './import-line.ts';

/** What an import seals plain values with. */
export type ImportSealing = Readonly<{
  sealing: Sealing;
  deciders: readonly AnyDecider[];
  loading: Omit<Loading, 'decider'>;
}>;

/** Streams whose state is kept, for the owners of their values. */
const mostStates = 1_000;

/** The personal values of an event that a line gives in plain, at their places. */
const plainAt = (value: object): Readonly<{ plain: unknown; find: boolean }> | undefined => {
  if (value instanceof Unsealed) return { plain: Unsealed.valueIn(value), find: value.options.find === true };
  return isGiven(value) ? { plain: value['~'].plain, find: value['~'].find === true } : undefined;
};

const hasPlain = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && (plainAt(data) !== undefined || Object.values(data).some(hasPlain));

/** True for a commit of an import that has plain values to be sealed. */
export const isToSeal = ({ events }: Pick<Commit, 'events'>): boolean => events.some(({ data }) => hasPlain(data));

/** The value at a place, as far as there is one. */
const at = (data: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name], data);

/** Seals the plain values of imported commits to the subjects of the target, and compares with what is there. It opens nothing. */
export const importSealing = ({ sealing, deciders, loading }: ImportSealing) => {
  const byCategory = new Map(deciders.map((decider) => [decider.category, decider]));
  const states = boundedCache<Known>(mostStates);

  const ownerOf = async (commit: Commit): Promise<string | undefined> => {
    const { id, category } = parseStream(commit.stream) ?? { id: commit.stream, category: '' };
    const decider = byCategory.get(category);
    if (!decider?.owner) return id;
    const before = states.get(commit.stream);
    const of = { ...loading, decider };
    const known = before ? await catchUp(of, before) : await load(of, commit.stream);
    states.set(commit.stream, known, 1);
    if (known.commit !== commit.commit - 1)
      throw new Error(`${commit.stream} was written to by others during the import: let nobody write to it, and import again.`);
    return ownerAt(decider, known.state, commit);
  };

  /** True if an equal value is stored there: known by its hash. What was erased there cannot be compared any more. */
  const isEqual = async ({ plain, find }: Readonly<{ plain: unknown; find: boolean }>, there: Sealed): Promise<boolean> => {
    const { subject, hash, hashedFor } = partsOf(there);
    if ((hashedFor === 'deployment') !== find) return false;
    const half = await sealing.keys.existing(subject);
    if (half === undefined || half === 'erased') return true;
    const secret = find ? await sealing.keys.findSecret() : half.hashSecret;
    return (await hashOf(sealing.box, secret, JSON.stringify(plain))) === hash;
  };

  return {
    /** The commit as it is stored. */
    seal: async (commit: Commit): Promise<SealedCommit> => {
      const own = commit.events.flatMap(({ data }) => unsealedIn(data));
      const owner = own.some(({ unsealed }) => unsealed.options.of === undefined) ? await ownerOf(commit) : undefined;
      const subjectOf: SubjectOf = (options, data, where) => subjectIn(options, data, () => owner, where);
      const made = await sealCommit(sealing, commit, subjectOf);
      if ('erased' in made) return made;
      const given = made.commit.events.flatMap(({ data }) => givenIn(data));
      const values = new Map<object, Sealed>();
      for (const each of given) {
        const value = await sealGiven(sealing, each);
        if ('erased' in value) return value;
        values.set(each, value.sealed);
      }
      const events = made.commit.events.map((event) => ({
        ...event,
        data: replaced(event.data, (value) => (values.has(value) ? { value: values.get(value) } : undefined)),
      }));
      return { commit: { ...made.commit, events } };
    },

    /** True if the commit that is there is this one. */
    isSame: async (commit: Commit, there: Commit): Promise<boolean> => {
      const stored = storedEvents(there);
      const differ: Promise<boolean>[] = [];
      const events = commit.events.map((event, i) => ({
        ...event,
        data: replaced(event.data, (value, path) => {
          const plain = plainAt(value);
          if (!plain) return undefined;
          const other = at(stored[i]?.data, path);
          if (!isSealed(other)) return { value: `no value at ${pointerTo(path)}` };
          differ.push(isEqual(plain, other).then((is) => !is));
          return { value: other };
        }),
      }));
      const bare = ({ imported: _, sealed: __, ...rest }: Commit) => canonical(rest);
      if (bare({ ...commit, events }) !== bare({ ...there, events: stored })) return false;
      return !(await Promise.all(differ)).some(Boolean);
    },
  };
};

const givenIn = (data: unknown): readonly Parameters<typeof sealGiven>[1][] => {
  if (typeof data !== 'object' || data === null) return [];
  return isGiven(data) ? [data] : Object.values(data).flatMap(givenIn);
};

const sealedIn = (data: unknown): readonly Sealed[] => {
  if (typeof data !== 'object' || data === null) return [];
  return isSealed(data) ? [data] : Object.values(data).flatMap(sealedIn);
};

/** Looks for values that were sealed under keys that the target does not have, and never will have: those of another deployment. */
export const foreignValues = (keys: Pick<Sealing['keys'], 'existing'> | undefined) => {
  const versions = new Map<string, number>();
  const versionOf = async (subject: string): Promise<number> => {
    const half = await keys?.existing(subject);
    // What was sealed to an erased subject reads as erased, whatever version it had.
    return half === 'erased' ? Number.POSITIVE_INFINITY : (half?.version ?? 0);
  };
  /** The subject of such a value in a line, if there is any. */
  return async (line: ImportLine): Promise<string | undefined> => {
    const whole = storedEvents({ ...line, version: line.version ?? 0 } as Commit);
    for (const { subject, version } of whole.flatMap(({ data }) => sealedIn(data)).map(partsOf)) {
      const known = versions.get(subject) ?? (await versionOf(subject));
      versions.set(subject, known);
      if (version > known) return subject;
    }
    return undefined;
  };
};

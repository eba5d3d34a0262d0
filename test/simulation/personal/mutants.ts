import { isSealed } from '../../../lib/core/personal/sealed.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import { opened } from '../../../lib/engine/personal/open.ts';
import type { OpeningKeys, PrivateHalf, Tombstone } from '../../../lib/engine/personal/ports.ts';
import type { View } from '../../../lib/engine/ports.ts';
import { type MemorySubjectKeys, memoryBox, memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';
import type { Tamper } from '../../../lib/testing/simulator.ts';

const box = memoryBox();

type Items = MemorySubjectKeys['items'];

/** Damage that needs the keys of the run that it is done to, and those that it had before anyone was erased. */
const withKeys = (damage: (keysNow: () => MemorySubjectKeys, before: Items) => Tamper): Tamper => {
  let keys: MemorySubjectKeys;
  const before: Items = new Map();
  return {
    subjects: (real) => {
      before.clear();
      keys = real;
      return {
        ...real,
        erase: (subject, ...more) => {
          const item = real.items.get(subject);
          if (item?.hashSecret) before.set(subject, item);
          return real.erase(subject, ...more);
        },
      };
    },
    ...damage(() => keys, before),
  };
};

/** What opens everything, as nobody but those who answer may. */
const openedBy = async (keysNow: () => MemorySubjectKeys, value: unknown) => opened({ keys: keysNow(), box }, value);

/** Erased subjects are there again as they were. */
const bringBack = ({ items }: MemorySubjectKeys, before: Items): void => {
  for (const [subject, item] of before) items.set(subject, item);
};

const remembering = (keys: OpeningKeys): OpeningKeys => {
  const kept = new Map<string, PrivateHalf>();
  return {
    privateHalf: async (subject, version) => {
      const name = `${subject} ${version}`;
      const half = kept.get(name) ?? (await keys.privateHalf(subject, version));
      if (half && half !== 'erased') kept.set(name, half);
      return half;
    },
  };
};

const openingRows = <V extends View>(view: V, keysNow: () => MemorySubjectKeys): V => ({
  ...view,
  putHead: async (head, before) => view.putHead((await openedBy(keysNow, head)) as typeof head, before),
  putRow: async (item, before) => view.putRow((await openedBy(keysNow, item)) as typeof item, before),
});

const nothing = new Uint8Array();
const erased = 'erased' as const;

/** Damage to what a process's commands are handled with. */
const sending = (damage: (target: Commanding) => Commanding): Tamper => ({
  reacting: (real) => ({
    ...real,
    target: (category) => {
      const target = real.target(category);
      return target && damage(target);
    },
  }),
});

/** Sealed values that a process passes on, as if they had been sealed where they are now. */
const movedTo = (event: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (isSealed(value)) return { ...value, at: [event, value.at[1], value.at[2]] };
  return Array.isArray(value)
    ? value.map((each) => movedTo(event, each))
    : Object.fromEntries(Object.entries(value).map(([name, each]) => [name, movedTo(event, each)]));
};

/** The mistakes that others made with erasure, and those next to them. */
export const subjectMutants: Readonly<Record<string, Tamper>> = {
  'a key is made anew after an erasure': {
    subjects: (real) => {
      const second = memorySubjectKeys('second');
      return {
        ...real,
        publicHalf: async (subject) => {
          const half = await real.publicHalf(subject);
          return half === 'erased' ? second.publicHalf(subject) : half;
        },
        privateHalf: async (subject, version) => {
          const half = await real.privateHalf(subject, version);
          return half === 'erased' ? ((await second.privateHalf(subject, version)) ?? half) : half;
        },
      };
    },
  },
  'private halves are kept without an end': { opening: (real) => ({ ...real, keys: remembering(real.keys) }) },
  'public halves are kept without an end': {
    sealing: ({ keys, ...rest }) => {
      const kept = new Map<string, Awaited<ReturnType<typeof keys.publicHalf>>>();
      const publicHalf: typeof keys.publicHalf = async (subject) => {
        const half = kept.get(subject) ?? (await keys.publicHalf(subject));
        kept.set(subject, half);
        return half;
      };
      return { ...rest, keys: { ...keys, publicHalf } };
    },
  },
  'the additional data are left out': {
    sealing: (real) => ({
      ...real,
      box: {
        ...real.box,
        seal: (half, values) =>
          real.box.seal(
            half,
            values.map(({ plaintext }) => ({ plaintext, aad: nothing })),
          ),
      },
    }),
    opening: (real) => ({
      ...real,
      box: { ...real.box, open: (half, e, { ciphertext }) => real.box.open(half, e, { ciphertext, aad: nothing }) },
    }),
  },
  'an effect keeps private halves without an end': {
    performing: ({ opening, ...real }) => ({ ...real, opening: { ...opening!, keys: remembering(opening!.keys) } }),
  },
  'what an adapter throws is kept, and it quotes what was opened for it': withKeys((keysNow) => ({
    performing: ({ effect: { opens: _, ...effect }, provider, ...real }) => ({
      ...real,
      effect,
      provider: { call: async (given) => provider.call({ ...given, input: await openedBy(keysNow, given.input) }) },
    }),
  })),
  'the function of a process is given no keys': sending(({ personal: _, ...real }) => real),
  'a process tries for ever to write to an erased subject': sending((real) => {
    const { keys, box } = real.personal!;
    const publicHalf: typeof keys.publicHalf = async (subject) => {
      const half = await keys.publicHalf(subject);
      if (half === 'erased') throw new Error(`${subject} is erased.`);
      return half;
    };
    return { ...real, personal: { keys: { ...keys, publicHalf }, box } };
  }),
  'a value that is passed on is bound to where it comes to': sending((real) => ({
    ...real,
    store: {
      ...real.store,
      append: (commit) =>
        real.store.append({
          ...commit,
          events: movedTo(`${commit.stream}/${commit.version}`, commit.events) as typeof commit.events,
        }),
    },
  })),
  'the versions before a rotation are thrown away': {
    subjects: (real) => ({
      ...real,
      privateHalf: async (subject, version) => {
        const newest = await real.existing(subject);
        return newest && newest !== 'erased' && version < newest.version ? undefined : real.privateHalf(subject, version);
      },
    }),
  },
  'a snapshot holds opened values': withKeys((keysNow) => ({
    commanding: (real) => ({
      ...real,
      snapshots: {
        ...real.snapshots,
        save: async (snapshot, impossible) =>
          real.snapshots.save({ ...snapshot, state: await openedBy(keysNow, snapshot.state) }, impossible),
      },
    }),
  })),
  'a projection holds opened values': withKeys((keysNow) => ({
    projecting: (real) => ({ ...real, view: openingRows(real.view, keysNow) }),
  })),
  'a rebuild holds opened values': withKeys((keysNow) => ({
    working: (real) => ({ ...real, view: openingRows(real.view, keysNow) }),
  })),
  'an import brings erased keys back': withKeys((keysNow, before) => ({
    engine: (real) => ({
      ...real,
      importHistory: async (...given) => {
        const done = await real.importHistory(...given);
        bringBack(keysNow(), before);
        return done;
      },
    }),
  })),
  'a restore brings erased keys back': withKeys((keysNow, before) => ({
    engine: (real) => ({
      ...real,
      resetToRestored: async (...given) => {
        bringBack(keysNow(), before);
        return real.resetToRestored(...given);
      },
    }),
  })),
  'an erasure is certified before the keys are gone': {
    engine: (real) => ({
      ...real,
      eraseSubject: async (erasing, request) => {
        const [keys, opening] = [
          { erase: async (_: string, given: Tombstone) => given },
          { privateHalf: async () => erased },
        ] as const;
        const certificate = await real.eraseSubject({ ...erasing, keys, opening }, request);
        void erasing.keys.erase(request.subject, { ...certificate.erased, correlation: request.correlation }).catch(() => {});
        return certificate;
      },
    }),
  },
  'an erasure that crashed between its steps is taken for finished': {
    engine: (real) => ({
      ...real,
      eraseSubject: async (erasing, request) => {
        if ((await erasing.opening.privateHalf(request.subject, 1)) !== erased) return real.eraseSubject(erasing, request);
        const store = { ...erasing.recording.store, append: async () => ({ stored: true }) as const };
        return real.eraseSubject({ ...erasing, recording: { ...erasing.recording, store } }, request);
      },
    }),
  },
  'a repeated erasure leaves a tombstone of its own': {
    subjects: (real) => ({
      ...real,
      erase: async (subject, tombstone) => {
        await real.erase(subject, tombstone);
        return tombstone!;
      },
    }),
  },
  'the secret of the hashes is kept after an erasure': withKeys((keysNow, before) => ({
    engine: (real) => ({
      ...real,
      eraseSubject: async (erasing, request) => {
        const certificate = await real.eraseSubject(erasing, request);
        const { hashSecret } = before.get(request.subject) ?? {};
        const { items } = keysNow();
        if (hashSecret) items.set(request.subject, { ...items.get(request.subject)!, erased: true, hashSecret });
        return certificate;
      },
    }),
  })),
};

import { type Commit, storedEvents } from '../../../core/commit.ts';
import { type Sealed, sealedIn } from '../../../core/personal/sealed.ts';
import { cachedOpening, cachedSealing } from '../../../engine/personal/cached.ts';
import { erasedMark, opened } from '../../../engine/personal/open.ts';
import type { Opening, Sealing } from '../../../engine/personal/ports.ts';
import { type MemorySubjectKeys, memoryBox, memorySubjectKeys } from '../../memory/personal.ts';
import { type Tamper, untampered } from '../world/engine.ts';
import { Injected } from '../world/faults.ts';
import { type Instance, pool } from '../world/pool.ts';
import { distant } from '../world/wire.ts';
import type { World } from '../world/world.ts';
import type { SubjectPlan } from './plan.ts';

/** How long functions keep keys. */
export const keptFor = 600;

/** A command that was given the public half in time may take as long to store its commit. */
const onItsWay = 3_000;

/** The subjects of a run with their keys, and the functions that seal and open. */
export type SimulatedSubjects = Readonly<{
  plan: SubjectPlan;
  keys: MemorySubjectKeys;
  erasedAt: ReadonlyMap<string, number>;
  sealingOf(instance: Instance): Sealing;
  openingOf(instance: Instance): Opening;
  /** Outside of the simulated time and its faults. */
  sealing: Sealing;
  opening: Opening;
  /** Looks at a stored commit: it must not be of a subject who was erased long ago. */
  stored(commit: Commit): void;
  /** Opens sealed values in a function that may be warm, and checks what it shows. */
  look(values: readonly Sealed[], atRest?: boolean): Promise<void>;
  /** The keys' table as the one who erases has it: what it deletes is deleted from then on. */
  erasing: MemorySubjectKeys;
  /** Looks at what a provider is given: it must not be of a subject who was erased long ago. */
  told(input: unknown): void;
  begin(commits: () => readonly Commit[]): void;
}>;

type Erasures = Readonly<{ erasedAt: ReadonlyMap<string, number>; tellsTime: () => boolean }>;

const toldOf = (world: World, { mark }: SubjectPlan, { erasedAt, tellsTime }: Erasures): SimulatedSubjects['told'] => {
  const ofSubject = new RegExp(`${mark}([^.]+)\\.`, 'g');
  return (input) => {
    const text = JSON.stringify(input);
    if (text.includes(JSON.stringify(erasedMark))) world.count('erased for a provider');
    for (const [, of = ''] of text.matchAll(ofSubject)) {
      world.count('opened for a provider');
      const erased = erasedAt.get(of);
      if (erased !== undefined && tellsTime() && world.time.now() > erased + keptFor + onItsWay)
        world.broken(`a provider is told of ${of}, who was erased ${world.time.now() - erased} ms ago`);
    }
  };
};

export const simulatedSubjects = (world: World, plan: SubjectPlan, tamper: Tamper): SimulatedSubjects => {
  const keys = (tamper.subjects ?? untampered)(memorySubjectKeys(String(world.seed)));
  const box = memoryBox();
  const erasedAt = new Map<string, number>();
  // Where clocks jump, no function can tell for how long it has kept a key.
  const tellsTime = () => world.odds.jumps === 0;
  const aging = ({ clock }: Instance) => ({ clock, milliseconds: keptFor });
  const sealingOf = (instance: Instance): Sealing =>
    (tamper.sealing ?? untampered)({ keys: cachedSealing(distant(world, instance, 'keys', keys), aging(instance)), box });
  const openingOf = (instance: Instance): Opening =>
    (tamper.opening ?? untampered)({ keys: cachedOpening(distant(world, instance, 'keys', keys), aging(instance)), box });
  const openers = pool(world, 'open', openingOf);

  const shown = (value: Sealed, answer: unknown, began: number, atRest: boolean): void => {
    const { of, at } = value;
    const erased = erasedAt.get(of);
    if (JSON.stringify(answer) === JSON.stringify(erasedMark)) {
      world.count('erased values');
      if (erased === undefined) world.broken(`${at[0]} ${at[2]} is shown as erased, and nobody has erased ${of}`);
      return;
    }
    world.count('opened values');
    if (!JSON.stringify(answer).includes(`${plan.mark}${of}.`))
      world.broken(`${at[0]} ${at[2]} of ${of} is shown as ${JSON.stringify(answer)}`);
    if (erased !== undefined && (atRest || (tellsTime() && began >= erased + keptFor)))
      world.broken(`${at[0]} ${at[2]} is shown ${began - erased} ms after ${of} was erased`);
  };

  const look: SimulatedSubjects['look'] = async (values, atRest = false) => {
    try {
      await openers.invoke(async (opening) => {
        const began = world.time.now();
        for (const value of values) shown(value, await opened(opening, value), began, atRest);
      });
    } catch (cause) {
      if (!(cause instanceof Injected)) world.broken(`a reader of personal values: ${String(cause)}`);
    }
  };

  const lookAtOne = async (commits: readonly Commit[]): Promise<void> => {
    const sealed = commits.filter((commit) => commit.sealed);
    if (sealed.length > 0) await look(sealedIn(storedEvents(world.dice('looks').pick(sealed))));
  };

  return {
    plan,
    keys,
    erasedAt,
    sealingOf,
    openingOf,
    sealing: (tamper.sealing ?? untampered)({ keys, box }),
    opening: (tamper.opening ?? untampered)({ keys, box }),
    look,
    stored: (commit) => {
      if (!commit.sealed || commit.imported !== undefined || !tellsTime()) return;
      for (const { of, at } of sealedIn(storedEvents(commit))) {
        // What a process passes on was sealed before.
        if (!at[0].startsWith(`${commit.stream}/`)) continue;
        const erased = erasedAt.get(of);
        if (erased !== undefined && world.time.now() > erased + keptFor + onItsWay)
          world.broken(`${commit.stream} ${commit.commit} was stored ${world.time.now() - erased} ms after ${of} was erased`);
      }
    },
    told: toldOf(world, plan, { erasedAt, tellsTime }),
    erasing: {
      ...keys,
      erase: async (subject, tombstone) => {
        const there = await keys.erase(subject, tombstone);
        if (!erasedAt.has(subject)) erasedAt.set(subject, world.time.now());
        return there;
      },
    },
    begin: (commits) => {
      for (const { at, subject } of plan.rotations) world.time.after(at, () => keys.rotate(subject));
      for (const at of plan.looks) world.time.after(at, () => void lookAtOne(commits()));
    },
  };
};

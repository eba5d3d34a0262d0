import type { AnyProjection } from '../../../core/projection.ts';
import { knownPhase } from '../../../engine/view/phase.ts';
import type { DirtyNotes } from '../../../engine/view/ports.ts';
import type { Projecting } from '../../../engine/view/projecting.ts';
import { memoryActives, memoryDirtyNotes, memoryPhases } from '../../memory/rebuild.ts';
import type { Completeness } from '../checks/rebuilds.ts';
import type { Instance } from '../world/pool.ts';
import { distant } from '../world/wire.ts';
import type { World } from '../world/world.ts';
import { observedControl, type RebuildFacts } from './observed.ts';
import type { RebuildPlan } from './plan.ts';

export type SimulatedControl = ReturnType<typeof simulatedControl>;

/** Notes that take their time; none may come when they are being drained already. */
const slowNotes = (world: World, plan: RebuildPlan, name: string, isDraining: () => boolean) => {
  const dice = world.dice('notes');
  return (notes: DirtyNotes): Pick<DirtyNotes, 'note'> => ({
    note: async (noted) => {
      await world.time.sleep(dice.next() * plan.slowNotes);
      await notes.note(noted);
      if (isDraining()) world.broken(`${noted.stream} is noted in ${name} when the notes are being drained already`);
    },
  });
};

/** The part of the control table that says which revision answers and how far rebuilds are, for the one view of a run with two revisions. */
export const simulatedControl = (world: World, plan: RebuildPlan, [first, second]: readonly [AnyProjection, AnyProjection]) => {
  const { name } = first;
  const deployedAt = world.time.now() + plan.deployedAt;
  const [actives, phases] = [memoryActives(), memoryPhases()];
  const dirty = new Map<number, DirtyNotes>([first, second].map(({ revision }) => [revision, memoryDirtyNotes()] as const));
  const since = new Date(world.time.now()).toISOString();
  const codeOf = (revision: number) => `code-${revision}`;
  // As the deployments leave it: the first one over no commits, and the second beside it.
  const deployed = { projection: name, revision: first.revision, since, by: 'deployment', why: 'first' };
  if (!plan.unanswered) void actives.switch(deployed, undefined);
  void phases.save(name, first.revision, { phase: 'live', since, code: codeOf(first.revision) });
  if (plan.known) void phases.save(name, second.revision, { phase: 'building', since, code: codeOf(second.revision) });

  /** Revisions in whose tables somebody has changed something, until that is repaired. */
  const spoilt = new Set<number>();
  /** Revisions in which other code has left a stream, and which a refold is to put right by itself. */
  const aged = new Set<number>();
  /** Revisions that no release deploys at the moment. */
  const gone = new Set<number>();
  let draining = false;
  const facts: RebuildFacts = {
    everActive: new Set(plan.unanswered ? [] : [first.revision]),
    overSince: new Map(),
    switchedBack: [],
    verifying: () => {},
  };
  const slowly = slowNotes(world, plan, name, () => draining);
  const observed = observedControl(world, facts, { first, deployedAt, actives, phases });
  return {
    plan,
    name,
    first,
    second,
    ...observed,
    phases,
    dirty,
    codeOf,
    everActive: facts.everActive,
    overSince: facts.overSince,
    spoilt,
    aged,
    /** The faults of the history: it must have each roll back once, in the order in which they took effect. */
    historyFault: async (): Promise<string | undefined> => {
      const told = (await observed.rebuilds.list(name)).flatMap((each) =>
        each.kind === 'roll-back' ? [`r${each.from} to r${each.revision}`] : [],
      );
      const [wanted, is] = [facts.switchedBack.join(', '), told.toReversed().join(', ')];
      return wanted === is ? undefined : `${name} was rolled back ${wanted || 'never'}, and the history says ${is || 'never'}`;
    },
    /** From now on no function may note anything. */
    drains: () => {
      draining = true;
    },
    removed: (revision: number) => {
      gone.add(revision);
    },
    /** With another table, in which nothing is. */
    returned: (revision: number) => {
      gone.delete(revision);
      facts.everActive.delete(revision);
      draining = false;
    },
    checkedBy: (made: Completeness, atVerify: () => void) => {
      facts.check = made;
      facts.verifying = atVerify;
    },
    /** The ports of a function of one of the two revisions, beside its own table. */
    building: (instance: Instance, projection: AnyProjection): Pick<Projecting, 'building'> => {
      const notes = dirty.get(projection.revision);
      if (projection.name !== name || !notes) return {};
      const far = distant(world, instance, 'control', phases);
      const { note } = distant(world, instance, `notes r${projection.revision}`, slowly(notes));
      return { building: { phase: knownPhase(far, projection, instance.clock), dirty: { note } } };
    },
    isOf: (projection: Pick<AnyProjection, 'name'>) => projection.name === name,
    isDeployed: (projection: AnyProjection) =>
      projection.name !== name ||
      (!gone.has(projection.revision) && (projection.revision === first.revision || world.time.now() >= deployedAt)),
  };
};

/** True for a revision that is not deployed, or that is being built. */
export const isBuildingIn = (control: SimulatedControl | undefined) => async (view: AnyProjection) =>
  control?.isOf(view) === true &&
  (!control.isDeployed(view) || (await control.phases.load(view.name, view.revision))?.phase !== 'live');

import type { AnyProjection } from '../../../core/projection.ts';
import { isOver } from '../../../engine/rebuild/ports.ts';
import { knownPhase } from '../../../engine/view/phase.ts';
import type { DirtyNotes } from '../../../engine/view/ports.ts';
import type { Projecting } from '../../../engine/view/project.ts';
import { memoryActives, memoryDirtyNotes, memoryPhases, memoryRebuilds } from '../../memory/rebuild.ts';
import type { Completeness } from '../checks/rebuilds.ts';
import type { Instance } from '../world/pool.ts';
import { distant } from '../world/wire.ts';
import type { World } from '../world/world.ts';
import type { RebuildPlan } from './plan.ts';

/** Operators do nothing any more when the last rebuild begins, hours later. */
const operatedFor = 60_000;

/** By this reason a switch is known for a roll back. */
export const rolledBackFor = 'back';

export type SimulatedControl = ReturnType<typeof simulatedControl>;

/** What says which revision answers, and how far rebuilds are: of the one view of a run that is deployed in two revisions. */
export const simulatedControl = (world: World, plan: RebuildPlan, [first, second]: readonly [AnyProjection, AnyProjection]) => {
  const { name } = first;
  const dice = world.dice('notes');
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

  /** Whether a reader may be answered from a revision: it has been active by now. */
  const everActive = new Set(plan.unanswered ? [] : [first.revision]);
  const overSince = new Map<string, number>();
  /** Revisions in whose tables somebody has changed something, until that is repaired. */
  const spoilt = new Set<number>();
  /** Revisions in which other code has left a stream, and which a refold is to put right by itself. */
  const aged = new Set<number>();
  const switchedBack: string[] = [];
  let check: Completeness | undefined;
  let verifying = () => {};
  let draining = false;
  /** Revisions that no release deploys at the moment. */
  const gone = new Set<number>();
  const observedActives: typeof actives = {
    ...actives,
    switch: async (next, from) => {
      const done = await actives.switch(next, from);
      if (!done) return false;
      world.count(`switched to the ${next.revision === first.revision ? 'first' : 'second'}`);
      const wasActive = everActive.has(next.revision);
      everActive.add(next.revision);
      if ((await phases.load(name, next.revision))?.phase !== 'live')
        world.broken(`${name} is switched to revision ${next.revision}, which is still being built`);
      if (next.why === rolledBackFor && !wasActive)
        world.broken(`${name} is rolled back to revision ${next.revision}, which was never active`);
      if (next.why === rolledBackFor) switchedBack.push(`r${from} to r${next.revision}`);
      if (next.why !== 'rebuild') return true;
      const rebuild = (await rebuilds.list(name)).find((each) => each.kind !== 'roll-back');
      if (rebuild && isOver(rebuild) && rebuild.state !== 'switched')
        world.broken(`${name} is switched by ${rebuild.id}, which is ${rebuild.state} already`);
      await check?.atSwitch(next.revision);
      return true;
    },
  };
  const rebuilds = memoryRebuilds(observedActives);
  const observedRebuilds: typeof rebuilds = {
    ...rebuilds,
    move: async (id, from, to, also) => {
      const done = await rebuilds.move(id, from, to, also);
      if (!done) return false;
      const { kind, state, ordered, found } = (await rebuilds.load(id))!;
      if (kind === 'rebuild' && to.state === 'verifying') {
        if (check?.drained() === false && world.time.now() < deployedAt + operatedFor) verifying();
        check?.verifyBegins(id);
      }
      if (isOver(to)) {
        overSince.set(id, world.time.now());
        // Audits and replays end by words of their own, unless they are ended.
        world.count(`${state === 'failed' || state === 'cancelled' ? kind : 'rebuild'}s ${state}`);
        if (state === 'audited' && ordered && found === 0) world.count('rebuilds repaired');
      }
      return true;
    },
  };
  return {
    plan,
    name,
    first,
    second,
    actives: observedActives,
    phases,
    rebuilds: observedRebuilds,
    dirty,
    codeOf,
    everActive,
    overSince,
    spoilt,
    aged,
    /** What the history gets wrong: it tells of each roll back once, in the order in which they took effect. */
    historyFault: async (): Promise<string | undefined> => {
      const told = (await rebuilds.list(name)).flatMap((each) =>
        each.kind === 'roll-back' ? [`r${each.from} to r${each.revision}`] : [],
      );
      const [wanted, is] = [switchedBack.join(', '), told.toReversed().join(', ')];
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
      everActive.delete(revision);
      draining = false;
    },
    checkedBy: (made: Completeness, atVerify: () => void) => {
      check = made;
      verifying = atVerify;
    },
    /** What a function of one of the two revisions asks beside its own table. */
    building: (instance: Instance, projection: AnyProjection): Pick<Projecting, 'building'> => {
      const notes = dirty.get(projection.revision);
      if (projection.name !== name || !notes) return {};
      const far = distant(world, instance, 'control', phases);
      const slow: Pick<DirtyNotes, 'note'> = {
        note: async (noted) => {
          await world.time.sleep(dice.next() * plan.slowNotes);
          await notes.note(noted);
          if (draining) world.broken(`${noted.stream} is noted in ${name} when the notes are being drained already`);
        },
      };
      const { note } = distant(world, instance, `notes r${projection.revision}`, slow);
      return { building: { phase: knownPhase(far, projection, instance.clock), dirty: { note } } };
    },
    isOf: (projection: Pick<AnyProjection, 'name'>) => projection.name === name,
    isDeployed: (projection: AnyProjection) =>
      projection.name !== name ||
      (!gone.has(projection.revision) && (projection.revision === first.revision || world.time.now() >= deployedAt)),
  };
};

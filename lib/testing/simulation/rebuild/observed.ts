import type { AnyProjection } from '../../../core/projection.ts';
import { isOver } from '../../../engine/rebuild/ports.ts';
import { type memoryActives, type memoryPhases, memoryRebuilds } from '../../memory/rebuild.ts';
import type { Completeness } from '../checks/rebuilds.ts';
import type { World } from '../world/world.ts';

/** Operators do nothing any more when the last rebuild begins, hours later. */
const operatedFor = 60_000;

/** By this reason a switch is known for a roll back. */
export const rolledBackFor = 'back';

/** The facts of a run that its checks compare with: of the one view that is deployed in two revisions. */
export type RebuildFacts = {
  /** True if a reader may be answered from a revision: it is or was active. */
  readonly everActive: Set<number>;
  readonly overSince: Map<string, number>;
  readonly switchedBack: string[];
  check?: Completeness;
  /** Called when a rebuild begins to verify, as long as none has come past its draining. */
  verifying: () => void;
};

type Parts = Readonly<{
  first: AnyProjection;
  deployedAt: number;
  actives: ReturnType<typeof memoryActives>;
  phases: ReturnType<typeof memoryPhases>;
}>;

/** The ports that switch and record, with the checks that are made whenever one of them has changed something. */
export const observedControl = (world: World, facts: RebuildFacts, { first, deployedAt, actives, phases }: Parts) => {
  const { name } = first;
  const observedActives: typeof actives = {
    ...actives,
    switch: async (next, from) => {
      const done = await actives.switch(next, from);
      if (!done) return false;
      world.count(`switched to the ${next.revision === first.revision ? 'first' : 'second'}`);
      const wasActive = facts.everActive.has(next.revision);
      facts.everActive.add(next.revision);
      if ((await phases.load(name, next.revision))?.phase !== 'live')
        world.broken(`${name} is switched to revision ${next.revision}, which is still being built`);
      if (next.why === rolledBackFor && !wasActive)
        world.broken(`${name} is rolled back to revision ${next.revision}, which was never active`);
      if (next.why === rolledBackFor) facts.switchedBack.push(`r${from} to r${next.revision}`);
      if (next.why !== 'rebuild') return true;
      const rebuild = (await rebuilds.list(name)).find((each) => each.kind !== 'roll-back');
      if (rebuild && isOver(rebuild) && rebuild.state !== 'switched')
        world.broken(`${name} is switched by ${rebuild.id}, which is ${rebuild.state} already`);
      await facts.check?.atSwitch(next.revision);
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
        if (facts.check?.drained() === false && world.time.now() < deployedAt + operatedFor) facts.verifying();
        facts.check?.verifyBegins(id);
      }
      if (isOver(to)) {
        facts.overSince.set(id, world.time.now());
        // Audits and replays end by words of their own, unless they are ended.
        world.count(`${state === 'failed' || state === 'cancelled' ? kind : 'rebuild'}s ${state}`);
        if (state === 'audited' && ordered && found === 0) world.count('rebuilds repaired');
      }
      return true;
    },
  };
  return { actives: observedActives, rebuilds: observedRebuilds };
};

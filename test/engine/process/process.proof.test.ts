import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import { type Death, processWorld } from '../../support/examples/attending.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';

const names = ['a', 'b', 'c'];
const minute = 60_000;

type World = ReturnType<typeof processWorld>;

const balances = (world: World) =>
  names.map((name) =>
    world.commitsOf(`wallet-${name}`).reduce((sum, { events }) => {
      const amounts = events.map(({ type, data }) => {
        const { amount = 0 } = data as { amount?: number };
        if (type === 'Added') return amount;
        return type === 'Taken' ? -amount : 0;
      });
      return amounts.reduce((a, b) => a + b, sum);
    }, 0),
  );

const commandsIn = (world: World) => world.store.stored().map(({ stream, command }) => `${stream} ${command}`);

/** Timers that fire, fire a second time; then comes what the sweep would send. */
const wake = async (world: World) => {
  for (const { at, message, key } of [...world.scheduler.shots.values()])
    if (Date.parse(at) <= world.clock.now()) {
      if ((await world.tell(message)).length === 0) world.scheduler.shots.delete(key);
      await world.tell(message);
    }
};

const shuffled = <T>(all: readonly T[], seed: number): readonly T[] =>
  all
    .map((each, i) => [((i + 1) * 7919 * (seed + 1)) % 104_729, each] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, each]) => each);

const death: fc.Arbitrary<Death> = fc.record({ call: fc.integer({ min: 1, max: 40 }), after: fc.boolean() });
const transferring = fc.record({
  from: fc.constantFrom(...names),
  to: fc.constantFrom(...names),
  amount: fc.integer({ min: 1, max: 60 }),
});
const happening = fc.oneof(
  fc.record({ request: transferring }),
  fc.record({ close: fc.constantFrom(...names) }),
  fc.record({ die: death, seed: fc.nat(100) }),
  fc.record({ pass: fc.constantFrom(1, 1_000, 31 * minute) }),
);

it('money is conserved and every transfer ends, or is stuck with a reason, under all crashes and orders of delivery', () =>
  fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 4, maxLength: 14 }), async (happenings) => {
      const world = processWorld(moving, [wallet, transfer], { idempotencyWindow: 2, snapshotBytes: 1_000 });
      for (const name of names) {
        await world.ask(`wallet-${name}`, 'Open');
        await world.ask(`wallet-${name}`, 'Add', { amount: 50 });
      }
      let requests = 0;
      for (const now of happenings) {
        if ('request' in now) {
          requests += 1;
          await world.ask(`transfer-${requests}`, 'Request', now.request);
        } else if ('close' in now) await world.ask(`wallet-${now.close}`, 'Close');
        else if ('pass' in now) world.clock.advance(now.pass);
        else {
          // A part of what waits, in any order, some of it a second time.
          const again = shuffled([...world.taken], now.seed).slice(0, 2);
          for (const place of again) world.taken.delete(place);
          const some = (seed: number) => (waiting: readonly Commit[]) => shuffled(waiting, seed).slice(0, 3);
          // Two at the same time, of which one dies.
          const both = [
            world.deliver(world.instance(now.die), some(now.seed)),
            world.deliver(world.instance(), some(now.seed + 1)),
          ];
          await Promise.all(now.seed % 2 ? both : both.slice(0, 1));
          await wake(world);
        }
      }
      await world.settle();
      world.clock.advance(31 * minute);
      await wake(world);
      await world.settle();
      // A deadline left in the list has no effect, and is deleted when its turn comes.
      for (const { at: _, ...due } of await world.deadlines.overdue('moving', { before: '9999', limit: 100 }))
        expect(await world.tell({ due })).toEqual([]);
      expect(world.deadlines.items()).toEqual([]);
      const states = await Promise.all(Array.from({ length: requests }, (_, i) => world.stateOf(`moving-${i + 1}`)));
      for (const { status, stuck, sends, deadlines } of states) {
        expect(['ended', 'stuck']).toContain(status);
        expect([stuck.length, sends.length, Object.keys(deadlines).length]).toEqual([
          status === 'stuck' ? 1 : 0,
          0,
          status === 'stuck' ? expect.any(Number) : 0,
        ]);
      }
      const held = states.reduce(
        (sum, { stuck, memory }) => sum + (stuck.length > 0 ? (memory as { amount: number }).amount : 0),
        0,
      );
      expect(balances(world).reduce((a, b) => a + b) + held).toBe(150);
      const commands = commandsIn(world);
      expect(new Set(commands).size).toBe(commands.length);
      for (let i = 1; i <= requests; i++)
        expect(world.commitsOf(`transfer-${i}`).flatMap(({ events }) => events.map(({ type }) => type))).toEqual(
          states[i - 1]?.status === 'stuck' ? ['Requested'] : ['Requested', 'Settled'],
        );
    }),
    { numRuns: 200 },
  ));

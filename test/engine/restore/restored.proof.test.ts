import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import { instant } from '../../../lib/engine/instant.ts';
import { keepDeadline, openIn } from '../../../lib/engine/process/deadlines.ts';
import type { Deadline } from '../../../lib/engine/process/ports.ts';
import type { Reset } from '../../../lib/engine/restore/reset.ts';
import { foldAfresh } from '../../../lib/engine/view/fold-afresh.ts';
import { type Moment, type Restorable, restorable } from '../../support/examples/restoring.ts';
import { runs } from '../../support/runs.ts';

const minute = 60_000;
const wallets = ['a', 'b', 'c'] as const;

type Step = Readonly<
  | { do: 'request'; from: number; to: number; amount: number }
  | { do: 'add'; to: number; amount: number }
  | { do: 'react'; dies?: number }
  | { do: 'project' }
  | { do: 'sweep' }
  | { do: 'wait'; minutes: number }
>;

const amount = fc.integer({ min: 1, max: 60 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('request' as const), from: fc.nat(2), to: fc.nat(2), amount }),
  fc.record({ do: fc.constant('add' as const), to: fc.nat(2), amount }),
  fc.record({ do: fc.constant('react' as const) }),
  fc.record({ do: fc.constant('react' as const), dies: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ do: fc.constant('project' as const) }),
  fc.record({ do: fc.constant('sweep' as const) }),
  fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 40 }) }),
);

let requests = 0;
const take = async (house: Restorable, { ...one }: Step): Promise<void> => {
  // Two commits are never at the same millisecond.
  house.clock.advance(1);
  if (one.do === 'request') {
    const [from, to] = [wallets[one.from]!, wallets[one.to]!];
    await house.ask(`transfer-${requests++}`, 'Request', { from, to, amount: one.amount });
  }
  if (one.do === 'add') await house.ask(`wallet-${wallets[one.to]}`, 'Add', { amount: one.amount });
  if (one.do === 'react') await house.react(one.dies === undefined ? undefined : { call: one.dies, after: one.dies % 2 === 0 });
  if (one.do === 'project') await house.project();
  if (one.do === 'sweep') await house.sweepOnce();
  if (one.do === 'wait') house.clock.advance(one.minutes * minute);
};

/** Plays steps, and keeps what the tables held after each of them. */
const played = async (house: Restorable, steps: readonly Step[]): Promise<readonly (Moment & { at: number })[]> => {
  requests = 0;
  for (const name of wallets.slice(0, 2)) {
    await house.ask(`wallet-${name}`, 'Open');
    await house.ask(`wallet-${name}`, 'Add', { amount: 100 });
  }
  const moments = [{ ...house.moment(), at: house.clock.now() }];
  for (const one of steps) {
    await take(house, one);
    moments.push({ ...house.moment(), at: house.clock.now() });
  }
  return moments;
};

/** Everything that is delivered arrives, and what got lost is found. Answers how many cursors the last sweep found beyond their streams. */
const settled = async (house: Restorable): Promise<number> => {
  let beyond = 0;
  for (let round = 0; round < 6; round++) {
    await house.settle();
    await house.project();
    beyond = await house.sweepOnce();
  }
  return beyond;
};

const amountIn = (commits: readonly Commit[], is: (commit: Commit, type: string) => boolean) =>
  commits.reduce(
    (sum, commit) =>
      sum +
      commit.events.reduce(
        (own, { type, data }) => own + (is(commit, type) ? (data as { amount: number }).amount * (type === 'Taken' ? -1 : 1) : 0),
        0,
      ),
    0,
  );
const isMove = (_: Commit, type: string) => type === 'Added' || type === 'Taken';

/** Every stored transfer was carried out once or undone, and all consumers agree with the commits. */
const allIsRight = async (house: Restorable, appended: readonly Commit[], toldBefore: number) => {
  const stored = house.store.stored();
  const transfers = stored.filter(({ events }) => events.some(({ type }) => type === 'Requested')).map(({ stream }) => stream);
  for (const stream of transfers) {
    const id = stream.slice('transfer-'.length);
    expect(await house.stateOf(`moving-${id}`), stream).toMatchObject({ status: 'ended', sends: [] });
    const settlements = stored.filter(
      (commit) => commit.stream === stream && commit.events.some(({ type }) => type === 'Settled'),
    );
    const taken = stored.filter(({ meta, events }) => meta.causation.startsWith(`moving-${id}/`) && events[0]?.type === 'Taken');
    expect([settlements.length, taken.length <= 1], stream).toEqual([1, true]);
  }
  const byHand = amountIn(stored, ({ meta }, type) => isMove(undefined as never, type) && meta.actor === 'olga');
  expect(amountIn(stored, isMove)).toBe(byHand);
  for (const { projection, view } of house.consumers.slice(0, 3))
    for (const head of view.items().filter(({ sort }) => sort === 'head')) {
      const fresh = await foldAfresh({ projection, store: house.store, clock: house.clock }, head.stream, head.commit, () => {});
      expect({ row: head.row, memory: head.memory, commit: head.commit }).toEqual({
        row: fresh?.row,
        memory: fresh?.memory ?? head.memory,
        commit: fresh?.commit ?? 0,
      });
    }
  const ofWallets = stored.filter(({ stream, events }) => stream.startsWith('wallet-') && events.length > 0);
  const logged = house.consumers[3]!.view.items().filter(({ row }) => row);
  const lineOf = ({ stream, commit, at }: Readonly<{ stream: string; commit: number; at: string }>) =>
    `${stream} ${commit} ${at}`;
  expect(logged.map(({ row }) => lineOf(row as Commit)).toSorted()).toEqual(ofWallets.map(lineOf).toSorted());
  const parts = await house.consumers[2]!.view.parts('all');
  expect(parts.reduce((sum, { amounts }) => sum + Number(amounts['sum/balance'] ?? 0), 0)).toBe(byHand);
  const told = house.bus.sent.slice(toldBefore).map(({ detail }) => JSON.parse(detail) as { id: string; data: unknown });
  for (const commit of appended.filter(house.isTold))
    commit.events.forEach(({ type, data }, i) => {
      if (type === 'Added')
        expect(told).toContainEqual(
          expect.objectContaining({ id: `${commit.stream}/${commit.version - commit.events.length + i + 1}`, data }),
        );
    });
  expect(house.deadlines.items()).toEqual([]);
};

/** The list of deadlines equals the open deadlines of all instances, each at its time. */
const deadlinesAreRight = async (house: Restorable) => {
  await house.takeQueues();
  const instances = [...new Set(house.store.stored().map(({ stream }) => stream))].filter((stream) =>
    stream.startsWith('moving-'),
  );
  const open = await Promise.all(instances.map(async (stream) => openIn(stream, await house.stateOf(stream))));
  const sorted = (deadlines: readonly Deadline[]) =>
    deadlines.map((each) => JSON.stringify(each, Object.keys(each).sort())).sort();
  expect(sorted(house.deadlines.items())).toEqual(sorted(open.flat()));
};

const restoredAt = async (house: Restorable, commits: Moment & { at: number }, control: Moment, { resets = true } = {}) => {
  await house.restore(commits, control);
  if (!resets) return [];
  const done = await house.reset(commits.at);
  expect(done).not.toHaveProperty('faults');
  return 'resets' in done ? done.resets : [];
};
const movedIn = (resets: readonly Reset[]) => resets.map(({ consumer, moved }) => [consumer, moved]);

const transferring: readonly Step[] = [
  { do: 'request', from: 0, to: 1, amount: 20 },
  { do: 'request', from: 0, to: 1, amount: 30 },
  { do: 'react' },
  { do: 'react' },
  { do: 'react' },
  { do: 'project' },
];

describe('commits that were restored to a moment before', () => {
  it.each([
    ['with the reset, everything goes on from there', true],
    ['without it, what is appended up to a cursor is dropped as known, and only the sweep says so', false],
  ])('%s', async (_, resets) => {
    const house = restorable();
    const moments = await played(house, transferring);
    await house.settle();
    await house.project();
    // Set by a decision that will be gone: its name and number come again, with another time.
    const lost = { instance: 'moving-0', name: 'patience', setBy: 1, at: instant(house.clock.now() + 25 * minute) };
    const keeping = { keys: house.keys, deadlines: house.deadlines, scheduler: house.scheduler };
    await keepDeadline(keeping, lost);
    const now = house.moment();
    const done = await restoredAt(house, moments[0]!, now, { resets });
    const told = house.bus.sent.length;
    // Other transfers get the same streams, and the same numbers in them.
    await take(house, { do: 'add', to: 0, amount: 7 });
    requests = 0;
    await take(house, { do: 'request', from: 1, to: 0, amount: 5 });
    const appended = house.store.stored().slice(moments[0]!.commits);
    if (resets) {
      expect([house.deadlines.items(), [...house.scheduler.shots]]).toEqual([[], []]);
      expect(movedIn(done)).toEqual([
        ['moving', 2],
        ['public-events', 2],
        ['wallets.r1', 2],
        ['moves.r1', 2],
        ['total.r1', 2],
        ['event-log.r3', 2],
      ]);
      expect(await settled(house)).toBe(0);
      await allIsRight(house, appended, told);
      return;
    }
    await house.settle();
    await house.project();
    expect(await house.sweepOnce()).toBeGreaterThan(0);
    await expect(allIsRight(house, appended, told)).rejects.toThrow();
  });

  it('is made consistent, whatever had happened by then, and whatever the control table had been restored to', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 6, maxLength: 40 }),
        fc.nat(999),
        fc.nat(999),
        fc.array(step, { maxLength: 12 }),
        async (before, commitsAt, controlAt, after) => {
          const house = restorable();
          const moments = await played(house, before);
          const at = (share: number) => moments[Math.floor((share * moments.length) / 1_000)]!;
          const told = house.bus.sent.length;
          await restoredAt(house, at(commitsAt), at(controlAt));
          const kept = house.store.stored().length;
          await deadlinesAreRight(house);
          for (const one of after) await take(house, one);
          expect(await settled(house)).toBe(0);
          await allIsRight(house, house.store.stored().slice(kept), told);
          // Done again, it finds nothing.
          const again = await house.reset(at(commitsAt).at);
          expect('resets' in again && again.resets.every(({ moved, deadlines = 0 }) => moved + deadlines === 0)).toBe(true);
        },
      ),
      { numRuns: runs(60) },
    ));
});

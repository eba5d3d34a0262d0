import { describe, expect, it } from 'vitest';
import { manifest } from '../../domains/index.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import { tallied } from '../../lib/testing/costing/tally.ts';
import { memoryFlowTables } from '../support/store/flow-tables.ts';
import { costOfFlow, flows } from '../support/store/flows.ts';
import { assumed } from './assumptions.ts';
import { workers } from './consumer.ts';
import { keyLimits } from './demand.ts';
import { type Load, runLoad } from './deployment.ts';
import { referenceMix as mix } from './mix.ts';
import { perMillion, writeUnitsOf } from './price.ts';
import type { Profile } from './profile.ts';
import { raisable, raisedTo } from './quotas.ts';
import { profileOf } from './record/sample.ts';

/** The release that is tested, with as many commands as it takes to meet each part of a shared row. */
const recorded = profileOf(manifest, 'the present code', 16);

/** The same, as if all owners had more accounts than a row takes heads: the largest has. */
const manyEach = profileOf(
  { ...manifest, projections: manifest.projections.map((each) => ({ ...each, headsInRows: false }) as AnyProjection) },
  'heads apart',
  16,
);

/** The same, as if each view had a queue and a function of its own. */
const ungrouped = profileOf({ ...manifest, groups: {} }, 'without groups', 16);

const usual = { mix, rate: 10_000, seconds: 20, quotas: raisedTo(3_000), maximumConcurrency: 200, itemTransactions: 42 };
const run = async (more: Pick<Load, 'profile'> & Partial<Load>) => {
  const figures = await runLoad({ ...usual, ...more });
  return { ...figures, price: perMillion(more.profile, mix, figures) };
};

const bindsAt = (what: string, profile: Profile) =>
  keyLimits(profile, mix, 42).find((each) => each.what.startsWith(what))?.breaksAt;

describe('the present code', () => {
  it('writes what a batch has of one owner together, to one of several items: shared rows hold up nothing at 10,000 commands a second', async () => {
    const [present, many] = [await recorded, await manyEach];
    for (const profile of [present, many]) {
      expect(profile.consumers.desk?.merges).toEqual(['account-totals']);
      expect(bindsAt('account-totals @{owner}', profile)).toBeGreaterThan(10_000);
    }
    expect(bindsAt('account-totals @{owner} part', many)).toBeGreaterThan(10_000);
    // One write of one item, in no transaction.
    expect(bindsAt('account-totals @{owner} part', present)).toBeUndefined();
    // No step of an instance that goes its way is in a list.
    expect(bindsAt('process-instances/list', present)).toBeUndefined();
  });

  it('has no hot spot in the event log and the instances of processes: no list has a key that all commits share', async () => {
    const hot = keyLimits(await recorded, mix, 42).filter(({ what }) => /^(event-log|process-instances)\b/.test(what));
    expect(hot.filter(({ breaksAt }) => breaksAt <= 10_000)).toEqual([]);
  });

  it('lists no deadline of a transfer that goes its way: it is cancelled before its instance rests', async () => {
    expect(bindsAt('deadlines', await recorded)).toBeUndefined();
    expect(bindsAt('control/due', await recorded)).toBeUndefined();
  });
});

describe('what the model knows of a release', () => {
  it('is what its engine and its adapters write: as whole ways of commands are counted elsewhere, and each use of a key once', async () => {
    const { commands } = await recorded;
    expect(commands.deposit?.command).toMatchObject({ writeUnits: 1, requests: 2 });
    for (const { command, consumers } of Object.values(commands))
      for (const { writeUnits, uses } of [command, ...Object.values(consumers).flatMap(({ full, alone }) => [full, alone])])
        expect(uses.reduce((sum, { units }) => sum + units, 0)).toBeCloseTo(writeUnits, 6);
    // A function that is new to an instance reads all of its steps at the first one; those elsewhere have met it, and write a row for each.
    const other = 'process-instances';
    for (const flow of flows) {
      const tally = tallied();
      const counted = await costOfFlow(flow, { ...memoryFlowTables(tally), tally, batch: 10 });
      const units = [...counted].reduce(
        (sum, [part, { writeUnits = 0 }]) => sum + (part === `view ${other}` ? 0 : writeUnits),
        0,
      );
      const { command, consumers } = commands[flow]!;
      const modelled = Object.entries(consumers).reduce(
        (sum, [, { commits, full }]) =>
          sum + full.uses.reduce((own, { at, units }) => own + (at.startsWith(other) ? 0 : commits * units), 0),
        command.writeUnits,
      );
      expect(Math.abs(modelled / units - 1), `${flow}: ${modelled} units, and ${units} are counted`).toBeLessThan(0.06);
    }
  });
});

describe('groups of views', () => {
  it('are consumers with one queue and one function: what is gathered for a call is divided among the views of a commit', async () => {
    const [grouped, apart] = [await recorded, await ungrouped];
    expect(grouped.consumers.customers).toMatchObject({ kind: 'group', batchSize: 10, windowSeconds: 0 });
    expect(grouped.consumers.customers?.views).toContain('account-balance');
    expect(grouped.consumers.desk).toMatchObject({ kind: 'group', batchSize: 33, windowSeconds: 10, merges: ['account-totals'] });
    expect(Object.keys(grouped.consumers)).not.toContain('account-balance');
    expect(apart.consumers['event-log']).toMatchObject({ kind: 'view', batchSize: 100, windowSeconds: 10 });
  });

  it('hand a message to each view that takes it: the units are those of queues of their own, with fewer messages, calls and dollars', async () => {
    const [grouped, apart] = [await recorded, await ungrouped];
    // A deposit goes to the two groups and to the watch for fraud, and to the same five views.
    const [together, alone] = [grouped.commands.deposit!, apart.commands.deposit!];
    expect([together.matched, alone.matched]).toEqual([3, 5]);
    const handed = Object.values(together.consumers).reduce((sum, { commits, handedTo = 1 }) => sum + commits * handedTo, 0);
    expect(handed).toBe(alone.matched);
    expect(writeUnitsOf(grouped, mix) / writeUnitsOf(apart, mix)).toBeCloseTo(1, 1);
    // What is written together is so by its table, whatever else the group has.
    const hot = await manyEach;
    const merging = (...merges: readonly string[]) => {
      const desk = { ...hot.consumers.desk!, merges };
      return bindsAt('account-totals @{owner} part', { ...hot, consumers: { ...hot.consumers, desk } })!;
    };
    expect(merging('event-log')).toBe(merging());
    expect(merging('account-totals')).toBeGreaterThan(1.1 * merging());
    const [one, many] = [await run({ profile: grouped }), await run({ profile: apart })];
    expect(one.calls - one.commands).toBeLessThan((many.calls - many.commands) * 0.75);
    expect(one.functionSeconds).toBeLessThan(many.functionSeconds * 0.9);
    expect(one.price).toBeLessThan(many.price - 1);
  });

  it('wait for their views side by side, and take processor time for each', async () => {
    const [grouped, apart] = [await recorded, await ungrouped];
    const [together, alone] = [grouped.commands.deposit!.consumers, apart.commands.deposit!.consumers];
    const waits = (grouped.consumers.customers?.views ?? []).flatMap((view) => alone[view]?.alone.milliseconds ?? []);
    expect(waits.length).toBeGreaterThan(1);
    expect(together.customers?.alone.milliseconds).toBe(Math.max(...waits));
    expect(together.customers?.handedTo).toBe(waits.length);
    const working = workers({ ...usual, profile: grouped, mix: { ...mix, shares: { deposit: 1 } } });
    const takes = assumed.overhead + assumed.perRecord + waits.length * assumed.perView + Math.max(...waits);
    expect(working.find(({ name }) => name === 'customers')?.milliseconds(1)).toBeCloseTo(takes, 6);
  });

  it('have one backlog: commits that wait for one view wait in the queue of its group, and commands do not wait for them', async () => {
    const grouped = await recorded;
    const load = { profile: grouped, rate: 300, seconds: 40, quotas: { ...raisable, concurrency: 50 }, maximumConcurrency: 20 };
    const waiting = { view: 'account-balance', commits: 400_000 };
    const [quiet, beside] = [await run(load), await run({ ...load, waiting })];
    expect(beside.consumers.find(({ name }) => name === 'customers')!.lag99).toBeGreaterThan(10_000);
    expect(beside.latency99 / quiet.latency99).toBeLessThanOrEqual(1.2);
    // A queue that may use all functions of the account has commands wait.
    const greedy = { ...load, maximumConcurrency: 1_000 };
    expect((await run({ ...greedy, waiting })).latency99 / (await run(greedy)).latency99).toBeGreaterThan(1.2);
    await expect(run({ ...load, waiting: { ...waiting, view: 'no-view' } })).rejects.toThrow(
      'No command of the mix goes to a view no-view',
    );
  });

  it('may be as late as they declare: at few commands a second only what gathers nothing is held to seconds', async () => {
    const grouped = await recorded;
    const slow = await run({ profile: grouped, rate: 10, seconds: 60 });
    expect(slow.gathered99).toBeGreaterThan(8_000);
    expect(slow.lag99).toBeLessThan(1_000);
    expect(slow.beyond99).toBeLessThan(1_000);
  });
});

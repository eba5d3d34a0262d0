import { describe, expect, it } from 'vitest';
import { manifest } from '../../domains/index.ts';
import { tallied } from '../../lib/testing/costing/tally.ts';
import { memoryFlowTables } from '../support/store/flow-tables.ts';
import { costOfFlow, flows } from '../support/store/flows.ts';
import { keyLimits } from './demand.ts';
import { referenceMix } from './mix.ts';
import type { Profile } from './profile.ts';
import { profileOf } from './record/sample.ts';

/** The release that is tested, with as many commands as it takes to meet each part of a shared row. */
const recorded = profileOf(manifest, 'the present code', 16);

const bindsAt = (what: string, profile: Profile) =>
  keyLimits(profile, referenceMix, 42).find((each) => each.what.startsWith(what))?.breaksAt;

describe('the present code', () => {
  it('writes what a batch has of one owner together, to one of several items: shared rows hold up nothing at 10,000 commands a second', async () => {
    const present = await recorded;
    expect(present.consumers['account-totals']).toMatchObject({ merges: true });
    expect(bindsAt('account-totals @{owner} part', present)).toBeGreaterThan(10_000);
    expect(bindsAt('account-totals @{owner}', present)).toBeGreaterThan(10_000);
    // No step of an instance that goes its way is in a list.
    expect(bindsAt('process-instances/list', present)).toBeUndefined();
  });

  it('has no hot spot in the event log and the instances of processes: no list has a key that all commits share', async () => {
    const hot = keyLimits(await recorded, referenceMix, 42).filter(({ what }) => /^(event-log|process-instances)\b/.test(what));
    expect(hot.filter(({ breaksAt }) => breaksAt <= 10_000)).toEqual([]);
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
        (sum, [name, { commits, full }]) => sum + (name === other ? 0 : commits * full.writeUnits),
        command.writeUnits,
      );
      expect(Math.abs(modelled / units - 1), `${flow}: ${modelled} units, and ${units} are counted`).toBeLessThan(0.05);
    }
  });
});

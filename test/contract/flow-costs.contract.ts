import { describe, expect, it } from 'vitest';
import { partNames } from '../../lib/engine/cost/parts.ts';
import type { Count } from '../../lib/engine/cost/prices.ts';
import type { PartTables } from '../../lib/testing/costing/parts.ts';
import { type Tally, tallied } from '../../lib/testing/costing/tally.ts';
import { costOfFlow, type Flow, flows } from '../support/store/flows.ts';

/** Tables that add what they use to a tally: the engine's own figures, or the rule. `written`: write units by part that they do not add themselves. */
export type FlowTables = Readonly<{
  tablesOf: (part: string) => PartTables;
  written?: () => ReadonlyMap<string, number>;
}>;

/** Write units by part, of one command and all that follows from it. */
type Units = Readonly<Record<string, number>>;

/** What is measured with each message alone, and stands in docs/benchmarks.md. */
export const expected: Readonly<Record<Flow, Units>> = {
  deposit: {
    commands: 1,
    'view account-balance': 1,
    'view account-statement': 1,
    'view account-totals': 1,
    'view event-log': 2,
    'process fraudWatch': 1,
  },
  withdrawal: {
    commands: 1,
    'view account-balance': 1,
    'view account-statement': 1,
    'view account-totals': 1,
    'view event-log': 4,
    'view process-instances': 1,
    'process fraudWatch': 2,
  },
  transfer: {
    commands: 1,
    'view account-balance': 2,
    'view account-statement': 2,
    'view account-totals': 2,
    'view customer-transfers': 6,
    'view event-log': 13,
    'view process-instances': 4,
    'process fraudWatch': 2,
    'process transferProcess': 9,
  },
};

/** The most read units of the processes for the same: warm, beside accounts that another function has written. */
const processReads: Readonly<Record<Flow, Units>> = {
  deposit: { 'process fraudWatch': 0 },
  withdrawal: { 'process fraudWatch': 1 },
  // Half a unit is a look for the deadline where releases before the table of deadlines put it.
  transfer: { 'process fraudWatch': 0, 'process transferProcess': 4.5 },
};

/** What is less in full batches: a consumer that gathers is handed several steps of a process at once, and writes what follows on each other in a stream once. */
const gathered: Readonly<Partial<Record<Flow, Units>>> = { transfer: { 'view process-instances': 3 } };
export const expectedIn = (flow: Flow, batch: number): Units => ({ ...expected[flow], ...(batch > 1 && gathered[flow]) });

/** Parts whose transactions DynamoDB Local reports as 4 units, whatever is in them: AWS charges two for each item. */
const misreported = ['view account-totals'];

/** On an engine the steps of a process are stored in the order of its answers: those of one instance that meet in a batch are written once. */
const batched = 'view process-instances';

const unitsOf = (counted: ReadonlyMap<string, Count>): Units =>
  Object.fromEntries([...counted].flatMap(([part, { writeUnits = 0 }]) => (writeUnits > 0 ? [[part, writeUnits]] : [])));

/** The write units of whole ways of commands through the reference application, by what each part of it writes. */
export const flowCostsContract = (name: string, make: (tally: Tally) => Promise<FlowTables> | FlowTables) =>
  describe(`costs of whole ways: ${name}`, () => {
    // On an engine each takes seconds: alone in a batch only what shows whether shared rows are written for each batch.
    const cases = flows.flatMap((flow) =>
      (name === 'memory' || flow === 'deposit' ? [10, 1] : [10]).map((batch) => [flow, batch] as const),
    );
    it.each(cases)(
      'of a %s, in batches of %d',
      async (flow, batch) => {
        const tally = tallied();
        const counted = await costOfFlow(flow, { ...(await make(tally)), tally, batch });
        const units = unitsOf(counted);
        const left = name === 'memory' ? [] : [...(name === 'DynamoDB Local' ? misreported : []), batched];
        const without = (of: Units) => Object.fromEntries(Object.entries(of).filter(([part]) => !left.includes(part)));
        expect(without(units)).toEqual(without(expectedIn(flow, batch)));
        for (const [part, most] of Object.entries(processReads[flow]))
          expect(counted.get(part)?.readUnits ?? 0, part).toBeLessThanOrEqual(most);
        expect(units[batched] ?? 0).toBeLessThanOrEqual(expected[flow][batched] ?? 0);
      },
      5 * 60_000,
    );

    it.runIf(name === 'memory')('of one transfer alone: a consumer that gathers is handed all of its steps at once', async () => {
      const tally = tallied();
      const counted = await costOfFlow('transfer', { ...(await make(tally)), tally, batch: 10, atOnce: 1 });
      expect(unitsOf(counted)).toEqual({ ...expected.transfer, [batched]: 1 });
    });

    it.runIf(name === 'memory')(
      'of one withdrawal alone: what follows within the seconds of gathering comes in the same call',
      async () => {
        const tally = tallied();
        const counted = await costOfFlow('withdrawal', { ...(await make(tally)), tally, batch: 10, atOnce: 1 });
        expect(counted.get(partNames.group('desk'))).toMatchObject({ messages: 2, invocations: 1 });
      },
    );
  });

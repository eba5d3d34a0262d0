import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Observe } from '../../lib/aws/client/dynamo.ts';
import {
  coldAfterFold,
  coldAfterWarm,
  type Metered,
  metered,
  pastPage,
  refusalCost,
  snapshotCost,
  warmCost,
} from '../support/store/costs.ts';
import type { Tables } from '../support/store/instance.ts';
import { meter } from '../support/store/meter.ts';
import { runStorm } from '../support/store/storm.ts';

type Lab = Readonly<{ client: DynamoDBClient; tables: Tables }>;

const minutes = 60_000;

/**
 * The cost of commands, in the units that the database reports. Speed is left to the benchmarks. The longest histories take half of the time: they are
 * written to AWS's own DynamoDB Local alone, whose units count.
 */
export const costsContract = (name: string, make: () => Promise<Lab>, observing: (observe: Observe) => DynamoDBClient) => {
  const isThorough = name === 'DynamoDB Local';
  describe(`costs: ${name}`, () => {
    let client: DynamoDBClient;
    let tables: Tables;
    let lab: Metered;
    beforeAll(async () => {
      ({ client, tables } = await make());
      lab = metered(observing, tables);
    });
    afterAll(() => lab.destroy());

    it.each([1, 2, 3, 4, 5])(
      'pays one request and one write unit for a warm command with %d events, and reads nothing',
      async (events) => {
        expect(await warmCost(lab, events)).toEqual({
          requests: 1,
          reads: 0,
          readUnits: 0,
          writes: 1,
          writeUnits: 1,
          refusedWrites: 0,
        });
      },
    );

    it('confirms a warm refusal by one read unit, and writes nothing', async () => {
      const { requests, readUnits, writes } = await refusalCost(lab);
      expect({ requests, writes }).toEqual({ requests: 1, writes: 0 });
      expect(readUnits).toBeLessThanOrEqual(1);
    });

    it.each([['with all that HTTP adds', false], ...(isThorough ? ([['with nothing of it', true]] as const) : [])] as const)(
      'reads at most 8 units in 2 requests for a cold command, at every length from 1,000 to 1,100: commits %s',
      async (_, plain) => {
        const { reads, readUnits, snapshotUnits } = await coldAfterWarm(lab, 1_000, 101, plain);
        expect(reads).toBe(2);
        expect(readUnits).toBeLessThanOrEqual(8);
        expect(snapshotUnits).toBeLessThanOrEqual(0.1);
      },
      5 * minutes,
    );

    // Folded by the first who needs it, in pages that end anywhere: from then on no tail may be longer than one distance.
    it.each([
      ['that ends shortly after a page', () => pastPage(client, tables, lab, 20)],
      ...(isThorough ? ([['of 10,000 events', async () => 10_000]] as const) : []),
    ] as const)(
      'reads no more for a cold load at each length that follows on a history %s and had no snapshot',
      async (_, length) => {
        const { reads, readUnits } = await coldAfterFold(client, tables, lab, await length(), 40);
        expect(reads).toBe(2);
        expect(readUnits).toBeLessThanOrEqual(8);
      },
      5 * minutes,
    );

    it(
      'pays at most a tenth of a write unit per command for snapshots',
      async () => {
        expect(await snapshotCost(lab, 700)).toBeLessThanOrEqual(0.1);
      },
      5 * minutes,
    );

    it(
      'lets 32 writers on one stream through with at most 6 requests for each command, each exactly once',
      async () => {
        const { observe, take } = meter();
        const storming = observing(observe);
        const { exact, cost, commands } = await runStorm(storming, tables, take);
        storming.destroy();
        expect(exact).toBe(true);
        expect(commands).toBe(640);
        expect(cost.requests / commands).toBeLessThanOrEqual(6);
      },
      5 * minutes,
    );
  });
};

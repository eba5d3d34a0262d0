import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { manifest } from '../../../domains/index.ts';
import type { Observe } from '../../../lib/aws/client/dynamo.ts';
import { openDeadlines } from '../../../lib/aws/process/former-deadlines.ts';
import { sourceCursors } from '../../../lib/aws/process/source-cursors.ts';
import { commitStore } from '../../../lib/aws/store/commit-store.ts';
import { snapshotStore } from '../../../lib/aws/store/snapshot-store.ts';
import { viewTable } from '../../../lib/aws/view/table.ts';
import { notedTables, tableOf } from '../../../lib/cli/cost/tables.ts';
import type { Tally } from '../../../lib/testing/costing/tally.ts';
import type { FlowTables } from '../../contract/flow-costs.contract.ts';
import { costOf } from './meter.ts';

/** The tables of the reference application on an engine: each part adds the requests and units that the engine reports for it. */
export const engineFlowTables = (
  tables: Readonly<Record<string, string>>,
  observing: (observe: Observe) => DynamoDBClient,
  tally: Tally,
): FlowTables => ({
  tablesOf: (part) => {
    const client = observing((observed) => {
      const { requests, readUnits, writeUnits } = costOf(observed);
      tally.add(part, { requests, readUnits, writeUnits });
    });
    return {
      store: commitStore(client, tables.commits!, { form: 'packed' }),
      snapshots: snapshotStore(client, tables.snapshots!),
      view: (projection) => viewTable(client, tables[tableOf(projection)]!),
      cursors: (process) => sourceCursors(client, tables.control!, process),
      deadlines: openDeadlines(client, { deadlines: tables.deadlines!, control: tables.control! }),
    };
  },
});

/** The same tables in memory, by DynamoDB's published rule. */
export const memoryFlowTables = (tally: Tally): FlowTables => {
  const { tablesOf, written } = notedTables(manifest, tally, 'packed');
  return {
    tablesOf,
    written: () => {
      const by = new Map<string, number>();
      for (const { part, units } of written()) by.set(part, (by.get(part) ?? 0) + units);
      return by;
    },
  };
};

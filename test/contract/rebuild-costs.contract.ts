import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { accountBalance } from '../../domains/account/projections/balance.ts';
import { accountStatement } from '../../domains/account/projections/statement.ts';
import { accountTotals } from '../../domains/account/projections/totals.ts';
import type { Observe } from '../../lib/aws/client/dynamo.ts';
import { capacityMeter } from '../../lib/aws/rebuild/meter.ts';
import { rebuildRecords } from '../../lib/aws/rebuild/records.ts';
import { commitScanner } from '../../lib/aws/store/commit-scanner.ts';
import { commitStore } from '../../lib/aws/store/commit-store.ts';
import { dirtyNotes } from '../../lib/aws/view/dirty-notes.ts';
import { activeRevisions, revisionPhases } from '../../lib/aws/view/revisions.ts';
import { viewScanner } from '../../lib/aws/view/scanner.ts';
import { viewTable } from '../../lib/aws/view/table.ts';
import type { Commit } from '../../lib/core/commit.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import { estimateRebuild } from '../../lib/engine/rebuild/operator/estimate.ts';
import { orderRebuild } from '../../lib/engine/rebuild/operator/start.ts';
import { withCursors } from '../../lib/engine/view/kinds/index.ts';
import { memoryClock, memoryExecutions, memoryKeys, memoryLog } from '../../lib/testing/ports.ts';
import { execute, type Rebuilding } from '../support/examples/rebuilding.ts';
import { commitOf } from '../support/store/commits.ts';
import { putAll } from '../support/store/history.ts';

type Tables = Readonly<{ commits: string; view: string; control: string }>;
type Made = Readonly<{ client: DynamoDBClient; metered: (observe: Observe) => DynamoDBClient; tables: Tables }>;

const accounts = 40;

/** Accounts with one to twelve commits each. */
const history = (): readonly Commit[] =>
  Array.from({ length: accounts }, (_, n) =>
    Array.from({ length: 1 + ((n * 5) % 12) }, (_, i) => {
      const opened = { type: 'AccountOpened', v: 1, data: { owner: `owner-${n % 7}`, currency: 'EUR' } };
      const moved = { type: 'MoneyDeposited', v: 1, data: { amount: 5, currency: 'EUR' } };
      return commitOf(`account-${n}`, i + 1, {
        events: [i === 0 ? opened : moved],
        at: new Date(Date.UTC(2026, 10, 21) + i * 1_000).toISOString(),
      });
    }),
  ).flat();

/** A dry run's estimate matches what the rebuild then consumes, on a database that counts units as DynamoDB does. */
export const rebuildCostsContract = (name: string, make: (projection: AnyProjection) => Promise<Made>) =>
  describe(`costs of rebuilds: ${name}`, () => {
    it.each([accountBalance, accountStatement, accountTotals].map((projection) => projection as unknown as AnyProjection))(
      'are within a fifth of what was estimated, for $name',
      async (projection) => {
        const { client, metered, tables } = await make(projection);
        await putAll(client, tables.commits, history());
        const meter = capacityMeter();
        const [counted, clock, log] = [metered(meter.observe), memoryClock(), memoryLog()];
        const aboutCommits = async () => history().length;
        const scanner = commitScanner(client, tables.commits);
        const { random, randomId } = memoryKeys();
        const settings = { segments: 4, concurrency: 2, unitsPerSecond: 1_000_000, compareOneOf: 1 };
        const estimate = await estimateRebuild({ projection, scanner, random, aboutCommits }, settings);
        const views = [{ projection, queue: { send: async () => [] } }];
        const ports = {
          views,
          actives: activeRevisions(client, tables.control),
          phases: revisionPhases(client, tables.control),
          rebuilds: rebuildRecords(client, tables.control),
          clock,
        };
        const store = commitStore(counted, tables.commits);
        const view = withCursors(projection, viewTable(counted, tables.view));
        const rebuilding = {
          ...ports,
          leading: { ...ports, log, liveAfterSeconds: 0 },
          working: {
            projection,
            store,
            view,
            clock,
            log,
            scanner,
            viewScanner: viewScanner(client, tables.view),
            dirty: dirtyNotes(counted, tables.view),
            rebuilds: ports.rebuilds,
            meter,
          },
        } as unknown as Rebuilding;
        const ordering = { ...ports, executions: memoryExecutions(), keys: { randomId }, aboutCommits };
        const { id } = await orderRebuild(ordering, { projection: projection.name, by: 'ada', why: 'costs', settings });
        expect(await execute(rebuilding, id)).toMatchObject({ state: 'switched', found: 0 });
        const parts = await ports.rebuilds.parts(id, { fill: 4, drain: 16, verify: 4, rows: 4 });
        const consumed = { read: 0, write: 0 };
        for (const { readUnits, writeUnits } of parts) {
          consumed.read += readUnits;
          consumed.write += writeUnits;
        }
        expect(estimate).toMatchObject({ commits: history().length, streams: accounts });
        const of = { read: estimate.readUnits / consumed.read, write: estimate.writeUnits / consumed.write };
        const said = JSON.stringify({ estimate, consumed, parts: parts.filter(({ readUnits }) => readUnits > 0).length });
        for (const ratio of Object.values(of)) {
          expect(ratio, said).toBeGreaterThan(0.8);
          expect(ratio, said).toBeLessThan(1.2);
        }
      },
    );
  });

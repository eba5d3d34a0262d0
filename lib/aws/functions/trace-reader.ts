import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isEventLog } from '../../core/event-log.ts';
import type { Manifest } from '../../core/manifest.ts';
import type { AnyProjection } from '../../core/projection.ts';
import { noEventLog, processCategories, readTrace } from '../../engine/history/trace-read.ts';
import type { Store } from '../../engine/ports.ts';
import { invalid } from '../../engine/problems.ts';
import type { Actives } from '../../engine/view/ports.ts';
import type { TraceReader } from '../../http/operate.ts';
import { viewTable } from '../view/table.ts';

const readable = /^[\x21-\x7e]{1,128}$/;

type Deployed = Readonly<{
  manifest: Manifest;
  client: DynamoDBClient;
  store: Pick<Store, 'read' | 'find'>;
  views: readonly Readonly<{ projection: AnyProjection; table: string }>[];
  actives: Pick<Actives, 'load'>;
}>;

/** Reads traces from a deployment, by the revision of the event log that answers; while none does yet, by the oldest. */
export const traceReader =
  ({ manifest, client, store, views, actives }: Deployed): TraceReader =>
  async (correlation) => {
    if (!readable.test(correlation)) throw invalid('{correlation}', '1 to 128 printable ASCII characters, no spaces');
    const logs = views
      .filter(({ projection }) => isEventLog(projection))
      .sort((a, b) => a.projection.revision - b.projection.revision);
    const [oldest] = logs;
    if (!oldest) throw noEventLog();
    const { name } = oldest.projection;
    const active = (await actives.load(name))?.revision;
    const { table } = logs.find(({ projection }) => projection.name === name && projection.revision === active) ?? oldest;
    return readTrace({ log: viewTable(client, table), store, processes: processCategories(manifest) }, correlation);
  };

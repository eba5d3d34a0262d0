import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../core/manifest.ts';
import type { Work } from '../../engine/rebuild/ports.ts';
import type { Working } from '../../engine/rebuild/slice.ts';
import { work } from '../../engine/rebuild/worker.ts';
import { withCursors } from '../../engine/view/kinds/index.ts';
import { dynamo } from '../client/dynamo.ts';
import { ownRevision } from '../deployed-views.ts';
import { environment } from '../environment.ts';
import { capacityMeter } from '../rebuild/meter.ts';
import { rebuildRecords } from '../rebuild/records.ts';
import { commitScanner } from '../store/commit-scanner.ts';
import { commitStore } from '../store/commit-store.ts';
import { systemClock } from '../system.ts';
import { dirtyNotes } from '../view/dirty-notes.ts';
import { viewScanner } from '../view/scanner.ts';
import { viewTable } from '../view/table.ts';

/** A rebuild's worker for one revision: does one slice of a part, and returns whether the part is done. */
export const rebuildWorkHandler = (manifest: Manifest) => {
  const projection = ownRevision(manifest);
  const { name } = projection;
  const meter = capacityMeter();
  // Scans report their own cost, and the control table is not the rebuild's work: only the rest is metered.
  const [plain, metered] = [dynamo(), dynamo({ observe: meter.observe })];
  const [commits, table] = [environment('COMMITS_TABLE'), environment('VIEW_TABLE')];
  const log = new Logger({ serviceName: `rebuild-${name}` });
  const working: Working = {
    projection,
    store: commitStore(metered, commits),
    view: withCursors(projection, viewTable(metered, table)),
    clock: systemClock,
    log,
    scanner: commitScanner(plain, commits),
    viewScanner: viewScanner(plain, table),
    dirty: dirtyNotes(metered, table),
    rebuilds: rebuildRecords(plain, environment('CONTROL_TABLE')),
    meter,
  };
  return async (order: Work): Promise<Readonly<{ done: boolean }>> => {
    const worked = await work(working, order);
    log.info('A slice of a rebuild is done.', { ...order, ...worked });
    return worked;
  };
};

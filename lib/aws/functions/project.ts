import { setImmediate } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { revisionName } from '../../core/deployed-names.ts';
import type { Manifest } from '../../core/manifest.ts';
import type { AnyProjection } from '../../core/projection.ts';
import { groupOf } from '../../core/view/groups.ts';
import { defaultSettings } from '../../engine/settings.ts';
import { doneBefore, routeToGroup } from '../../engine/view/group/route.ts';
import { keepingHeads } from '../../engine/view/kept-heads.ts';
import { withCursors } from '../../engine/view/kinds/index.ts';
import { knownPhase } from '../../engine/view/phase.ts';
import type { Projecting } from '../../engine/view/projecting.ts';
import { routeToView } from '../../engine/view/route.ts';
import { dynamo } from '../client/dynamo.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { ownRevision } from '../deployed-views.ts';
import { environment } from '../environment.ts';
import { commitStore } from '../store/commit-store.ts';
import { systemClock } from '../system.ts';
import { dirtyNotes } from '../view/dirty-notes.ts';
import { revisionPhases } from '../view/revisions.ts';
import { viewTable } from '../view/table.ts';
import { batchHandler, receiving } from './batch-function.ts';

/** Applies commits to one revision of a view: what that takes, with the heads that this instance keeps. */
const refoldingOf = (
  projection: AnyProjection,
  { client, table, log, cacheBytes }: Readonly<{ client: DynamoDBClient; table: string; log: Logger; cacheBytes: number }>,
): Projecting => {
  const { name, revision } = projection;
  const settings = { ...defaultSettings, cacheBytes };
  const kept = keepingHeads(withCursors(projection, viewTable(client, table)), systemClock, settings);
  const phase = knownPhase(revisionPhases(client, environment('CONTROL_TABLE')), { name, revision }, systemClock);
  const building = { phase, dirty: dirtyNotes(client, table) };
  const store = commitStore(client, environment('COMMITS_TABLE'));
  return { projection, store, ...kept, clock: systemClock, log, building };
};

/** A request leaves once nothing else can be computed: each turn of the loop sends what another has made. */
const afterOthers = async (others: number): Promise<void> => {
  for (let turn = 0; turn < others; turn++) await setImmediate();
};

/** The function of a group of views. */
const groupHandler = (manifest: Manifest, name: string) => {
  const client = dynamo();
  const log = new Logger({ serviceName: `project-${name}` });
  const own = manifest.projections.filter((view) => groupOf(manifest, view) === name);
  const cacheBytes = Math.floor(defaultSettings.cacheBytes / own.length);
  const tableOf = (projection: AnyProjection) => revisionName(environment('STACK'), projection);
  const views = own.map((projection) => refoldingOf(projection, { client, table: tableOf(projection), log, cacheBytes }));
  const proofs = systemProofs(client, environment('CONTROL_TABLE'));
  const group = { name, views, proofs, log, done: doneBefore(), afterOthers };
  return batchHandler(receiving(log), (records) => routeToGroup(group, records));
};

/** The function of one revision of a view, or of a group of views. */
export const projectHandler = (manifest: Manifest) => {
  const { GROUP } = process.env;
  if (GROUP) return groupHandler(manifest, GROUP);
  const projection = ownRevision(manifest);
  const client = dynamo();
  const log = new Logger({ serviceName: `project-${projection.name}` });
  const { cacheBytes } = defaultSettings;
  const refolding = refoldingOf(projection, { client, table: environment('VIEW_TABLE'), log, cacheBytes });
  const proofs = systemProofs(client, environment('CONTROL_TABLE'));
  return batchHandler(receiving(log), (records) => routeToView({ refolding, proofs, done: 'Projected.' }, records));
};

import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../core/manifest.ts';
import { keepingHeads } from '../../engine/view/kept-heads.ts';
import { withCursors } from '../../engine/view/kinds/index.ts';
import { knownPhase } from '../../engine/view/phase.ts';
import { routeToView } from '../../engine/view/route.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { ownRevision } from '../deployed-views.ts';
import { dynamo } from '../dynamo.ts';
import { environment } from '../environment.ts';
import { commitStore } from '../store/commit-store.ts';
import { systemClock } from '../system.ts';
import { dirtyNotes } from '../view/dirty-notes.ts';
import { revisionPhases } from '../view/revisions.ts';
import { viewTable } from '../view/table.ts';
import { batchHandler, receiving } from './batch-function.ts';

/** The function of one revision of a view. */
export const projectHandler = (manifest: Manifest) => {
  const projection = ownRevision(manifest);
  const { name, revision } = projection;
  const client = dynamo();
  const log = new Logger({ serviceName: `project-${name}` });
  const store = commitStore(client, environment('COMMITS_TABLE'));
  const kept = keepingHeads(withCursors(projection, viewTable(client, environment('VIEW_TABLE'))), systemClock);
  const phase = knownPhase(revisionPhases(client, environment('CONTROL_TABLE')), { name, revision }, systemClock);
  const building = { phase, dirty: dirtyNotes(client, environment('VIEW_TABLE')) };
  const refolding = { projection, store, ...kept, clock: systemClock, log, building };
  const proofs = systemProofs(client, environment('CONTROL_TABLE'));
  return batchHandler(receiving(log), (records) => routeToView({ refolding, proofs, done: 'Projected.' }, records));
};

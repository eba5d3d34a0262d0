import { Logger } from '@aws-lambda-powertools/logger';
import { announcersOf } from '../../core/announcer.ts';
import { busSources } from '../../core/deployed-names.ts';
import type { Manifest } from '../../core/manifest.ts';
import { keepingHeads } from '../../engine/view/kept-heads.ts';
import { announcing } from '../../engine/view/public-events.ts';
import { routeToView } from '../../engine/view/route.ts';
import { dynamo } from '../client/dynamo.ts';
import { eventBus } from '../delivery/event-bus.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { environment } from '../environment.ts';
import { deployedOpening } from '../personal/deployed.ts';
import { commitStore } from '../store/commit-store.ts';
import { systemClock } from '../system.ts';
import { viewTable } from '../view/table.ts';
import { batchHandler, receiving } from './batch-function.ts';

/** Sends public events to the bus, in the order of their streams. */
export const announceHandler = (manifest: Manifest) => {
  const [projection] = announcersOf(manifest);
  if (!projection) throw new Error('The manifest has no public events: add `publishes` to a decider, or remove this function.');
  const client = dynamo();
  const log = new Logger({ serviceName: 'announce' });
  const opening = deployedOpening(client);
  const projecting = announcing({
    projection,
    store: commitStore(client, environment('COMMITS_TABLE')),
    ...keepingHeads(viewTable(client, environment('CURSORS_TABLE')), systemClock),
    bus: eventBus(environment('BUS_NAME'), busSources.publicEvents),
    clock: systemClock,
    keys: { random: Math.random },
    log,
    ...(opening && { opening }),
  });
  const proofs = systemProofs(client, environment('CONTROL_TABLE'));
  return batchHandler(receiving(log), (records) => routeToView({ projecting, proofs, done: 'Announced.' }, records));
};

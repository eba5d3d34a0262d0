import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../core/manifest.ts';
import { sweepSettings } from '../engine/settings.ts';
import { type Sweeping, type Swept, sweep } from '../engine/sweep.ts';
import { commitScanner } from './commit-scanner.ts';
import { deployedViews } from './deployed-views.ts';
import { dynamo } from './dynamo.ts';
import { environment } from './environment.ts';
import { eventBus } from './event-bus.ts';
import { sqs, sqsQueue } from './queue.ts';
import { sweepPlaces } from './sweep-places.ts';
import { systemClock } from './system.ts';
import { viewTable } from './view-table.ts';

/** Whoever knows that nothing is on its way any more may sweep without the usual grace: `{"graceSeconds": 0}`. */
type Ask = Readonly<{ graceSeconds?: number }>;

/** One run of the sweep. */
export const sweepHandler = (manifest: Manifest) => {
  const client = dynamo();
  const queues = sqs();
  const log = new Logger({ serviceName: 'sweep' });
  const sweeping: Sweeping = {
    scanner: commitScanner(client, environment('COMMITS_TABLE')),
    places: sweepPlaces(client, environment('CONTROL_TABLE')),
    targets: deployedViews(manifest).map(({ projection, table, queueUrl }) => ({
      projection,
      view: viewTable(client, table),
      queue: sqsQueue(queues, queueUrl),
    })),
    publishing: {
      aggregates: manifest.aggregates,
      bus: eventBus(environment('BUS_NAME')),
      clock: systemClock,
      keys: { random: Math.random },
      log,
    },
    settings: sweepSettings,
  };
  return async ({ graceSeconds }: Ask): Promise<Swept> => {
    const swept = await sweep(sweeping, graceSeconds === undefined ? {} : { graceMilliseconds: graceSeconds * 1_000 });
    if (swept.lagging + swept.published > 0) log.warn('Some commits had not arrived.', swept);
    else log.info('Swept.', swept);
    return swept;
  };
};

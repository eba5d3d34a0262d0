import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { busSources } from '../../core/deployed-names.ts';
import { correlationsOf } from '../../engine/delivery/delivered.ts';
import { publish } from '../../engine/delivery/publish.ts';
import type { Proofs } from '../../engine/ports.ts';
import type { Item } from '../attributes.ts';
import { dynamo } from '../client/dynamo.ts';
import { eventBus } from '../delivery/event-bus.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { environment } from '../environment.ts';
import { commitOf } from '../store/commit-item.ts';
import { systemClock } from '../system.ts';

/** Publishes each new commit of the stream to the bus; if one cannot be sent the batch is retried. */
export const publishHandler = (proofs: Pick<Proofs, 'make'> = systemProofs(dynamo(), environment('CONTROL_TABLE'))) => {
  const logger = new Logger({ serviceName: 'publish' });
  const sending = {
    bus: eventBus(environment('BUS_NAME'), busSources.commits),
    clock: systemClock,
    keys: { random: Math.random },
    log: logger,
    proofs,
  };
  return async (event: DynamoDBStreamEvent): Promise<void> => {
    const commits = event.Records.flatMap(({ eventName, dynamodb }) =>
      eventName === 'INSERT' && dynamodb?.NewImage ? [commitOf(dynamodb.NewImage as Item)] : [],
    );
    await publish(sending, commits);
    logger.info('Published.', { commits: commits.length, correlations: correlationsOf(commits) });
  };
};

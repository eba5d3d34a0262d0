import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { guard } from '../../engine/operate/guard.ts';
import { sweepSettings } from '../../engine/settings.ts';
import { fromItem, type Item } from '../attributes.ts';
import { dynamo } from '../client/dynamo.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { plainQueue, sqs } from '../delivery/queue.ts';
import { environment } from '../environment.ts';
import { changedTo } from '../store/commit-item.ts';
import { commitStore } from '../store/commit-store.ts';

/** Logs that a commit was changed or removed by anything but a purge, for which an alarm listens, and notes new ones for the sweep. */
export const guardHandler = () => {
  const client = dynamo();
  const log = new Logger({ serviceName: 'guard' });
  const guarding = {
    store: commitStore(client, environment('COMMITS_TABLE')),
    proofs: systemProofs(client, environment('CONTROL_TABLE'), { name: 'purges' }),
    log,
    queue: plainQueue(sqs(), environment('JOURNAL_URL')),
    noteBytes: sweepSettings.noteBytes,
  };
  return async ({ Records }: DynamoDBStreamEvent): Promise<void> => {
    const changes = Records.map(({ eventName, dynamodb }) => ({
      kind: eventName,
      before: fromItem((dynamodb?.Keys ?? {}) as Item),
      ...(dynamodb?.NewImage && { after: changedTo(dynamodb.NewImage as Item) }),
    }));
    await guard(guarding, changes);
    // At most a line a minute, since it gathers for that long. A local cloud waits for the line of each call, and hands out nothing meanwhile.
    log.info('Guarded.', { changes: changes.length });
  };
};

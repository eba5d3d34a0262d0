import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { tamperings } from '../../engine/store/tampering.ts';
import { fromItem, type Item } from '../attributes.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { dynamo } from '../dynamo.ts';
import { environment } from '../environment.ts';
import { commitStore } from '../store/commit-store.ts';

/** Logs that a commit was changed or removed by anything but a purge: an alarm listens for the message. */
export const guardHandler = () => {
  const logger = new Logger({ serviceName: 'guard' });
  const client = dynamo();
  const store = commitStore(client, environment('COMMITS_TABLE'));
  const proofs = systemProofs(client, environment('CONTROL_TABLE'), { name: 'purges' });
  return async ({ Records }: DynamoDBStreamEvent): Promise<void> => {
    const changes = Records.map(({ eventName, dynamodb }) => ({
      kind: eventName,
      before: fromItem((dynamodb?.OldImage ?? dynamodb?.Keys ?? {}) as Item),
      ...(dynamodb?.NewImage && { after: fromItem(dynamodb.NewImage as Item) }),
    }));
    for (const { stream, commit, kind } of await tamperings({ store, proofs }, changes))
      logger.error('History was tampered with.', { stream, commit, kind, remedy: `foldstream verify ${stream}` });
  };
};

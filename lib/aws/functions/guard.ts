import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { tamperings } from '../../engine/store/tampering.ts';
import { fromItem, type Item } from '../attributes.ts';

/** Logs that a commit was changed or removed: an alarm listens for the message. */
export const guardHandler = () => {
  const logger = new Logger({ serviceName: 'guard' });
  return async ({ Records }: DynamoDBStreamEvent): Promise<void> => {
    const changes = Records.map(({ eventName, dynamodb }) => ({
      kind: eventName,
      before: fromItem((dynamodb?.OldImage ?? dynamodb?.Keys ?? {}) as Item),
    }));
    for (const { stream, commit, kind } of tamperings(changes))
      logger.error('History was tampered with.', { stream, commit, kind, remedy: `foldstream verify ${stream}` });
  };
};

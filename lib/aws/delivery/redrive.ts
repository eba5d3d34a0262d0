import { DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { sqs } from '../../engine/limits.ts';
import { sendTo } from './queue.ts';

/** The seconds for which a received letter is hidden; it is visible again unless it was deleted. */
const hiddenSeconds = 30;

/**
 * Moves the letters of one queue into another, and returns their number. A letter is deleted only after it was sent: an interruption leaves it in
 * both queues, which is harmless, and never in neither. (StartMessageMoveTask would do it on AWS, but not everywhere.)
 */
export const redrive = async (client: SQSClient, from: string, to: string): Promise<number> => {
  for (let moved = 0; ; ) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        MaxNumberOfMessages: sqs.callMessages,
        VisibilityTimeout: hiddenSeconds,
        WaitTimeSeconds: 1,
      }),
    );
    if (Messages.length === 0) return moved;
    for (const { Body = '', ReceiptHandle } of Messages) {
      await sendTo(client, to, Body);
      await client.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
      moved += 1;
    }
  }
};

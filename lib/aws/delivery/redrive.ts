import { DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { sendTo } from './queue.ts';

/** How long a letter that was taken out is hidden (seconds): if nobody deletes it, it is there again. */
const hiddenSeconds = 30;

/**
 * Puts the letters of one queue into another, and answers how many. A letter is deleted only after it was sent: whoever is interrupted
 * leaves letters in both queues, which harms nobody, and never in neither. (StartMessageMoveTask would do it on AWS, but not everywhere.)
 */
export const redrive = async (client: SQSClient, from: string, to: string): Promise<number> => {
  for (let moved = 0; ; ) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        MaxNumberOfMessages: 10,
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

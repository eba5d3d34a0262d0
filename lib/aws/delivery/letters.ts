import { DeleteMessageCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { atOnce } from '../../engine/at-once.ts';
import { instant } from '../../engine/instant.ts';
import { sqs } from '../../engine/limits.ts';
import type { Letter, Letters } from '../../engine/operate/letters/ports.ts';
import { handOutAfter, letterBoxOf, sendTo } from './queue.ts';

/** The seconds for which a received letter is hidden; it is visible again unless it was deleted, and after a look at once. */
const hiddenSeconds = 30;

/** The milliseconds for making letters visible again that were looked at: it only shortens the time for which they are hidden. */
const longestRelease = 3_000;

const receive = async (client: SQSClient, url: string, most: number = sqs.callMessages): Promise<readonly Message[]> => {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: Math.min(most, sqs.callMessages),
      VisibilityTimeout: hiddenSeconds,
      // All servers of the queue are asked: without a wait, some are, and a letter of another one would be missing.
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['SentTimestamp'],
      MessageAttributeNames: ['ERROR_CODE', 'ERROR_MESSAGE'],
    }),
  );
  return Messages;
};

/**
 * Moves the letters of one queue into another until none is left, or it is over. A letter is deleted only after it was sent: an interruption leaves it in
 * both queues, which is harmless, and never in neither. (StartMessageMoveTask would do it on AWS, but not everywhere, and not for what a rule could not
 * deliver.)
 */
export const redrive = async (
  client: SQSClient,
  from: string,
  to: string,
  isOver: () => boolean = () => false,
): Promise<Readonly<{ moved: number; isEmpty: boolean }>> => {
  for (let moved = 0; ; ) {
    if (isOver()) return { moved, isEmpty: false };
    const messages = await receive(client, from);
    if (messages.length === 0) return { moved, isEmpty: true };
    await atOnce(sqs.callMessages, messages, async ({ Body = '', ReceiptHandle }) => {
      await sendTo(client, to, Body);
      await client.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
      moved += 1;
    });
  }
};

const letterOf = ({ MessageId = '', Body = '', Attributes, MessageAttributes: said }: Message): Letter => {
  const sent = Number(Attributes?.SentTimestamp);
  const [code, message] = [said?.ERROR_CODE?.StringValue, said?.ERROR_MESSAGE?.StringValue];
  return {
    id: MessageId,
    body: Body,
    ...(sent > 0 && { sentAt: instant(sent) }),
    ...(code !== undefined && { undelivered: message === undefined ? code : `${code}: ${message}` }),
  };
};

/** Receives letters, so many at most, and makes them visible again: nothing else tells what is in a queue. A queue for dead letters gives up on none. */
const lookAt = async (client: SQSClient, url: string, most: number): Promise<readonly Letter[]> => {
  const seen = new Map<string, Message>();
  try {
    for (let came = 1; seen.size < most && came > 0; ) {
      const messages = await receive(client, url, most - seen.size);
      for (const message of messages) seen.set(message.MessageId ?? '', message);
      came = messages.length;
    }
  } finally {
    const hidden = [...seen.values()].map(({ ReceiptHandle: receipt = '' }) => ({ receipt, seconds: 0 }));
    await handOutAfter(client, url, hidden, AbortSignal.timeout(longestRelease));
  }
  return [...seen.values()].map(letterOf);
};

/** The dead letters of the consumer with the queue at this URL: those that it gave up on, and those that could not be delivered to it. */
export const sqsLetters = (client: SQSClient, queueUrl: string): Letters => {
  const box = letterBoxOf(client, queueUrl);
  return {
    look: async (most) => lookAt(client, await box(), most),
    putBack: async (isOver) => redrive(client, await box(), queueUrl, isOver),
  };
};

import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { revisionKey } from '../../core/deployed-names.ts';
import { atOnce } from '../../engine/at-once.ts';
import { provingQueue } from '../../engine/delivery/proof.ts';
import { sqs as limits } from '../../engine/limits.ts';
import type { Depth, Proofs, Queue } from '../../engine/ports.ts';
import { meantFor } from '../../engine/view/group/meant.ts';
import { lean } from '../client/lean.ts';
import { settings } from '../client/settings.ts';
import type { DeployedView } from '../deployed-views.ts';
import { queueBeside, queueName } from '../queue-name.ts';

/** A queue's URL is only its name here; the SDK decides where requests go (`AWS_ENDPOINT_URL`). */
export const sqs = (): SQSClient => lean(new SQSClient({ ...settings, useQueueUrlAsEndpoint: false }));

const counts = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;

const attributesOf = async (client: SQSClient, url: string, names: readonly QueueAttributeName[]) =>
  (await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }))).Attributes ?? {};

/** A queue's dead letters, as its redrive policy names them. */
const deadLettersOf = async (client: SQSClient, url: string): Promise<string | undefined> => {
  const { RedrivePolicy } = await attributesOf(client, url, ['RedrivePolicy']);
  const target = RedrivePolicy && (JSON.parse(RedrivePolicy) as { deadLetterTargetArn?: string }).deadLetterTargetArn;
  return target ? queueBeside(url, queueName(target)) : undefined;
};

const depthWith = async (
  client: SQSClient,
  own: Awaited<ReturnType<typeof attributesOf>>,
  letters: string | undefined,
): Promise<Depth> => {
  const given = letters === undefined ? {} : await attributesOf(client, letters, counts);
  const number = (text: string | undefined) => Number(text ?? 0);
  return {
    waiting: number(own.ApproximateNumberOfMessages),
    inFlight: number(own.ApproximateNumberOfMessagesNotVisible),
    deadLetters: number(given.ApproximateNumberOfMessages) + number(given.ApproximateNumberOfMessagesNotVisible),
  };
};

/** The queue for the dead letters of the one at a URL, looked for once. Every consumer's has one. */
export const letterBoxOf = (client: SQSClient, url: string): (() => Promise<string>) => {
  let known: string | undefined;
  return async () => {
    known ??= await deadLettersOf(client, url);
    if (known === undefined)
      throw new Error(`The queue ${queueName(url)} has no queue for dead letters: deploy the stack again.`);
    return known;
  };
};

/** The depth of a queue, and of its dead letters, which are looked for once. */
const depthOf = (client: SQSClient, url: string): (() => Promise<Depth>) => {
  let known: string | undefined;
  return async () => {
    const [own, letters] = await Promise.all([attributesOf(client, url, counts), known ?? deadLettersOf(client, url)]);
    known = letters;
    return depthWith(client, own, letters);
  };
};

/** Puts one message into a queue. */
export const sendTo = async (client: SQSClient, url: string, body: string): Promise<void> => {
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
};

/** A received message, and the seconds until it is visible again. */
type InWork = Readonly<{ receipt: string; seconds: number }>;

/**
 * Sets when received messages become visible again. Returns the reason for each message for which it failed: it becomes visible after its visibility
 * timeout at the latest.
 */
export const handOutAfter = async (
  client: SQSClient,
  url: string,
  messages: readonly InWork[],
  abortSignal: AbortSignal,
): Promise<readonly string[]> => {
  const reasons: string[] = [];
  for (let first = 0; first < messages.length; first += limits.callMessages) {
    const portion = messages.slice(first, first + limits.callMessages);
    // Not the messages' own ids: a standard queue may have the same message in one batch twice.
    const Entries = portion.map(({ receipt, seconds }, i) => ({
      Id: String(i),
      ReceiptHandle: receipt,
      VisibilityTimeout: seconds,
    }));
    try {
      const asked = new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries });
      const { Failed = [] } = await client.send(asked, { abortSignal });
      reasons.push(...Failed.map(({ Code, Message }) => `${Code}: ${Message}`));
    } catch (cause) {
      reasons.push(...portion.map(() => String(cause)));
    }
  }
  return reasons;
};

const bodiesTo = (
  client: SQSClient,
  url: string,
): Readonly<{ depth: Queue['depth']; send: (bodies: readonly string[]) => ReturnType<Queue['send']> }> => ({
  depth: depthOf(client, url),
  send: async (bodies) => {
    const failure = (body: string) => sendTo(client, url, body).then(() => undefined, String);
    const reasons = await atOnce(limits.callMessages, bodies, failure);
    return reasons.flatMap((reason, index) => (reason === undefined ? [] : [{ index, reason }]));
  },
});

/** A queue of SQS. Sent messages carry a proof, without which the consumer ignores them. */
export const sqsQueue = (client: SQSClient, url: string, proofs: Pick<Proofs, 'make'>): Queue =>
  provingQueue(proofs, bodiesTo(client, url));

/** The queue of a view as what sends to it has it: in a group's, messages name the view. */
export const viewQueue = (
  client: SQSClient,
  { projection, queueUrl, group }: Pick<DeployedView, 'projection' | 'queueUrl' | 'group'>,
  proofs: Pick<Proofs, 'make'>,
): Queue => {
  const queue = sqsQueue(client, queueUrl, proofs);
  return group === undefined ? queue : meantFor(queue, revisionKey(projection));
};

/** A queue whose messages need no proof: they say where to look, and nothing is believed but what is found there. */
export const plainQueue = (client: SQSClient, url: string): Queue => {
  const { send, depth } = bodiesTo(client, url);
  return { depth, send: (messages) => send(messages.map((message) => JSON.stringify(message))) };
};

import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { sqsQueue } from '../../../lib/aws/delivery/queue.ts';
import { redrive } from '../../../lib/aws/delivery/redrive.ts';
import { queueBeside, queueName } from '../../../lib/aws/queue-name.ts';
import { toProvedBody } from '../../../lib/engine/delivery/proof.ts';
import { memoryProofs } from '../../../lib/testing/memory/system.ts';

const mock = mockClient(SQSClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
const client = new SQSClient({});
const url = 'https://sqs.eu-central-1.amazonaws.com/123456789012/queue';
beforeEach(() => mock.reset());

describe('a queue', () => {
  it('sends each message, and answers which failed and why', async () => {
    mock.on(SendMessageCommand).resolves({});
    const proofs = memoryProofs();
    mock
      .on(SendMessageCommand, { QueueUrl: url, MessageBody: await toProvedBody(proofs, { n: 11 }) })
      .rejects(new Error('no room'));
    const messages = Array.from({ length: 25 }, (_, n) => ({ n }));
    expect(await sqsQueue(client, url, proofs).send(messages)).toEqual([{ index: 11, reason: 'Error: no room' }]);
    expect(mock.commandCalls(SendMessageCommand)).toHaveLength(25);
  });

  it('says how deep it is, and how many letters its redrive policy has led away', async () => {
    const letters = queueBeside(url, 'letters');
    const depth = (visible: number, hidden: number) => ({
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(hidden),
    });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: 'arn:aws:sqs:eu-central-1:123456789012:letters' });
    mock.on(GetQueueAttributesCommand, { QueueUrl: url }).resolves({ Attributes: { ...depth(3, 2), RedrivePolicy } });
    mock.on(GetQueueAttributesCommand, { QueueUrl: letters }).resolves({ Attributes: depth(4, 1) });
    const queue = sqsQueue(client, url, memoryProofs());
    expect(await queue.depth()).toEqual({ waiting: 3, inFlight: 2, deadLetters: 5 });
    // Where its dead letters are is asked once: a page that polls pays for each request.
    expect(await queue.depth()).toEqual({ waiting: 3, inFlight: 2, deadLetters: 5 });
    expect(mock.commandCalls(GetQueueAttributesCommand)).toHaveLength(5);
  });

  it('is known by its name among its neighbours', () => {
    expect([queueName(url), queueName('arn:aws:sqs:r:1:other'), queueBeside(url, 'other')]).toEqual([
      'queue',
      'other',
      'https://sqs.eu-central-1.amazonaws.com/123456789012/other',
    ]);
  });
});

describe('redriving', () => {
  const letters = ['a', 'b', 'c'];
  /** A queue that delivers messages until they are deleted. */
  const lettersIn = (from: string) => {
    const left = new Set(letters);
    const taken: string[] = [];
    mock.on(ReceiveMessageCommand, { QueueUrl: from }).callsFake(() => ({
      Messages: [...left].slice(0, 2).map((letter) => ({ Body: letter, ReceiptHandle: letter })),
    }));
    mock.on(SendMessageCommand).callsFake(({ MessageBody }) => {
      taken.push(MessageBody);
    });
    mock.on(DeleteMessageCommand).callsFake(({ ReceiptHandle }) => {
      left.delete(ReceiptHandle);
    });
    return { left, taken };
  };

  it('moves every letter', async () => {
    const { left, taken } = lettersIn('from');
    expect(await redrive(client, 'from', 'to')).toBe(3);
    expect([[...left], taken]).toEqual([[], letters]);
  });

  it.each([
    ['sending', SendMessageCommand],
    ['deleting', DeleteMessageCommand],
  ])('loses nothing when it is interrupted at %s', async (_, command) => {
    for (const call of [0, 1, 2]) {
      mock.reset();
      const { left, taken } = lettersIn('from');
      let calls = 0;
      const send = client.send.bind(client);
      const dying = {
        send: (asked: never) => {
          if ((asked as object) instanceof command && calls++ === call) return Promise.reject(new Error('died'));
          return send(asked);
        },
      } as unknown as SQSClient;
      await expect(redrive(dying, 'from', 'to')).rejects.toThrow('died');
      expect(new Set([...left, ...taken])).toEqual(new Set(letters));
      await redrive(client, 'from', 'to');
      expect([[...left], new Set(taken)]).toEqual([[], new Set(letters)]);
    }
  });
});

import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { redrive, sqsLetters } from '../../../lib/aws/delivery/letters.ts';
import { sqsQueue } from '../../../lib/aws/delivery/queue.ts';
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
    expect(await redrive(client, 'from', 'to')).toEqual({ moved: 3, isEmpty: true });
    expect([[...left], taken]).toEqual([[], letters]);
  });

  it('stops when its time is over, and says that some are left', async () => {
    const { left } = lettersIn('from');
    let asked = 0;
    expect(await redrive(client, 'from', 'to', () => asked++ > 0)).toEqual({ moved: 2, isEmpty: false });
    expect([...left]).toEqual(['c']);
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

describe('a look at dead letters', () => {
  const box = queueBeside(url, 'letters');
  /** Hands out each letter once, until it is made visible again. */
  const lettersIn = (all: readonly Readonly<{ id: string; code?: string }>[]) => {
    const hidden = new Set<string>();
    mock.on(GetQueueAttributesCommand, { QueueUrl: url }).resolves({
      Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: 'arn:aws:sqs:eu-central-1:123456789012:letters' }) },
    });
    mock.on(ReceiveMessageCommand, { QueueUrl: box }).callsFake(({ MaxNumberOfMessages }) => {
      const some = all.filter(({ id }) => !hidden.has(id)).slice(0, Math.min(2, MaxNumberOfMessages));
      for (const { id } of some) hidden.add(id);
      return {
        Messages: some.map(({ id, code }) => ({
          MessageId: id,
          Body: `body of ${id}`,
          ReceiptHandle: id,
          Attributes: { SentTimestamp: '1795780800000' },
          ...(code && { MessageAttributes: { ERROR_CODE: { StringValue: code }, ERROR_MESSAGE: { StringValue: 'why' } } }),
        })),
      };
    });
    mock.on(ChangeMessageVisibilityBatchCommand, { QueueUrl: box }).callsFake(({ Entries }) => {
      for (const { ReceiptHandle, VisibilityTimeout } of Entries) if (VisibilityTimeout === 0) hidden.delete(ReceiptHandle);
      return {};
    });
    return hidden;
  };

  it('tells each letter, as many as are wanted, deletes none and leaves none hidden', async () => {
    const hidden = lettersIn([{ id: 'a' }, { id: 'b', code: 'NO_PERMISSIONS' }, { id: 'c' }]);
    const letters = sqsLetters(client, url);
    const a = { id: 'a', body: 'body of a', sentAt: '2026-11-27T12:00:00.000Z' };
    expect(await letters.look(10)).toEqual([
      a,
      { ...a, id: 'b', body: 'body of b', undelivered: 'NO_PERMISSIONS: why' },
      { ...a, id: 'c', body: 'body of c' },
    ]);
    expect(await letters.look(1)).toEqual([a]);
    expect([...hidden]).toEqual([]);
    expect(mock.commandCalls(DeleteMessageCommand)).toEqual([]);
  });

  it('leaves none hidden where it fails halfway', async () => {
    const hidden = lettersIn([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
    let calls = 0;
    const send = client.send.bind(client);
    const failing = {
      send: (asked: never, options: never) =>
        (asked as object) instanceof ReceiveMessageCommand && calls++ === 1
          ? Promise.reject(new Error('throttled'))
          : send(asked, options),
    } as unknown as SQSClient;
    await expect(sqsLetters(failing, url).look(10)).rejects.toThrow('throttled');
    expect([...hidden]).toEqual([]);
  });
});

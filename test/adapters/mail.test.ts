import { expect, it } from 'vitest';
import * as z from 'zod';
import { mail } from '../../lib/adapters/mail.ts';
import { effect } from '../../lib/core/effect/effect.ts';
import { v1 } from '../../lib/core/version.ts';

const sendReceipt = effect({
  name: 'sendReceipt',
  input: v1(z.object({ to: z.string(), total: z.int() })),
  answer: v1(z.object({ messageId: z.string() })),
  timeout: { seconds: 10 },
  giveUp: { hours: 1 },
});

type Command = Readonly<{ input: object }>;

const sending = async (answer: () => Promise<{ MessageId?: string }>) => {
  const sent: object[] = [];
  const options = {
    from: 'shop@example.com',
    message: ({ to, total }: { to: string; total: number }) => ({ to: [to], subject: 'Receipt', text: `${total} EUR` }),
  };
  const adapter = mail(sendReceipt, options, ({ input }: Command) => {
    sent.push(input);
    return answer();
  });
  const call = { idempotencyKey: 'key-1', attempt: 1, secrets: {}, signal: AbortSignal.timeout(1_000) };
  const outcome = await adapter.call({ to: 'ada@example.com', total: 5 }, call as never).catch((error: Error) => error.name);
  return { sent, outcome };
};

it('a mail has its idempotency key in a header, and its answer is the id of the message', async () => {
  const { sent, outcome } = await sending(async () => ({ MessageId: 'm1' }));
  expect(outcome).toEqual({ done: { messageId: 'm1' } });
  expect(sent).toEqual([
    {
      FromEmailAddress: 'shop@example.com',
      Destination: { ToAddresses: ['ada@example.com'] },
      Content: {
        Simple: {
          Subject: { Data: 'Receipt', Charset: 'UTF-8' },
          Body: { Text: { Data: '5 EUR', Charset: 'UTF-8' } },
          Headers: [{ Name: 'X-Idempotency-Key', Value: 'key-1' }],
        },
      },
    },
  ]);
});

it('a message that SES rejects is refused; throttling, a paused account and a lost answer are no outcome', async () => {
  const failing = (name: string) => async () => {
    throw Object.assign(new Error('no'), { name });
  };
  expect((await sending(failing('MessageRejected'))).outcome).toEqual({ refused: 'message-rejected', detail: { message: 'no' } });
  for (const name of ['TooManyRequestsException', 'SendingPausedException', 'TimeoutError'])
    expect((await sending(failing(name))).outcome).toBe(name);
});

import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { type Adapter, adapter } from '../core/effect/adapter.ts';
import type { AnswerOf, AnyEffect, Effect, GivenTo } from '../core/effect/effect.ts';
import type { Plain } from '../core/personal/sealed.ts';

/** A mail, as text, and as HTML too if there is one.
 * @example const message: Mail = { to: ['ada@example.com'], subject: 'Your receipt', text: 'Thank you.' };
 */
export type Mail = Readonly<{
  to: readonly string[];
  subject: string;
  text: string;
  html?: string;
  replyTo?: readonly string[];
}>;

/** How an effect is a mail.
 * @example const options: MailOptions<typeof sendReceipt> = { from: 'shop@example.com', message };
 */
export type MailOptions<E extends AnyEffect> = Readonly<{
  /** The sender: an address that SES has verified, and that the setting `effects` allows. */
  from: string;
  /** The mail; or why there is none, as for a person whose address was erased. */
  message: (input: GivenTo<E>) => Mail | Readonly<{ refused: string }>;
  /** The configuration set of SES, for bounces and complaints. */
  configurationSet?: string;
}>;

/** The answer of a mail effect: SES has taken the message. It says nothing of whether it arrives.
 * @example const answer = v1(z.object({ messageId: z.string() }));
 */
export type MailAnswer = Readonly<{ messageId: string }>;

/** SES refuses the message itself: it would refuse it again. */
const refusals: Readonly<Record<string, string>> = { MessageRejected: 'message-rejected', BadRequestException: 'bad-request' };

const content = (data: string) => ({ Data: data, Charset: 'UTF-8' });

let client: SESv2Client | undefined;

/**
 * Makes an adapter that sends an effect as a mail by SES. SES knows no idempotency key: if its answer is lost, the mail is sent a second time. Both have the
 * key in the header `X-Idempotency-Key`.
 * @example export default mail(sendReceipt, { from: 'shop@example.com', message: ({ to, total }) => ({ to: [to], subject: 'Receipt', text: `${total}` }) });
 */
export const mail = <E extends Effect<string, never, MailAnswer> | AnyEffect>(
  effect: E & (MailAnswer extends AnswerOf<E> ? unknown : 'The answer of a mail effect is { messageId: string }.'),
  { from, message, configurationSet }: MailOptions<E>,
  send: (command: SendEmailCommand, signal: AbortSignal) => Promise<{ MessageId?: string }> = (command, abortSignal) => {
    // One try of the SDK is one mail: the effect has its own tries.
    client ??= new SESv2Client({ maxAttempts: 1 });
    return client.send(command, { abortSignal });
  },
): Adapter<E> =>
  adapter<E>(effect, async (input, { idempotencyKey, signal }) => {
    const made = message(input);
    if ('refused' in made) return made;
    const { to, subject, text, html, replyTo = [] } = made;
    const command = new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: [...to] },
      ...(replyTo.length > 0 && { ReplyToAddresses: [...replyTo] }),
      ...(configurationSet !== undefined && { ConfigurationSetName: configurationSet }),
      Content: {
        Simple: {
          Subject: content(subject),
          Body: { Text: content(text), ...(html !== undefined && { Html: content(html) }) },
          Headers: [{ Name: 'X-Idempotency-Key', Value: idempotencyKey }],
        },
      },
    });
    try {
      const { MessageId = '' } = await send(command, signal);
      return { done: { messageId: MessageId } as Plain<AnswerOf<E>> };
    } catch (error) {
      const refused = refusals[(error as Error).name];
      if (refused === undefined) throw error;
      return { refused, detail: { message: (error as Error).message } };
    }
  });

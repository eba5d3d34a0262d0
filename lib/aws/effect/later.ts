import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { toProvedBody } from '../../engine/delivery/proof.ts';
import type { Later } from '../../engine/effect/ports.ts';
import { sqs } from '../../engine/limits.ts';
import type { Clock, Proofs } from '../../engine/ports.ts';

type Sides = Readonly<{ client: SQSClient; clock: Pick<Clock, 'now'>; proofs: Pick<Proofs, 'make'> }>;

/**
 * Messages that come later, by the delay of SQS. It is 15 minutes at most: a message for a later time comes early, and whoever gets it sends it again. So no
 * schedule has to be made and removed for each wait, and an effect needs no right to.
 */
export const delayedMessages = ({ client, clock, proofs }: Sides, url: string): Later => ({
  send: async (message, at) => {
    const seconds = Math.ceil((Date.parse(at) - clock.now()) / 1_000);
    await client.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: await toProvedBody(proofs, message),
        DelaySeconds: Math.max(0, Math.min(seconds, sqs.delaySeconds)),
      }),
    );
  },
});

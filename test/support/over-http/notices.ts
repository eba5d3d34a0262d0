import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { verifyWebhook } from '../../../lib/webhooks/index.ts';

const key = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

/**
 * A service that takes the notices of tickets, at the address and with the key that the environment's secrets have. It does the work of the first
 * message of each ticket and closes the connection without an answer, so that each message comes a second time.
 */
export const noticeReceiver = async (endpoint: string) => {
  /** The ids of the messages about a ticket, in the order in which they came. */
  const came = new Map<string, string[]>();
  let invalid = 0;
  const server = createServer(async (request, response) => {
    const text = (await request.toArray()).join('');
    const message = await verifyWebhook(text, request.headers, key).catch(() => undefined);
    if (!message) {
      invalid += 1;
      return response.writeHead(401).end();
    }
    const { ticket } = (JSON.parse(text) as { data: { ticket: string } }).data;
    const before = came.get(ticket) ?? [];
    came.set(ticket, [...before, message.id]);
    if (before.length === 0) return request.socket.destroy();
    return response.writeHead(204).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const secrets = new SecretsManagerClient({ endpoint });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const [Name, SecretString] of [
    ['dev/noticeAddress', url],
    ['dev/noticeKey', key],
  ] as const)
    await secrets.send(new CreateSecretCommand({ Name, SecretString }));
  return {
    came: (ticket: string): readonly string[] => came.get(ticket) ?? [],
    invalid: () => invalid,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

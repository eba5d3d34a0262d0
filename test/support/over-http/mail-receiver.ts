import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { verifyWebhook } from '../../../lib/webhooks/index.ts';

const key = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;

/** A service that sends mails, at the address and with the key that the environment's secrets have. It refuses each address once, and quotes it then. */
export const mailReceiver = async (endpoint: string) => {
  /** The kinds of the mails to an address, each once for each try. */
  const came = new Map<string, string[]>();
  const server = createServer(async (request, response) => {
    const text = (await request.toArray()).join('');
    await verifyWebhook(text, request.headers, key);
    const { type, data } = JSON.parse(text) as { type: string; data: { to: string } };
    const before = came.get(data.to) ?? [];
    came.set(data.to, [...before, type]);
    response.writeHead(before.length === 0 ? 500 : 200).end(`A mail to ${data.to}.`);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const secrets = new SecretsManagerClient({ endpoint });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const [Name, SecretString] of [
    ['dev/mailUrl', url],
    ['dev/mailKey', key],
  ] as const)
    await secrets.send(new CreateSecretCommand({ Name, SecretString }));
  return {
    came: (to: string): readonly string[] => came.get(to) ?? [],
    all: () => [...came.keys()],
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

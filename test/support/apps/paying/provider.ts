import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidWebhook, verifyWebhook } from '../../../../lib/webhooks/index.ts';

type Charge = Readonly<{ charge: string; payment: string; amount: number }>;

/** A provider that answers late, with 500, or dies, before or after it did the work; and a receiver of webhooks that fails at first. */
export const startProvider = async (random: () => number, receiverSecret: string) => {
  const charges = new Map<string, Charge>();
  const declined = new Set<string>();
  const told: string[] = [];
  const seen = { calls: 0, invalid: 0 };

  const work = (key: string, { payment, amount }: { payment: string; amount: number }): Charge | undefined => {
    // A card that was declined once stays so: a provider answers a key always in the same way.
    if (amount % 10 === 7) {
      declined.add(payment);
      return undefined;
    }
    const charge = charges.get(key) ?? { charge: `ch-${charges.size + 1}`, payment, amount };
    charges.set(key, charge);
    return charge;
  };
  const charging = async (request: IncomingMessage, response: ServerResponse, body: string) => {
    seen.calls += 1;
    const key = String(request.headers['idempotency-key']);
    const dice = random();
    if (dice < 0.15) return void response.writeHead(500).end();
    if (dice < 0.25) return void request.socket.destroy();
    const done = work(key, JSON.parse(body));
    // It has done the work, and says so to nobody, or too late.
    if (dice < 0.4) return void request.socket.destroy();
    if (dice < 0.5) return void response.writeHead(500).end();
    if (dice < 0.6) await new Promise((resolve) => setTimeout(resolve, 1_500));
    response.writeHead(done ? 200 : 402, { 'content-type': 'application/json' }).end(JSON.stringify(done ?? {}));
  };
  const receiving = async (request: IncomingMessage, response: ServerResponse, body: string) => {
    try {
      const { id } = await verifyWebhook(body, request.headers, receiverSecret);
      if (random() < 0.3) return void response.writeHead(503).end();
      const { data } = JSON.parse(body) as { data: { payment: string } };
      told.push(`${id} ${data.payment}`);
      response.writeHead(204).end();
    } catch (error) {
      if (!(error instanceof InvalidWebhook)) throw error;
      seen.invalid += 1;
      response.writeHead(401).end();
    }
  };
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    await (request.url === '/charges' ? charging : receiving)(request, response, body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    charges,
    declined,
    told,
    seen,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the provider misbehaves in a call: in turns, so that each happens. `dies`: it does the work, and its connection breaks. */
export const manners = ['late', 'twice', '500', 'never', 'dies'] as const;
export type Manner = (typeof manners)[number] | 'well';

type Charge = Readonly<{ charge: string; card: string; amount: number }>;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

/** A payment provider over real HTTP: it charges once for each key, and answers as it likes. */
export const providerServer = async (mannerOf: (call: number) => Manner) => {
  const charges = new Map<string, Charge>();
  const counts: Record<string, number> = {};
  let calls = 0;
  const charge = (key: string, { card, amount }: Readonly<{ card: string; amount: number }>): Charge => {
    const known = charges.get(key);
    if (known) return known;
    const made = { charge: `ch-${charges.size + 1}`, card, amount };
    charges.set(key, made);
    return made;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const given = JSON.parse(await bodyOf(request)) as { card: string; amount: number };
    const manner = mannerOf(calls++);
    counts[manner] = (counts[manner] ?? 0) + 1;
    if (manner === 'never') return;
    if (manner === '500') return response.writeHead(500).end();
    const body = JSON.stringify(charge(String(request.headers['idempotency-key']), given));
    if (manner === 'dies') return request.socket.destroy();
    // The client is gone by then: it closes the connection when its time is over.
    if (manner === 'late') return request.socket.once('close', () => response.end(body));
    if (manner === 'well') return response.end(body);
    const whole = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
    return request.socket.end(whole + whole);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/charges`,
    charges: () => [...charges.values()],
    counts,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
};

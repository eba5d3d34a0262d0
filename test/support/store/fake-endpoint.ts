import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The end of one request: an answer, a broken connection, one that breaks in the middle of an answer, or nothing. */
export type Answer = Readonly<{ status: number; type?: string; body?: object }> | 'hang up' | 'break off' | 'hang';

/** Speaks DynamoDB's protocol: gives the answers in turn, the last one for ever, and keeps what it was asked. */
export const startFakeEndpoint = async (answers: readonly Answer[]) => {
  const requests: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const answer = answers[Math.min(requests.push(JSON.parse(text)), answers.length) - 1]!;
    if (answer === 'hang') return;
    if (answer === 'hang up') return void request.socket.destroy();
    if (answer === 'break off') {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': 1_000 });
      response.write('{"Attributes":{', () => request.socket.destroy());
      return;
    }
    const { status, type, body } = answer;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ ...body, ...(type && { __type: `com.amazonaws.dynamodb.v20120810#${type}` }) }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

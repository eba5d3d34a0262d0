import type { manifest } from '../../domains/index.ts';
import { type ClientOptions, client } from '../../lib/client/index.ts';

/** A request as a server receives it. */
export type Received = Readonly<{ method: string; path: string; headers: Headers; body: string | undefined }>;
export type Answering = (request: Received, nth: number) => Response | Error;

export const problem = (status: number, kind: string, fields: object = {}, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ type: `urn:foldstream:problem:${kind}`, status, detail: `It is ${kind}.`, ...fields }), {
    status,
    headers,
  });
export const done = (stream: string, commit: number, types: readonly string[] = ['MoneyDeposited']) =>
  new Response(JSON.stringify({ stream, commit, version: commit, events: types.map((type) => ({ type, version: commit })) }), {
    headers: { 'consistency-token': `${stream}@${commit}` },
  });
export const json = (body: unknown, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { headers });

/** A client of a server that answers as it is told to, on a clock that passes by waiting alone. */
export const served = (answer: Answering, options: Partial<ClientOptions> = {}) => {
  const received: Received[] = [];
  const waits: number[] = [];
  let now = Date.parse('2026-11-29T08:00:00Z');
  const api = client<typeof manifest>({
    url: 'https://api.example.com/v1/',
    clock: {
      now: () => now,
      wait: async (milliseconds) => {
        waits.push(milliseconds);
        now += milliseconds;
      },
      random: () => 1,
    },
    fetch: async (url, { method = 'GET', headers, body } = {}) => {
      const request = {
        method,
        path: String(url).replace('https://api.example.com/v1', ''),
        headers: new Headers(headers),
        body: body as string | undefined,
      };
      received.push(request);
      const answered = answer(request, received.length);
      if (answered instanceof Error) throw answered;
      return answered;
    },
    ...options,
  });
  return { api, received, waits, pass: (milliseconds: number) => (now += milliseconds) };
};

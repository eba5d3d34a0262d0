import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { publicLookup, requireDestination } from './addresses.ts';

/** A request of an adapter. */
export type Post = Readonly<{
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  signal: AbortSignal;
  network: 'internet' | 'any';
}>;

export type Posted = Readonly<{ status: number; text: string }>;

/** The most characters of an answer that are read: a receiver must not fill the function's memory. */
const mostAnswered = 64 * 1_024;

/** Sends a body and reads the answer. Follows no redirect: another place was not meant. */
export const post = ({ url, headers, body, signal, network }: Post): Promise<Posted> => {
  const destination = requireDestination(url, network);
  const options = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    signal,
    ...(network === 'internet' && { lookup: publicLookup() }),
  };
  return new Promise((resolve, reject) => {
    const sending = (destination.protocol === 'https:' ? request : plainRequest)(destination, options, (response) => {
      let text = '';
      const end = () => resolve({ status: response.statusCode ?? 0, text });
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part.slice(0, mostAnswered - text.length);
        if (text.length < mostAnswered) return;
        response.destroy();
        end();
      });
      response.on('end', end);
      response.on('error', reject);
    });
    sending.on('error', reject);
    sending.end(body);
  });
};

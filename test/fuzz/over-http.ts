import { request } from 'node:http';
import type { Answered, Ask, Person, Send } from './ask.ts';

/** A text within a path or a query: half of a surrogate pair as the bytes that a careless client makes of it. */
const encoded = (text: string): string =>
  [...text]
    .map((part) => (part.isWellFormed() ? encodeURIComponent(part) : `%ED%A0%${part.charCodeAt(0) < 0xdc00 ? '80' : 'BD'}`))
    .join('');

/** The bytes that a header can have: Latin-1, without control characters. */
const inHeader = /^[\t\x20-\x7e\x80-\xff]*$/;

const pathOf = ({ route, path, query }: Ask): string => {
  const [, template = ''] = route.split(' ');
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encoded(path[name] ?? ''));
  const asked = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return asked.length > 0 ? `${filled}?${asked.join('&')}` : filled;
};

/** Sends requests as they are to a deployed API: no client that tidies them up. */
export const overHttp = (api: string, tokens: Readonly<Record<Exclude<Person, undefined>, string>>): Send => {
  const base = new URL(api);
  return (ask) =>
    new Promise<Answered>((resolve, reject) => {
      const headers = Object.entries(ask.headers).filter(([, value]) => inHeader.test(value));
      const sent = request(
        {
          host: base.hostname,
          port: base.port,
          method: ask.route.split(' ')[0],
          path: `${base.pathname.replace(/\/$/, '')}${pathOf(ask)}`,
          headers: {
            ...Object.fromEntries(headers),
            host: base.host,
            ...(ask.who && { authorization: `Bearer ${tokens[ask.who]}` }),
          },
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('error', reject);
          answer.on('end', () => {
            const text = Buffer.concat(parts).toString();
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers as Record<string, string>, text });
          });
        },
      );
      sent.on('error', reject);
      sent.end(ask.body);
    });
};

/** The `sub` of a token: by it answers name who did something. */
export const subjectOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string }).sub;

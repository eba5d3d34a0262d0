import { createHash, createHmac } from 'node:crypto';
import type { Access } from './stack.ts';

/** One signed GET (Signature Version 4) for a service whose client the package would need for nothing else. Throws at any answer but a success. */
export async function signedGet(access: Access, service: string, path: string, at = new Date()): Promise<void> {
  const { host } = new URL(access.endpoint);
  const time = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${access.region}/${service}/aws4_request`;
  const signed = 'host;x-amz-date';
  const canonical = ['GET', path, '', `host:${host}`, `x-amz-date:${time}`, '', signed, sha256('')].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${access.secretAccessKey}`);
  const signature = hmac(key, text).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${access.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  const request = { headers: { 'x-amz-date': time, authorization }, signal: AbortSignal.timeout(10_000) };
  const response = await fetch(access.endpoint + path, request);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

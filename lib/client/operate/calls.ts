import { pathWith, type Query } from '../reads.ts';
import type { Send } from '../send.ts';

/** Requests whose answers are JSON, or a text as it is. */
export type Calls = Readonly<{
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  post<T>(path: string, body?: object, query?: Query): Promise<T>;
  text(path: string): Promise<string>;
}>;

/** A path of segments, each of which may hold any text. */
export const pathOf = (...segments: readonly string[]): string => `/${segments.map(encodeURIComponent).join('/')}`;

export const callsOver = (send: Send): Calls => ({
  get: async (path, query = {}, signal) => JSON.parse((await send({ path: pathWith(path, query), signal })).text),
  post: async (path, body = {}, query = {}) =>
    JSON.parse(
      (
        await send({
          method: 'POST',
          path: pathWith(path, query),
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        })
      ).text,
    ),
  text: async (path) => (await send({ path })).text,
});

import { Invalid, NotFound } from './problems.ts';
import type { Answer, Send } from './send.ts';
import type { Writing } from './written.ts';

export type ReadOptions = Readonly<{
  signal?: AbortSignal;
  /** False: the rows as they are, even if this client's own writes are not among them yet. */
  consistent?: boolean;
}>;

export type Query = Readonly<Record<string, string | number | undefined>>;

/** A page of a list; the list goes on if there is a cursor. */
export type Page<Item> = Readonly<{ items: readonly Item[]; cursor?: string }>;

/** A list, to go through with `for await`, or a page at a time. */
export interface Pages<Item> extends AsyncIterable<Item> {
  page(cursor?: string): Promise<Page<Item>>;
}

export const pathWith = (path: string, query: Query): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? path : `${path}?${parameters}`;
};

/** JSON as views answer it: an integer beyond 2^53 - 1 keeps all its digits, as a bigint, where the engine can tell them. */
export const exactly = (text: string): never => {
  if (!/\d{16}/.test(text)) return JSON.parse(text) as never;
  const revive = (_: string, value: unknown, context?: Readonly<{ source?: string }>) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context!.source!)
      : value;
  return JSON.parse(text, revive) as never;
};

export const paging = <Item>(read: (cursor: string | undefined) => Promise<Page<Item>>): Pages<Item> => ({
  page: read,
  async *[Symbol.asyncIterator]() {
    let cursor: string | undefined;
    do {
      const page = await read(cursor);
      yield* page.items;
      cursor = page.cursor;
    } while (cursor !== undefined);
  },
});

const mostKnown = 50;
const largestKnown = 65_536;

/** Reads of views: consistent with this client's own writes, and without the transfer of what has not changed. */
export const reading = (send: Send, written: Writing) => {
  const known = new Map<string, Readonly<{ etag: string; text: string }>>();

  const ask = async (
    path: string,
    tokens: readonly string[],
    signal: AbortSignal | undefined,
    body?: string,
  ): Promise<string> => {
    const before = body === undefined ? known.get(path) : undefined;
    const answer: Answer = await send({
      path,
      signal,
      ...(body !== undefined && { method: 'POST' as const, body }),
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(tokens.length > 0 && { 'consistent-with': tokens.join(', ') }),
        ...(before && { 'if-none-match': before.etag }),
      },
    });
    if (body !== undefined) return answer.text;
    if (answer.status === 304 && before) return before.text;
    const { text, headers } = answer;
    const etag = headers.get('etag');
    known.delete(path);
    if (etag !== null && text.length <= largestKnown) known.set(path, { etag, text });
    for (const key of known.keys()) if (known.size > mostKnown) known.delete(key);
    return text;
  };

  return {
    /** Reads a path of a view with the given tokens, and tells the view's reach. */
    with: async (
      view: string,
      path: string,
      tokens: readonly string[],
      { signal }: ReadOptions,
      body?: string,
    ): Promise<string> => {
      const text = await ask(path, tokens, signal, body);
      written.reached(view, tokens);
      return text;
    },
    /** Reads a path of a view with the tokens that it needs; more of them than one request takes go in several. */
    own: async (
      view: string,
      path: string,
      id: string | undefined,
      options: ReadOptions,
      bearer: () => string | undefined,
      body?: string,
    ) => {
      if (options.consistent === false) return { text: await ask(path, [], options.signal, body), tokens: [] };
      for (let isNew = true; ; ) {
        const tokens = written.pick(view, id);
        try {
          const text = await ask(path, tokens, options.signal, body);
          written.reached(view, tokens);
          if (!written.isAwaiting(view)) return { text, tokens };
        } catch (error) {
          const isUnknown = error instanceof Invalid && error.errors.some((each) => each.path === 'Consistent-With');
          if (isUnknown && isNew) {
            isNew = false;
            written.forget(bearer());
          } else {
            if (!(error instanceof NotFound)) throw error;
            written.reached(view, tokens);
            if (!written.isAwaiting(view)) throw error;
          }
        }
      }
    },
  };
};

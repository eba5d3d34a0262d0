import { type Problem, problemOf, Unreachable } from './problems.ts';

/** The settings of a client. */
export type ClientOptions = Readonly<{
  /** The address of the API: the stack's output `ApiUrl`. */
  url: string;
  /** The caller's access token; it is asked for each request, and once more if the API does not accept the token. */
  token?: () => string | undefined | Promise<string | undefined>;
  /** The milliseconds after which an attempt counts as failed; the default is 20,000. */
  timeout?: number;
  /** The milliseconds for which a request is retried; the default is 30,000. With 0 nothing is. */
  retryFor?: number;
  fetch?: typeof fetch;
  /** The clock, for tests. */
  clock?: Clock;
}>;

/** Time, and the randomness that spreads retries. */
export type Clock = Readonly<{
  now(): number;
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
  random(): number;
}>;

/** One request. Each of its attempts has the same headers and the same body. */
export type Asked = Readonly<{
  method?: 'POST';
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  signal?: AbortSignal | undefined;
}>;

/** A successful answer, and the token that it was asked with. */
export type Answer = Readonly<{ status: number; headers: Headers; text: string; bearer: string | undefined }>;

export type Send = (asked: Asked) => Promise<Answer>;

const systemClock: Clock = {
  now: () => Date.now(),
  wait: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const done = () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', stop, { once: true });
    }),
  random: () => Math.random(),
};

export const clockOf = ({ clock = systemClock }: ClientOptions): Clock => clock;

const documentOf = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
};

/** The milliseconds for which a request is retried, unless the client's options say otherwise. */
export const usualRetryFor = 30_000;
const shortest = 100;
const longest = 5_000;
/** A failure of the server's code may be the same at each attempt: it is not tried for as long as a busy server. */
const attemptsAtInternal = 3;

/** Milliseconds of a `Retry-After` header: seconds, or a date. */
export const statedPause = (header: string | null, now: number): number | undefined => {
  if (header === null) return undefined;
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
};

/** True if a retry can help after this many attempts. */
export const isRetried = (status: number, stated: number | undefined, attempt: number): boolean => {
  if (status === 500) return attempt < attemptsAtInternal;
  return [429, 502, 503, 504].includes(status) || (status === 409 && stated !== undefined);
};

type Tried = Answer | Readonly<{ failed: Problem | Unreachable; pause?: number; isUnauthorized?: boolean }>;

/**
 * Sends requests, and sends those again that a retry can help: the same request, after the time that the API states, or else after growing pauses. A
 * retry that would come too late is not made; the last problem is thrown.
 */
export const sending = (options: ClientOptions): Send => {
  const { url, token, timeout = 20_000, retryFor = usualRetryFor } = options;
  const clock = clockOf(options);
  const base = url.replace(/\/+$/, '');
  const backOff = (attempt: number) => Math.min(longest, shortest * 2 ** (attempt - 1)) * (0.5 + clock.random() / 2);

  const attemptOnce = async (asked: Asked, bearer: string | undefined, attempt: number): Promise<Tried> => {
    const { method = 'GET', path, headers, body, signal } = asked;
    const limit = AbortSignal.timeout(timeout);
    try {
      const response = await (options.fetch ?? fetch)(`${base}${path}`, {
        method,
        headers: { ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }), ...headers },
        ...(body !== undefined && { body }),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      const text = await response.text();
      const { status } = response;
      if (response.ok || status === 304) return { status, headers: response.headers, text, bearer };
      const failed = problemOf(status, documentOf(text));
      const stated = statedPause(response.headers.get('retry-after'), clock.now());
      const pause = isRetried(status, stated, attempt) ? { pause: stated ?? backOff(attempt) } : {};
      return { failed, isUnauthorized: status === 401, ...pause };
    } catch (cause) {
      signal?.throwIfAborted();
      const failed = new Unreachable(`No answer from ${base}: the network failed, or the time for an answer is over.`, { cause });
      return { failed, pause: backOff(attempt) };
    }
  };

  return async (asked) => {
    const until = clock.now() + retryFor;
    let bearer = await token?.();
    let isRenewed = false;
    for (let attempt = 1; ; attempt++) {
      asked.signal?.throwIfAborted();
      const tried = await attemptOnce(asked, bearer, attempt);
      if (!('failed' in tried)) return tried;
      const { failed, pause, isUnauthorized } = tried;
      const newer: string | undefined = isUnauthorized && !isRenewed ? await token?.() : bearer;
      if (newer !== bearer) {
        [bearer, isRenewed] = [newer, true];
        continue;
      }
      if (pause === undefined || clock.now() + pause >= until) throw failed;
      await clock.wait(pause, asked.signal);
    }
  };
};

import { type ApiError, Problem, Refused } from '../../client/problems.ts';
import { type ClientOptions, sending } from '../../client/send.ts';
import type { Caller } from './callers.ts';
import type { Ended } from './figures.ts';
import type { LoadRequest } from './mix.ts';

/** Where a load is sent to. */
export type LoadTarget = Readonly<{
  api: string;
  callers: ReadonlyMap<string, Caller>;
  /** The milliseconds for which a request is retried; with 0 nothing is. */
  retryFor: number;
  /** The milliseconds for which a row is awaited. */
  awaitedFor: number;
  fetch?: ClientOptions['fetch'];
  clock?: ClientOptions['clock'];
}>;

/** The last answer to a request, and the token of what it wrote. */
export type Sent = Pick<Ended, 'status' | 'kind' | 'retries'> & Readonly<{ token?: string; problem?: ApiError }>;

const asked = ({ api, callers, retryFor, clock, fetch: fetched = fetch }: LoadTarget, as: string) => {
  let attempts = 0;
  const send = sending({
    ...{ url: api, retryFor, ...(clock && { clock }) },
    token: () => callers.get(as)?.token(),
    fetch: (...request) => {
      attempts += 1;
      return fetched(...request);
    },
  });
  return { send, retries: () => Math.max(0, attempts - 1) };
};

const failed = (problem: unknown, signal: AbortSignal): Omit<Sent, 'retries'> => {
  if (problem instanceof Problem) {
    const status = `${problem.status} ${problem.kind}`.trim();
    return { status, kind: problem instanceof Refused ? 'refused' : 'error', problem };
  }
  return signal.aborted
    ? { status: 'open at the end', kind: 'open' }
    : { status: 'no answer', kind: 'error', problem: problem as ApiError };
};

/** Sends a command as the typed client does, with its retries, under a key of its own. It never fails. */
export const sendRequest = async (
  target: LoadTarget,
  { path, body, as }: LoadRequest,
  key: string,
  signal: AbortSignal,
): Promise<Sent> => {
  const { send, retries } = asked(target, as);
  try {
    const { status, headers } = await send({
      ...{ method: 'POST', path, signal, body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
    });
    const token = headers.get('consistency-token');
    return { status: String(status), kind: 'done', retries: retries(), ...(token !== null && { token }) };
  } catch (problem) {
    return { ...failed(problem, signal), retries: retries() };
  }
};

/** Reads the row of a view until it shows what a token names; false where it never did. */
export const sawRow = async (
  target: LoadTarget,
  { view = '', id, as }: LoadRequest,
  token: string,
  signal: AbortSignal,
): Promise<boolean> => {
  const { send } = asked({ ...target, retryFor: target.awaitedFor }, as);
  try {
    await send({ path: `/views/${view}/${encodeURIComponent(id)}`, headers: { 'consistent-with': token }, signal });
    return true;
  } catch {
    return false;
  }
};

// The package's entry `foldstream/client`: a typed client of the API for browsers and Node. It has the manifest's types, and none of its code.
import { batching, type Outcome, sendAtomic, type Waiting } from './batch.ts';
import { kebab, named } from './names.ts';
import { Refused } from './problems.ts';
import { exactly, type Page, paging, pathWith, type Query, type ReadOptions, reading } from './reads.ts';
import { type ClientOptions, clockOf, type Send, sending, usualRetryFor } from './send.ts';
import type { BatchOptions, Client, Done, FindQuery, HistoryQuery, ListQuery, Moment, SendOptions } from './types.ts';
import { type Writing, writing } from './written.ts';

export type { Erased, Masked, Opened } from './opened.ts';
export {
  ApiError,
  Conflict,
  Invalid,
  NotFound,
  NotYours,
  Problem,
  Refused,
  Stale,
  TooManyRequests,
  Unauthorized,
  Unavailable,
  Unreachable,
} from './problems.ts';
export type { Page, Pages, ReadOptions } from './reads.ts';
export type { ClientOptions, Clock } from './send.ts';
export type {
  Batch,
  BatchAnswer,
  BatchOptions,
  Client,
  Command,
  Done,
  FindQuery,
  HistoryEntry,
  HistoryQuery,
  ListQuery,
  Moment,
  Prepared,
  SendOptions,
  WouldDo,
} from './types.ts';

/** `crypto.randomUUID` is missing in pages that are not served over https. */
const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const segment = encodeURIComponent;
const instant = (moment: Moment): string => (moment instanceof Date ? moment.toISOString() : String(moment));

/** The command that was refused, by the error that says so. */
const refusals = new WeakMap<Refused, string>();

/** A command as errors know it: that of all streams of a category. */
const nameOf = (category: string, command: string): string => `${category}/${command}`;

const commandOf = (send: Send, written: Writing, category: string, id: string, name: string) => {
  const path = `/${category}/${segment(id)}/${kebab(name)}`;
  const command = nameOf(category, kebab(name));
  const ask = (data: object = {}, { key, expectedVersion, correlation, why, signal }: SendOptions, more: object) =>
    send({
      method: 'POST',
      path,
      body: JSON.stringify(data),
      signal,
      headers: {
        'content-type': 'application/json',
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(expectedVersion !== undefined && { 'if-match': `"${expectedVersion}"` }),
        ...(correlation !== undefined && { 'x-correlation-id': correlation }),
        ...(why !== undefined && { why: segment(why) }),
        ...more,
      },
    }).catch((error: unknown) => {
      if (error instanceof Refused) refusals.set(error, command);
      throw error;
    });
  const call = async (data?: object, options: SendOptions = {}): Promise<Done> => {
    const { text, headers, bearer } = await ask(data, { key: randomKey(), ...options }, {});
    const done = JSON.parse(text) as Done;
    const token = headers.get('consistency-token');
    if (token !== null) written.note(done, token, bearer);
    return done;
  };
  const dryRun = async (data?: object, options: SendOptions = {}) =>
    JSON.parse((await ask(data, options, { 'dry-run': 'true' })).text);
  return Object.assign(call, {
    dryRun,
    prepare: (body: object = {}, { key = randomKey(), expectedVersion }: SendOptions = {}): Waiting =>
      Object.freeze({ category, id, command: kebab(name), body, key, expectedVersion }),
    refused: (error: unknown) => error instanceof Refused && refusals.get(error) === command,
  });
};

const streamOf = (send: Send, written: Writing, category: string, id: string) => {
  const path = `/${category}/${segment(id)}`;
  const past = `/streams${path}`;
  const read = async (what: string, query: Query, signal?: AbortSignal) =>
    JSON.parse((await send({ path: pathWith(`${past}${what}`, query), signal })).text);
  const own = {
    history: ({ types, since, until, signal, ...query }: HistoryQuery = {}) =>
      paging(async (cursor) => {
        const asked = {
          ...query,
          types: types?.join(),
          since: since && instant(since),
          until: until && instant(until),
          cursor,
        };
        const { commits, cursor: next } = await read('', asked, signal);
        return { items: commits, ...(next && { cursor: next }) };
      }),
    at: (moment: Moment, { signal }: ReadOptions = {}) =>
      read('/state', { [typeof moment === 'number' ? 'version' : 'at']: instant(moment) }, signal),
    diff: (from: Moment, to: Moment, { signal }: ReadOptions = {}) =>
      read('/diff', { from: instant(from), to: instant(to) }, signal),
  };
  return named((name) =>
    Object.hasOwn(own, name) ? own[name as keyof typeof own] : commandOf(send, written, category, id, name),
  );
};

const viewOf = (read: ReturnType<typeof reading>, bearer: () => string | undefined, name: string) => {
  const view = `/views/${name}`;
  const pages = (path: string, id: string | undefined, asked: ListQuery<object, string, never>, inBody = false) => {
    const { signal, consistent, filter = {}, ...query } = asked;
    const options = { ...(signal && { signal }), ...(consistent !== undefined && { consistent }) };
    const filters = Object.fromEntries(Object.entries(filter).map(([field, value]) => [`filter.${field}`, String(value)]));
    // All pages of a list are read with the tokens of the first.
    let held: readonly string[] = [];
    return paging(async (cursor): Promise<Page<never>> => {
      const asks = inBody ? path : pathWith(path, { ...query, ...filters, cursor });
      const body = inBody ? JSON.stringify({ ...query, filter, cursor }) : undefined;
      if (cursor !== undefined) return exactly(await read.with(name, asks, held, options, body));
      const { text, tokens } = await read.own(name, asks, id, options, bearer, body);
      held = tokens;
      return exactly(text);
    });
  };
  return {
    get: async (id: string, options: ReadOptions = {}) =>
      exactly((await read.own(name, `${view}/${segment(id)}`, id, options, bearer)).text),
    of: (id: string, query: ListQuery<object, string, never> = {}) => pages(`${view}/${segment(id)}`, id, query),
    list: (query: ListQuery<object, string, never> = {}) => pages(view, undefined, query),
    find: (query: FindQuery<object, string, never>) => pages(view, undefined, query, true),
  };
};

/**
 * Makes the client of an API. Names are turned into paths by their spelling alone, so that a page loads nothing of the manifest but its types: import
 * those with `import type`. A client is for one caller: it remembers what the caller has written, and each view shows at least that.
 * @example
 * const api = client<typeof manifest>({ url, token: () => session.accessToken });
 * await api.account('a1').deposit({ amount: 500, currency: 'EUR' });
 * const { balance } = await api.views.accountBalance.get('a1');
 */
export const client = <M>(options: ClientOptions): Client<M> => {
  const written = writing(clockOf(options).now);
  let bearer: string | undefined;
  const send = sending({
    ...options,
    token: async () => {
      bearer = await options.token?.();
      return bearer;
    },
  });
  const read = reading(send, written);
  const sendBatch = batching({ send, clock: clockOf(options), retryFor: options.retryFor ?? usualRetryFor });
  const batch = async (commands: readonly Waiting[], settings: BatchOptions = {}) => {
    const { atomic = false, key = randomKey(), ...options } = settings;
    const settle = ({ category, command }: Waiting, outcome: Outcome) => {
      if ('error' in outcome) {
        if (outcome.error instanceof Refused) refusals.set(outcome.error, nameOf(category, command));
      } else if (outcome.token !== null) written.note(outcome.done, outcome.token, outcome.bearer);
    };
    const outcomes = atomic ? await sendAtomic(send, commands, { ...options, key }) : await sendBatch(commands, options, settle);
    if (atomic) for (const [i, outcome] of outcomes.entries()) settle(commands[i]!, outcome);
    return outcomes.map((outcome) => {
      if (!('error' in outcome)) return { done: outcome.done };
      return outcome.error instanceof Refused ? { refused: outcome.error } : { error: outcome.error };
    });
  };
  const views = named((name) => viewOf(read, () => bearer, kebab(name)));
  const own: Readonly<Record<string, unknown>> = { views, batch };
  return named((name) => (Object.hasOwn(own, name) ? own[name] : (id: string) => streamOf(send, written, name, id)));
};

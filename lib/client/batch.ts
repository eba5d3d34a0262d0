import { ApiError, problemOf, Unavailable } from './problems.ts';
import { type Clock, isRetried, type Send, statedPause } from './send.ts';
import type { Done } from './types.ts';

/** A command that is prepared and not sent. Its key is its own from now on, so that it takes effect once in however many batches it is sent. */
export type Waiting = Readonly<{
  category: string;
  id: string;
  command: string;
  body: object;
  key: string;
  expectedVersion: number | undefined;
}>;

/** The outcome of one command of a batch. */
export type Outcome = Readonly<{ done: Done; token: string | null; bearer: string | undefined } | { error: ApiError }>;

type Entry = { readonly waiting: Waiting; readonly place: number; attempts: number };
type Answered = Readonly<{ status: number; headers: Readonly<Record<string, string>>; body: Readonly<Record<string, unknown>> }>;
type Options = Readonly<{ correlation?: string; signal?: AbortSignal }>;
type AtomicOptions = Options & Readonly<{ key: string }>;

/** The API takes this many in one request. */
const most = 100;
/** Milliseconds before commands are sent again that say nothing themselves. */
const pauseWithout = 1_000;

const bodyOf = (entries: readonly Entry[]): string =>
  JSON.stringify({
    commands: entries.map(({ waiting: { id, command, body, key, expectedVersion } }) => ({
      ...{ id, command, body, key },
      ...(expectedVersion !== undefined && { ifMatch: `"${expectedVersion}"` }),
    })),
  });

/** Sends commands of which all take effect or none: one request, sent again as a whole under its key. */
export const sendAtomic = async (
  send: Send,
  commands: readonly Waiting[],
  { correlation, signal, key }: AtomicOptions,
): Promise<readonly Outcome[]> => {
  const [category, ...more] = new Set(commands.map((waiting) => waiting.category));
  if (category === undefined) return [];
  if (more.length > 0 || commands.length > most)
    throw new TypeError(
      `An atomic batch takes at most ${most} commands, of one category: send another one, or let a command take the others along.`,
    );
  const { text, bearer } = await send({
    method: 'POST',
    path: `/${category}/batch`,
    body: JSON.stringify({
      atomic: true,
      commands: commands.map(({ id, command, body, expectedVersion }) => ({
        ...{ id, command, body },
        ...(expectedVersion !== undefined && { ifMatch: `"${expectedVersion}"` }),
      })),
    }),
    signal,
    headers: {
      'content-type': 'application/json',
      'idempotency-key': key,
      ...(correlation !== undefined && { 'x-correlation-id': correlation }),
    },
  });
  const { answers } = JSON.parse(text) as { answers: readonly Answered[] };
  return answers.map(({ status, headers, body }) =>
    status < 300
      ? { done: body as unknown as Done, token: headers['consistency-token'] ?? null, bearer }
      : { error: problemOf(status, body) },
  );
};

/** The API begins no later command of a stream as long as an earlier one has to be sent again. */
const isOpen = (status: number): boolean => status === 409 || status === 429 || status >= 500;

const notBegun = () =>
  new Unavailable(503, {
    detail: 'This command was not sent: an earlier one to the same stream has not been answered. Send the batch again.',
  });

/** Sends the commands of one category: a hundred in a request, those again that have to be sent again, and those of a stream in their order. */
const sendAll = async (
  { send, clock, retryFor }: Readonly<{ send: Send; clock: Clock; retryFor: number }>,
  category: string,
  commands: readonly Entry[],
  { correlation, signal }: Options,
  settle: (entry: Entry, outcome: Outcome) => void,
): Promise<void> => {
  let queue = [...commands];
  let until = clock.now() + retryFor;
  /** A command of this stream will not be answered: the later ones are not to overtake it. */
  const giveUp = (id: string) => {
    for (const entry of queue) if (entry.waiting.id === id) settle(entry, { error: notBegun() });
    queue = queue.filter(({ waiting }) => waiting.id !== id);
  };
  while (queue.length > 0) {
    const sent = queue.splice(0, most);
    const { text, bearer } = await send({
      method: 'POST',
      path: `/${category}/batch`,
      body: bodyOf(sent),
      signal,
      headers: { 'content-type': 'application/json', ...(correlation !== undefined && { 'x-correlation-id': correlation }) },
    });
    const { answers } = JSON.parse(text) as { answers: readonly Answered[] };
    const again: Entry[] = [];
    const stopped = new Set<string>();
    let pause = 0;
    for (const [i, entry] of sent.entries()) {
      const { status, headers, body } = answers[i]!;
      const { id } = entry.waiting;
      if (status < 300) {
        settle(entry, { done: body as unknown as Done, token: headers['consistency-token'] ?? null, bearer });
        continue;
      }
      const stated = statedPause(headers['retry-after'] ?? null, clock.now());
      const wait = stated ?? pauseWithout;
      entry.attempts++;
      if (!stopped.has(id) && isRetried(status, stated, entry.attempts) && clock.now() + wait < until) {
        again.push(entry);
        pause = Math.max(pause, wait);
        continue;
      }
      settle(entry, { error: stopped.has(id) && isOpen(status) ? notBegun() : problemOf(status, body) });
      if (isOpen(status)) stopped.add(id);
    }
    queue = [...again, ...queue];
    for (const id of stopped) giveUp(id);
    if (again.length < sent.length) until = clock.now() + retryFor;
    if (again.length > 0) await clock.wait(pause, signal);
  }
};

/** Sends prepared commands: those of a category together, and several categories at the same time. A request that fails is the error of all that it had in it. */
export const batching =
  (common: Readonly<{ send: Send; clock: Clock; retryFor: number }>) =>
  async (commands: readonly Waiting[], options: Options, settled: (waiting: Waiting, outcome: Outcome) => void) => {
    const outcomes: Outcome[] = [];
    const entries = commands.map((waiting, place): Entry => ({ waiting, place, attempts: 0 }));
    const settle = (entry: Entry, outcome: Outcome) => {
      outcomes[entry.place] = outcome;
      settled(entry.waiting, outcome);
    };
    const categories = new Map<string, Entry[]>();
    for (const entry of entries) {
      const { category } = entry.waiting;
      categories.set(category, [...(categories.get(category) ?? []), entry]);
    }
    await Promise.all(
      [...categories].map(async ([category, all]) => {
        try {
          await sendAll(common, category, all, options, settle);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          for (const entry of all) if (!outcomes[entry.place]) settle(entry, { error });
        }
      }),
    );
    return outcomes;
  };

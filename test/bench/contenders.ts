import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Commit } from '../../lib/core/commit.ts';
import { stateCache } from '../../lib/engine/command/cache.ts';
import type { Commanding } from '../../lib/engine/command/request.ts';
import { defaultSettings } from '../../lib/engine/settings.ts';
import { countedBytes } from '../../lib/engine/store/known.ts';
import { load } from '../../lib/engine/store/load.ts';
import { eventBytes } from '../support/store/costs.ts';
import { ledgerHistory, putAll, putCommits } from '../support/store/history.ts';
import { coldly, handled, ledgerInstance, type Tables } from '../support/store/instance.ts';
import { type Entry, entriesOf, records } from '../support/store/ledger.ts';
import { castore, castoreHistory } from './castore.ts';

/** Sends one command as one of the callers. */
type Send = (caller: number) => Promise<void>;

/**
 * A contender. Each caller is an instance of its own: `prepare` gets the streams that each will use, and `command` makes the request of a command with its
 * ids, as a client and the gateway before a function do. Both are untimed.
 */
export type Contender = Readonly<{
  name: string;
  prepare: (streams: readonly (readonly string[])[]) => Promise<void>;
  command: (stream: string, entries: readonly Entry[]) => Send;
}>;

/** Everything with its state cached, as a function is from its second command for a stream on. */
export const warm = (instance: Commanding): Contender => {
  let callers: readonly Commanding[] = [];
  return {
    name: 'Foldstream, warm',
    prepare: async (streams) => {
      callers = streams.map(() => ({ ...instance, cache: stateCache(Number.POSITIVE_INFINITY) }));
      for (const [caller, own] of streams.entries())
        for (const stream of own) callers[caller]?.cache.set(await load(instance, stream, () => {}));
    },
    command: (stream, entries) => {
      const request = records(stream, entries);
      return (caller) => handled(callers[caller] ?? instance, request);
    },
  };
};

/** Nothing cached at any command, as if each met a function that has just started. */
export const cold = (instance: Commanding): Contender => ({
  name: 'Foldstream, cold',
  prepare: async () => {},
  command: (stream, entries) => {
    const request = records(stream, entries);
    return () => handled(coldly(instance), request);
  },
});

export const castoreContender = (client: DynamoDBClient, table: string): Contender => {
  const { record } = castore(client, table);
  return { name: 'Castore', prepare: async () => {}, command: (stream, entries) => () => record(stream, entries) };
};

const { snapshotBytes } = defaultSettings;

/** The last commit after which an append would have saved a snapshot: the first past a multiple of their distance. */
const lastSnapshot = (history: readonly Commit[]): number => {
  let [bytes, last] = [0, 0];
  for (const [i, commit] of history.entries()) {
    const before = bytes;
    bytes += countedBytes(commit);
    if (Math.floor(bytes / snapshotBytes) > Math.floor(before / snapshotBytes)) last = i + 1;
  }
  return last;
};

/** Commits between two snapshots of a ledger, about: long streams differ by so many, lest all tails be of one length. */
const apart = 32;
const spread = (events: number, i: number, streams: number) =>
  events < 2 * apart ? events : events + Math.floor((i / streams - 0.5) * apart);

/** The same histories for both. Ours are loaded by the product where it would have saved their last snapshot. */
export const seed = async (
  client: DynamoDBClient,
  tables: Tables,
  castoreTable: string,
  streams: readonly string[],
  events: number,
): Promise<void> => {
  const [payload] = entriesOf(1, eventBytes);
  const instance = ledgerInstance(client, tables);
  for (const [i, stream] of streams.entries()) {
    const history = [...ledgerHistory(stream, spread(events, i, streams.length), eventBytes)];
    const snapshot = lastSnapshot(history);
    await putCommits(client, tables.commits, history.slice(0, snapshot), 'packed');
    if (snapshot > 0) await load(instance, stream, () => {});
    await putCommits(client, tables.commits, history.slice(snapshot), 'packed');
  }
  await putAll(
    client,
    castoreTable,
    (function* () {
      for (const [i, stream] of streams.entries()) yield* castoreHistory(stream, spread(events, i, streams.length), payload);
    })(),
  );
};

import assert from 'node:assert/strict';
import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { commitStore } from '../../lib/aws/store/commit-store.ts';
import { snapshotStore } from '../../lib/aws/store/snapshot-store.ts';
import type { Commit } from '../../lib/core/commit.ts';
import { stateCache } from '../../lib/engine/command/cache.ts';
import { handleCommand } from '../../lib/engine/command/handle.ts';
import type { Commanding, CommandRequest } from '../../lib/engine/command/request.ts';
import type { Store } from '../../lib/engine/ports.ts';
import { defaultSettings } from '../../lib/engine/settings.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../lib/testing/memory/system.ts';
import { pastOf } from '../simulation/invariants.ts';
import { asks } from '../support/examples/commanding.ts';
import { teller } from '../support/examples/teller.ts';
import { historyOf } from '../support/store/stream-history.ts';

type Lab = Readonly<{ client: DynamoDBClient; tables: Readonly<{ commits: string; snapshots: string }> }>;

const streams = ['account-1', 'account-2'];

const step = fc.record({
  instance: fc.nat(2),
  stream: fc.constantFrom(...streams),
  command: fc.constantFrom('Open', 'Deposit', 'Deposit', 'Withdraw', 'Glance'),
  amount: fc.integer({ min: 1, max: 3 }),
  /** Keys are few, so that most are sent more than once. */
  key: fc.option(fc.constantFrom('a', 'b', 'c')),
  fate: fc.constantFrom('works', 'works', 'works', 'loses', 'retries', 'crashes'),
});

/** Steps at once, and what happens before the next ones: nothing, a cold start of an instance, or a restore. */
const round = fc.record({
  steps: fc.array(step, { minLength: 2, maxLength: 6, size: 'max' }),
  after: fc.constantFrom('nothing', 'cold', 'restore'),
});

type Step = Readonly<{ command: string; amount: number; key: string | null; stream: string }>;

const dataOf = ({ command, amount }: Step) => {
  if (command === 'Open') return { currency: 'EUR' };
  return command === 'Glance' ? {} : { amount, currency: 'EUR' };
};

const requestOf = (asked: Step): CommandRequest =>
  asks(asked.command, dataOf(asked), {
    stream: asked.stream,
    ...(asked.key !== null && { key: `${asked.key}-${asked.command}-${asked.amount}` }),
  });

/** An append that takes effect, and whose answer never comes. */
const losing = (store: Store): Store => ({
  ...store,
  append: async (commit) => {
    await store.append(commit);
    throw new Error('the answer got lost');
  },
});

/** An append whose answer gets lost on its way to the client library, which sends it again by itself. */
const retrying = (store: Store): Store => ({
  ...store,
  append: async (commit) => {
    await store.append(commit);
    return store.append(commit);
  },
});

/** Works and retries answer, the others do not. */
const storeOf = (store: Store, fate: string): Store => {
  if (fate === 'works') return store;
  return fate === 'retries' ? retrying(store) : losing(store);
};

/** The promises of the store under everything at once, on a real engine: the same that are proven in memory with more runs. */
export const commandsContract = (name: string, make: () => Promise<Lab>) =>
  describe(`commands: ${name}`, () => {
    it('leave no hole and no fork, lose nothing that was acknowledged, and take effect at most once', () =>
      fc.assert(
        fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: 6, size: 'max' }), async (rounds) => {
          const { client, tables } = await make();
          const store = commitStore(client, tables.commits);
          const clock = memoryClock();
          const settings = { ...defaultSettings, snapshotBytes: 1_500 };
          const instance = (seed: number): Commanding => ({
            decider: teller,
            code: 'teller-1',
            store,
            snapshots: snapshotStore(client, tables.snapshots),
            keys: memoryKeys(seed),
            clock,
            log: memoryLog(),
            settings,
            cache: stateCache(1_000_000),
          });
          const instances = [instance(1), instance(2), instance(3)];
          const requests = streams.map((stream) => asks('Open', { currency: 'EUR' }, { stream }));
          for (const request of requests) await handleCommand(instances[0]!, request);
          let acknowledged: Commit[] = [];
          for (const [i, { steps, after }] of rounds.entries()) {
            await Promise.all(
              steps.map(async (asked) => {
                const request = requestOf(asked);
                requests.push(request);
                const on = instances[asked.instance]!;
                if (asked.fate === 'crashes') instances[asked.instance] = instance(10 * i + asked.instance);
                const answer = await handleCommand({ ...on, store: storeOf(store, asked.fate) }, request).catch(() => undefined);
                if (answer?.outcome === 'committed') acknowledged.push(answer.commit);
              }),
            );
            if (after === 'cold') instances[i % 3] = instance(100 + i);
            if (after === 'restore') {
              for (const stream of streams) {
                const history = await historyOf(store, stream);
                for (const { commit } of history.slice(Math.ceil(history.length / 2)))
                  await client.send(
                    new DeleteItemCommand({
                      TableName: tables.commits,
                      Key: { stream: { S: stream }, commit: { N: String(commit) } },
                    }),
                  );
                acknowledged = acknowledged.filter(
                  (lost) => lost.stream !== stream || lost.commit <= Math.ceil(history.length / 2),
                );
              }
              clock.advance(settings.cacheAgeMilliseconds + 1);
            }
          }
          for (const stream of streams) {
            const { commits } = pastOf(teller, await historyOf(store, stream), requests);
            for (const commit of acknowledged.filter((known) => known.stream === stream)) {
              const there = commits[commit.commit - 1];
              assert.deepEqual(there, commit, `${stream}: commit ${commit.commit} was acknowledged, and is not there`);
            }
          }
        }),
        { numRuns: 15 },
      ));
  });

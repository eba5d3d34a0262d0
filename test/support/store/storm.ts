import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { committedAnswer, handleCommand } from '../../../lib/engine/command/handle.ts';
import { coldly, ledgerInstance, type Tables } from './instance.ts';
import { entriesOf, records, smallestEvent } from './ledger.ts';
import type { Cost } from './meter.ts';

/** The result of many concurrent commands on one stream. */
export type Storm = Readonly<{
  commands: number;
  /** Answers of 'contended': the caller sent the same command again. */
  contended: number;
  /** The stored stream, and whether it holds each command exactly once at dense versions, as each caller was told. */
  exact: boolean;
  cost: Cost;
}>;

export const storm = { writers: 32, each: 20 };

/** Writers with a cache of their own each, all at once on one stream; `take` answers what the client spent. */
export const runStorm = async (client: DynamoDBClient, tables: Tables, take: () => Cost): Promise<Storm> => {
  const { writers, each } = storm;
  const stream = `ledger-${randomUUID()}`;
  const shared = ledgerInstance(client, tables);
  const told = new Map<string, number>();
  let contended = 0;
  const writer = async () => {
    const instance = coldly(shared);
    for (let i = 0; i < each; i++) {
      const request = records(stream, entriesOf(1, smallestEvent));
      for (;;) {
        const answer = await handleCommand(instance, request);
        if (answer.outcome === 'committed') {
          told.set(request.id, committedAnswer(answer.commit).version);
          break;
        }
        if (answer.outcome !== 'contended') throw new Error(`In the storm: ${JSON.stringify(answer)}`);
        contended += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  const cost = take();
  return { commands: writers * each, contended, cost, exact: await isExact(shared.store, stream, told) };
};

const isExact = async (
  store: ReturnType<typeof ledgerInstance>['store'],
  stream: string,
  told: ReadonlyMap<string, number>,
): Promise<boolean> => {
  let version = 0;
  for (let next: number | undefined = 1; next !== undefined; ) {
    const page = await store.read(stream, { from: next });
    for (const commit of page.commits) {
      version += 1;
      if (commit.commit !== version || commit.version !== version || told.get(commit.command) !== version) return false;
    }
    next = page.next;
  }
  return version === told.size;
};

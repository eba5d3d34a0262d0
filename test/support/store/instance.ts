import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { commitStore } from '../../../lib/aws/store/commit-store.ts';
import { snapshotStore } from '../../../lib/aws/store/snapshot-store.ts';
import { systemClock, systemHash } from '../../../lib/aws/system.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { CommandAnswer, Commanding, CommandRequest } from '../../../lib/engine/command/request.ts';
import type { Keys } from '../../../lib/engine/ports.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { memoryLog } from '../../../lib/testing/memory/system.ts';
import { ledger } from './ledger.ts';

export type Tables = Readonly<{ commits: string; snapshots: string }>;

/** The engine asks for a digest only over HTTP, and for ids not at all. */
const unasked = () => {
  throw new Error('Nobody was to ask for this.');
};
const keys: Keys = { hash: systemHash, digest: unasked, digests: unasked, randomId: unasked, random: Math.random };

/** One instance of the ledger's command function on a real engine; its snapshots may go through a client of their own. */
export const ledgerInstance = (client: DynamoDBClient, tables: Tables, snapshotClient = client): Commanding => ({
  decider: ledger,
  code: systemHash('ledger').slice(0, 32),
  store: commitStore(client, tables.commits, { form: 'packed' }),
  snapshots: snapshotStore(snapshotClient, tables.snapshots),
  keys,
  clock: systemClock,
  log: memoryLog(),
  settings: defaultSettings,
  cache: stateCache(defaultSettings.cacheBytes),
});

/** The same instance as it is after a cold start. */
export const coldly = (instance: Commanding): Commanding => ({ ...instance, cache: stateCache(defaultSettings.cacheBytes) });

/** Handles a command and insists on the outcome. */
export const handled = async (
  instance: Commanding,
  request: CommandRequest,
  outcome: CommandAnswer['outcome'] = 'committed',
): Promise<void> => {
  const answer = await handleCommand(instance, request);
  if (answer.outcome !== outcome) throw new Error(`The answer should be '${outcome}': ${JSON.stringify(answer)}`);
};

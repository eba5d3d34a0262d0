import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { dynamo, Observe } from '../../../lib/aws/client/dynamo.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import { load } from '../../../lib/engine/store/load.ts';
import { ledgerHistory, putCommits } from './history.ts';
import { coldly, handled, ledgerInstance, type Tables } from './instance.ts';
import { entriesOf, plainly, records, smallestEvent, withdrawsTooMuch } from './ledger.ts';
import { type Cost, meter, plus } from './meter.ts';

/** An instance whose costs are counted, its commits and its snapshots apart. */
export type Metered = Readonly<{
  instance: Commanding;
  take: () => Readonly<{ commits: Cost; snapshots: Cost; all: Cost }>;
  destroy: () => void;
}>;

export const metered = (make: (observe: Observe) => ReturnType<typeof dynamo>, tables: Tables): Metered => {
  const [commits, snapshots] = [meter(), meter()];
  const clients = [make(commits.observe), make(snapshots.observe)] as const;
  return {
    instance: ledgerInstance(clients[0], tables, clients[1]),
    take: () => {
      const taken = { commits: commits.take(), snapshots: snapshots.take() };
      return { ...taken, all: plus(taken.commits, taken.snapshots) };
    },
    destroy: () => {
      for (const client of clients) client.destroy();
    },
  };
};

const freshLedger = () => `ledger-${randomUUID()}`;

/** The events that the bars are about. */
export const eventBytes = 250;

/** The cost of a warm command of so many small events; its commit is under 1 KB with all that HTTP may add. */
export const warmCost = async ({ instance, take }: Metered, events: number): Promise<Cost> => {
  const stream = freshLedger();
  await handled(instance, records(stream, entriesOf(1, smallestEvent)));
  take();
  await handled(instance, records(stream, entriesOf(events, smallestEvent)));
  return take().all;
};

/** The cost of a refusal by an instance that knows the state: it is confirmed before it is answered. */
export const refusalCost = async ({ instance, take }: Metered): Promise<Cost> => {
  const stream = freshLedger();
  await handled(instance, records(stream, entriesOf(1, eventBytes)));
  take();
  await handled(instance, withdrawsTooMuch(stream), 'refused');
  return take().all;
};

/** A refused snapshot is charged like one that was written: three units with all command ids. */
const charged = ({ writeUnits, refusedWrites }: Cost) => writeUnits + 3 * refusedWrites;

/** The most that anything read at any length, and what snapshots cost on the way, a command. */
export type Life = Readonly<{ reads: number; readUnits: number; snapshotUnits: number }>;

const worst = (life: Life, { all, snapshots }: ReturnType<Metered['take']>, commands: number): Life => ({
  reads: Math.max(life.reads, all.reads),
  readUnits: Math.max(life.readUnits, all.readUnits),
  snapshotUnits: life.snapshotUnits + charged(snapshots) / commands,
});

/** A stream that the product itself made by warm commands, and then cold ones at every length from there on. */
export const coldAfterWarm = async ({ instance, take }: Metered, length: number, commands: number, plain = false) => {
  const stream = freshLedger();
  const next = () => {
    const request = records(stream, entriesOf(1, eventBytes));
    return plain ? plainly(request) : request;
  };
  for (let i = 0; i < length; i++) await handled(instance, next());
  let life: Life = { reads: 0, readUnits: 0, snapshotUnits: 0 };
  for (let i = 0; i < commands; i++) {
    take();
    await handled(coldly(instance), next());
    life = worst(life, take(), commands);
  }
  return life;
};

/** A long history that had no snapshot when it was first loaded, and goes on by warm commands. What a cold load reads at each length
 * from there on is asked by instances that save nothing: one that did would shorten the tail for those after it. */
export const coldAfterFold = async (
  client: DynamoDBClient,
  tables: Tables,
  { instance, take }: Metered,
  length: number,
  commands: number,
): Promise<Pick<Life, 'reads' | 'readUnits'>> => {
  const stream = freshLedger();
  await putCommits(client, tables.commits, ledgerHistory(stream, length, eventBytes), 'packed');
  await load(instance, stream, () => {});
  let life: Life = { reads: 0, readUnits: 0, snapshotUnits: 0 };
  for (let i = 0; i <= commands; i++) {
    take();
    const reader = { ...coldly(instance), snapshots: { ...instance.snapshots, save: async () => {} } };
    await handled(reader, withdrawsTooMuch(stream), 'refused');
    life = worst(life, take(), commands);
    await handled(instance, records(stream, entriesOf(1, eventBytes)));
  }
  return life;
};

/** A length that ends so many commits after what one page of a read takes. */
export const pastPage = async (client: DynamoDBClient, tables: Tables, { instance }: Metered, more: number): Promise<number> => {
  const stream = freshLedger();
  await putCommits(client, tables.commits, ledgerHistory(stream, 2_200, eventBytes), 'packed');
  const { commits, next } = await instance.store.read(stream, { from: 1 });
  if (next === undefined) throw new Error('All of it fitted into one page.');
  return commits.length + more;
};

/** Write units for snapshots per warm command, once a snapshot holds all the command ids that it can. */
export const snapshotCost = async ({ instance, take }: Metered, commands: number): Promise<number> => {
  const stream = freshLedger();
  const once = () => handled(instance, records(stream, entriesOf(1, eventBytes)));
  for (let i = 0; i < instance.settings.idempotencyWindow; i++) await once();
  take();
  for (let i = 0; i < commands; i++) await once();
  return charged(take().snapshots) / commands;
};

import { announcersOf } from '../../core/announcer.ts';
import type { Commit } from '../../core/commit.ts';
import type { Manifest } from '../../core/manifest.ts';
import { parseStream } from '../../core/stream.ts';
import { consumersOfViews } from '../../core/view/groups.ts';
import { handleCommand } from '../../engine/command/handle.ts';
import type { CommandAnswer } from '../../engine/command/request.ts';
import { partNames } from '../../engine/cost/parts.ts';
import { publish } from '../../engine/delivery/publish.ts';
import { bytesOf } from '../../engine/delivery/send-entries.ts';
import { eventBridge, sqs } from '../../engine/limits.ts';
import type { Bus, BusEntry } from '../../engine/ports.ts';
import { memoryBox, memorySubjectKeys } from '../memory/personal.ts';
import { memoryClock, memoryKeys, memoryLog, memoryProofs } from '../memory/system.ts';
import {
  announcerConsumer,
  type Consumer,
  commandFunctions,
  type Deployed,
  groupConsumer,
  lineBytes,
  matches,
  type PartTables,
  processConsumer,
  type Sent,
  viewConsumer,
} from './parts.ts';
import type { Tally } from './tally.ts';

/** Requests that are paid for by their bytes. */
const chunks = (bytes: number, of: number) => Math.max(1, Math.ceil(bytes / of));

/** A bus that hands each commit to the consumers whose rules match it. */
const routing = (tally: Tally, consumers: () => readonly Consumer[]) => {
  let sent = 0;
  const route = (entry: BusEntry): void => {
    const body = `{"detail":${entry.detail}}`;
    for (const { part, rules, waiting } of consumers())
      if (matches(rules, entry)) {
        sent += 1;
        waiting.push({ id: String(sent), body });
        tally.add(part, { messages: 1, queueRequests: chunks(bytesOf(body), sqs.paid.bytes) });
      }
  };
  return (part: string): Bus => ({
    send: async (entries) => {
      tally.add(part, { busCalls: 1 });
      for (const entry of entries) {
        tally.add(part, { busEvents: chunks(bytesOf(entry.detail), eventBridge.paid.bytes) });
        route(entry);
      }
      return [];
    },
  });
};

/** One invocation: what is received and deleted, ten messages at a time, and the function itself. */
const invoke = async (tally: Tally, { part, waiting, handle }: Consumer, most: number): Promise<void> => {
  const records = waiting.splice(0, most);
  tally.add(part, { invocations: 1 });
  for (let from = 0; from < records.length; from += sqs.callMessages) {
    const bytes = records.slice(from, from + sqs.callMessages).reduce((sum, { body }) => sum + bytesOf(body), 0);
    tally.add(part, { queueRequests: chunks(bytes, sqs.paid.bytes) + 1 });
  }
  const failed = await handle(records);
  if (failed.length > 0) throw new Error(`${part} gave ${failed.length} of ${records.length} records back.`);
};

type Options = Readonly<{
  tablesOf: (part: string) => PartTables;
  tally: Tally;
  /** Records of one invocation of a consumer, and of the publisher: ten, as SQS hands them out; or one, for each message alone, and then nobody gathers. */
  batch: number;
}>;

/**
 * A deployment in one process: the real engine, one warm instance of each function, over whatever tables; every commit is published, and every
 * consumer takes batches of up to so many, until nothing is on its way; one that gathers takes what has come within its seconds of the run's own clock. What each part uses is added to the tally, but for the tables' own units,
 * which the tables add. Effects, hooks, schedules, the sweep and the guard are not in it.
 */
export const inProcess = (manifest: Manifest, { tablesOf, tally, batch }: Options) => {
  const clock = memoryClock();
  /** No two calls are made at the same time: what is ordered by time is moved in its lists, which costs more. */
  const goOn = () => clock.advance(1);
  const appended: Commit[] = [];
  const deployed: Deployed = {
    ...{ manifest, tablesOf, tally, clock, keys: memoryKeys(), proofs: memoryProofs() },
    personal: { keys: memorySubjectKeys(), box: memoryBox() },
    busOf: routing(tally, () => consumers),
    stored: (commits) => void appended.push(...commits),
  };
  const { keys, proofs, busOf } = deployed;
  const commands = commandFunctions(deployed);
  const consumers: readonly Consumer[] = [
    ...consumersOfViews(manifest).map((each) =>
      'view' in each ? viewConsumer(deployed, each.view) : groupConsumer(deployed, each),
    ),
    ...announcersOf(manifest).map((projection) => announcerConsumer(deployed, projection)),
    ...(manifest.processes ?? []).map((process) => processConsumer(deployed, process)),
  ];
  const publishing = { bus: busOf(partNames.publisher), clock, keys, log: memoryLog(), proofs };
  const publishAll = async (): Promise<void> => {
    while (appended.length > 0) {
      tally.add(partNames.publisher, { invocations: 1 });
      await publish(publishing, appended.splice(0, batch));
    }
  };
  /** Messages of one invocation: each alone, ten, or as many as a consumer gathers. */
  const mostOf = ({ gathers }: Consumer) =>
    batch === 1 ? 1 : gathers.seconds > 0 ? gathers.most : Math.min(batch, gathers.most);
  /** When the oldest message that waits for a consumer came. */
  const since = new Map<Consumer, number>();
  /** The time at which a consumer is handed what waits: as soon as its batch is full, and else when its seconds are over. */
  const dueAt = (consumer: Consumer): number => {
    if (batch === 1 || consumer.waiting.length >= mostOf(consumer)) return clock.now();
    if (!since.has(consumer)) since.set(consumer, clock.now());
    return since.get(consumer)! + 1_000 * consumer.gathers.seconds;
  };
  return {
    /** Publishes and consumes until nothing is on its way. */
    settle: async (): Promise<void> => {
      for (;;) {
        await publishAll();
        const busy = consumers.filter(({ waiting }) => waiting.length > 0);
        if (busy.length === 0) return;
        const due = busy.filter((consumer) => dueAt(consumer) <= clock.now());
        // Nothing else happens until the first of them has gathered for long enough.
        if (due.length === 0) clock.advance(Math.min(...busy.map(dueAt)) - clock.now());
        for (const consumer of due)
          for (let at = dueAt(consumer); consumer.waiting.length > 0 && at <= clock.now(); at = dueAt(consumer)) {
            since.delete(consumer);
            goOn();
            await invoke(tally, consumer, mostOf(consumer));
          }
      }
    },
    /** Sends commands at the same time, as separate requests. */
    send: (sent: readonly Sent[]): Promise<readonly CommandAnswer[]> => {
      goOn();
      return Promise.all(
        sent.map(({ stream, type, data, actor }) => {
          const commanding = commands.get(parseStream(stream)?.category ?? '');
          if (!commanding) throw new Error(`The manifest has no aggregate for ${stream}.`);
          const [request, correlation] = [keys.randomId(), keys.randomId()];
          tally.add(partNames.commands, { invocations: 1, apiRequests: 1, logGigabytes: (2 * lineBytes) / 1e9 });
          const meta = { correlation, causation: request };
          return handleCommand(commanding, { stream, command: { type, data }, actor, id: `request/${request}`, meta });
        }),
      );
    },
  };
};

import type { Dice } from '../../lib/testing/simulation/dice.ts';
import { assumed } from './assumptions.ts';
import { type Bucket, bucket } from './bucket.ts';
import { around } from './chance.ts';
import { askedOf } from './demand.ts';
import { type Mix, parts } from './mix.ts';
import type { Consumed, Profile } from './profile.ts';
import { type Backlog, backlog } from './queue.ts';
import { hard } from './quotas.ts';
import { type Waits, waits } from './waits.ts';

/** A key or an item that a consumer's writes meet on: what each commit takes of it. */
type Gate = Readonly<{ what: string; needs: number; tokens: Bucket; held: { ticks: number } }>;

/** A consumer at work: its queue, its pollers, and the keys that hold it up. */
export type Working = {
  readonly name: string;
  /** Commits of it for each command of the mix. */
  readonly perCommand: number;
  readonly queue: Backlog;
  readonly gates: readonly Gate[];
  readonly lag: Waits;
  readonly batchSize: number;
  readonly window: number;
  readonly most: number;
  /** Of a call, by the records in it. */
  readonly milliseconds: (records: number) => number;
  pollers: number;
  calls: number;
  busy: number;
  busySeconds: number;
};

const weighted = (all: readonly (readonly [number, number])[]): number => {
  const weights = all.reduce((sum, [weight]) => sum + weight, 0);
  return weights > 0 ? all.reduce((sum, [weight, value]) => sum + weight * value, 0) / weights : 0;
};

/** The keys and items that hold up a consumer. Those of accounts are counted elsewhere: no account is so busy that it holds up all others. */
const gatesOf = ({ profile, mix, itemTransactions }: Making, name: string, perCommand: number): readonly Gate[] =>
  askedOf(profile, mix).flatMap(({ kind, what, by, perAccount }) => {
    const needs = (by.get(name) ?? 0) / perCommand;
    if (perAccount || needs === 0) return [];
    return [{ what, needs, tokens: bucket(kind === 'key' ? hard.keyWrites : itemTransactions, 1), held: { ticks: 0 } }];
  });

type Making = Readonly<{ profile: Profile; mix: Mix; itemTransactions: number; maximumConcurrency: number }>;

/** The consumers of a profile, idle. */
export const workers = (making: Making): readonly Working[] => {
  const { profile, mix, maximumConcurrency } = making;
  return Object.entries(profile.consumers).flatMap(([name, { batchSize, windowSeconds }]): Working[] => {
    const all = parts(profile, mix).flatMap(([share, { consumers }]) =>
      consumers[name] ? [[share, consumers[name]] as const] : [],
    );
    const perCommand = all.reduce((sum, [share, { commits }]) => sum + share * commits, 0);
    if (perCommand === 0) return [];
    const meanOf = (of: (consumed: Consumed) => number) =>
      weighted(all.map(([share, consumed]) => [share * consumed.commits, of(consumed)]));
    const [alone, full] = [meanOf((each) => each.alone.milliseconds), meanOf((each) => each.full.milliseconds)];
    const perRecord = assumed.perRecord + assumed.perView * meanOf(({ handedTo = 1 }) => handedTo);
    return [
      {
        name,
        perCommand,
        queue: backlog(),
        gates: gatesOf(making, name, perCommand),
        lag: waits(),
        batchSize,
        window: windowSeconds * 1_000,
        most: Math.min(maximumConcurrency, hard.pollers.most),
        milliseconds: (records) =>
          assumed.overhead + perRecord * records + alone + ((full - alone) * (records - 1)) / Math.max(1, batchSize - 1),
        pollers: hard.pollers.first,
        ...{ calls: 0, busy: 0, busySeconds: 0 },
      },
    ];
  });
};

/** Records that a call takes at this load: few where little comes, full batches where something waits or a window collects them. */
const recordsOf = (working: Working, ready: number, tick: number): number => {
  const perSecond = ready / (tick / 1_000);
  // A poll collects what came since the last one, among as many pollers as are there.
  const collected = (perSecond * (assumed.queue + working.window)) / 1_000 / working.pollers;
  return Math.max(1, Math.min(working.batchSize, collected));
};

/** How many functions a consumer would keep busy now. */
export const wanted = (working: Working, now: number, tick: number): number => {
  const ready = working.queue.ready(now);
  if (ready === 0) return 0;
  const records = recordsOf(working, ready, tick);
  return Math.min(working.pollers, Math.ceil(((ready / records) * working.milliseconds(records)) / tick));
};

/** One tick of a consumer with as many functions as it is given. Lag is from the commit to the row. */
export const serve = (
  working: Working,
  dice: Dice,
  { now, tick, functions }: Readonly<{ now: number; tick: number; functions: number }>,
): void => {
  const ready = working.queue.ready(now);
  const records = recordsOf(working, ready, tick);
  const duration = working.milliseconds(records);
  // A call is made as soon as its batch is full, however long it may gather.
  const gathering = Math.min(working.window, (working.batchSize * working.pollers * tick) / Math.max(1, ready));
  const able = Math.min(ready, ((functions * tick) / duration) * records);
  let allowed = able;
  for (const { needs, tokens } of working.gates) allowed = Math.min(allowed, tokens.left(now / 1_000) / needs);
  for (const gate of working.gates) {
    gate.tokens.take(allowed * gate.needs, now / 1_000);
    if (allowed < able * 0.999 && gate.tokens.left(now / 1_000) < gate.needs) gate.held.ticks += 1;
  }
  const taken = working.queue.take(allowed, now, (at, count) => {
    for (let i = 0; i < 4; i++)
      working.lag.add(now - at + around(dice, assumed.queue) + dice.next() * gathering + around(dice, duration), count / 4);
  });
  working.calls += taken / records;
  working.busy = functions;
  working.busySeconds += ((taken / records) * duration) / 1_000;
  const more = (hard.pollers.aMinute * tick) / 60_000;
  const waiting = ready - taken > working.pollers * records;
  working.pollers = Math.max(hard.pollers.first, Math.min(working.most, working.pollers + (waiting ? more : -more / 5)));
};

import { eventBridge } from '../../lib/engine/limits.ts';
import { diceFor } from '../../lib/testing/simulation/dice.ts';
import { timeline } from '../../lib/testing/simulation/timeline.ts';
import { assumed, latencies } from './assumptions.ts';
import { bucket } from './bucket.ts';
import { around, arrivals } from './chance.ts';
import { serve, type Working, wanted, workers } from './consumer.ts';
import { type Mix, mean, zipf } from './mix.ts';
import type { Profile } from './profile.ts';
import type { Backlog } from './queue.ts';
import { hard, type Raisable } from './quotas.ts';
import { type Waits, waits } from './waits.ts';

/** A load on a deployment. */
export type Load = Readonly<{
  profile: Profile;
  mix: Mix;
  /** Commands a second. */
  rate: number;
  seconds: number;
  quotas: Raisable;
  /** The most functions of one consumer. */
  maximumConcurrency: number;
  /** The transactions that one item takes in a second. */
  itemTransactions: number;
  /** Commits that already wait for one view when it begins; those of a group's view wait in the group's queue. */
  waiting?: Readonly<{ view: string; commits: number }>;
  seed?: number;
  progress?: (share: number) => void;
}>;

export type ConsumerFigures = Readonly<{
  name: string;
  lag99: number;
  /** The time for which it is declared to gather. */
  gathers: number;
  waiting: number;
  functions: number;
  calls: number;
  /** The keys and items that held it up, and for which share of the time. */
  heldBy: Readonly<Record<string, number>>;
}>;

export type Figures = Readonly<{
  commands: number;
  /** Commands that no function was free for, or that the API turned away. */
  turnedAway: number;
  latency50: number;
  latency99: number;
  lag50: number;
  /** Of the slowest consumer that gathers nothing, and of the slowest that does. */
  lag99: number;
  gathered99: number;
  /** The most by which a consumer is later than it declares: its lag beyond what it gathers for, p99 of the worst. */
  beyond99: number;
  /** The most functions at once after the first minute, or of all where there is no more. */
  concurrency: number;
  /** The busiest account: commands a second, at the most in one second. */
  busiestAccount: number;
  waiting: number;
  calls: number;
  /** Of the functions of commands and consumers. */
  functionSeconds: number;
  consumers: readonly ConsumerFigures[];
}>;

const tick = 100;

type Running = {
  readonly load: Load;
  readonly working: readonly Working[];
  readonly latency: Waits;
  readonly accounts: ReturnType<typeof busyAccounts>;
  commands: number;
  turnedAway: number;
  concurrency: number;
  started: number;
  calls: number;
  functionSeconds: number;
};

/** Commands of each account, counted for each second. */
const busyAccounts = ({ mix, seed = 1 }: Load) => {
  const drawn = zipf(mix.accounts, mix.exponent);
  const dice = diceFor(seed, 'accounts');
  const counts = new Int32Array(mix.accounts);
  let touched: number[] = [];
  let most = 0;
  return {
    draw: (times: number): void => {
      for (let i = 0; i < times; i++) {
        const account = drawn.draw(dice);
        counts[account]! += 1;
        if (counts[account]! === 1) touched.push(account);
        if (counts[account]! > most) most = counts[account]!;
      }
    },
    nextSecond: (): void => {
      for (const account of touched) counts[account] = 0;
      touched = [];
    },
    most: () => most,
    /** The commands a second of an account that somebody asks about. */
    rateOf: (rate: number): number => drawn.share(drawn.draw(dice)) * rate,
  };
};

/** The functions that answer commands and publish commits, and those of each consumer: all within the account's concurrency. */
const shared = (running: Running, now: number, commands: number): Readonly<{ answering: number; of: readonly number[] }> => {
  const { load, working } = running;
  const { profile, mix, quotas } = load;
  const answering = (commands * (mean(profile, mix, ({ command }) => command.milliseconds) + assumed.overhead)) / tick;
  running.functionSeconds += (answering * tick) / 1_000;
  const commits = mean(profile, mix, ({ published }) => published) * commands;
  const publishing = (commits / 10) * ((assumed.putEvents + assumed.overhead) / tick);
  const wants = working.map((each) => wanted(each, now, tick));
  const all = answering + publishing + wants.reduce((sum, each) => sum + each, 0);
  // AWS begins only so many more in a time; those that are there stay for a while.
  const most = Math.min(quotas.concurrency, running.started + (hard.scaling * (working.length + 2) * tick) / 10_000);
  running.started = Math.max(running.started, Math.min(all, most));
  const part = Math.min(1, most / all);
  if (now >= 60_000 || load.seconds <= 60) running.concurrency = Math.max(running.concurrency, all * part);
  return { answering: part, of: wants.map((each) => each * part) };
};

const answer = (running: Running, count: number, functions: number, dice: ReturnType<typeof diceFor>): void => {
  const { load, latency } = running;
  const { profile, mix, rate } = load;
  const milliseconds = mean(profile, mix, ({ command }) => command.milliseconds);
  const waits = latencies.read + latencies.write;
  for (let i = 0; i < Math.min(20, count); i++) {
    let took = around(dice, assumed.api) + around(dice, assumed.overhead) + around(dice, milliseconds);
    // Another command on the same account is under way with this chance; then it is decided and written once more.
    const busy = running.accounts.rateOf(rate) * (waits / 1_000);
    for (let tries = 0; tries < 16 && dice.chance(busy / (1 + busy)); tries++) took += around(dice, waits);
    if (!dice.chance(functions)) took += around(dice, 500);
    latency.add(took);
  }
};

/** What a tick's commits become: messages in the consumers' queues, as fast as the bus may hand them on. */
const delivering = ({ quotas, profile, mix }: Load) => {
  const matches = bucket(quotas.matches === Number.POSITIVE_INFINITY ? 1e12 : quotas.matches, 1);
  const calls = bucket(quotas.putEvents === Number.POSITIVE_INFINITY ? 1e12 : quotas.putEvents, 1);
  const [perCommand, published] = [mean(profile, mix, ({ matched }) => matched), mean(profile, mix, (each) => each.published)];
  let [held, late] = [0, 0];
  /** Until when the commits of this tick are in the queues. */
  return (commands: number, now: number): number => {
    held += commands;
    const able = Math.min(
      matches.left(now / 1_000) / perCommand,
      (calls.left(now / 1_000) * eventBridge.callEntries) / published,
    );
    const passed = Math.min(held, able);
    matches.take(passed * perCommand, now / 1_000);
    calls.take((passed * published) / eventBridge.callEntries, now / 1_000);
    held -= passed;
    // What is held comes at the rate that it was taken up with.
    late = passed > 0 && held > 0 ? (held / passed) * tick : held > 0 ? late + tick : 0;
    return late;
  };
};

const worst = (consumers: readonly ConsumerFigures[]): number => Math.max(0, ...consumers.map(({ lag99 }) => lag99));

const figuresOf = (running: Running): Figures => {
  const { working, latency, load } = running;
  const { seconds } = load;
  const all = waits();
  const consumers = working.map((each): ConsumerFigures => {
    for (let share = 0.005; share < 1; share += 0.01) all.add(each.lag.at(share), each.lag.count() / 100);
    const holding = each.gates
      .filter(({ held }) => held.ticks > 0)
      .map(({ what, held }) => [what, (held.ticks * tick) / (seconds * 1_000)] as const);
    return {
      name: each.name,
      lag99: each.lag.at(0.99),
      gathers: each.window,
      waiting: each.queue.size(),
      functions: each.busy,
      calls: each.calls,
      heldBy: Object.fromEntries(holding),
    };
  });
  return {
    commands: running.commands,
    turnedAway: running.turnedAway,
    latency50: latency.at(0.5),
    latency99: latency.at(0.99),
    lag50: all.at(0.5),
    // The worst consumer's: a fast view does not make up for one that stands still.
    lag99: worst(consumers.filter(({ gathers }) => gathers === 0)),
    gathered99: worst(consumers.filter(({ gathers }) => gathers > 0)),
    beyond99: Math.max(0, ...consumers.map(({ lag99, gathers }) => lag99 - gathers)),
    concurrency: running.concurrency,
    busiestAccount: running.accounts.most(),
    waiting: consumers.reduce((sum, { waiting }) => sum + waiting, 0),
    functionSeconds: running.functionSeconds + working.reduce((sum, { busySeconds }) => sum + busySeconds, 0),
    calls: running.calls + consumers.reduce((sum, { calls }) => sum + calls, 0),
    consumers: consumers.toSorted((a, b) => b.waiting - a.waiting || b.lag99 - a.lag99),
  };
};

/** The queue that a view's commits come to: its own, or its group's. */
const queueOf = ({ load, working }: Running, view: string): Backlog => {
  const found = working.find(({ name }) => name === view || load.profile.consumers[name]?.views?.includes(view));
  if (!found)
    throw new Error(
      `No command of the mix goes to a view ${view}: the consumers are ${working.map(({ name }) => name).join(', ')}.`,
    );
  return found.queue;
};

/** Runs a load in model time, tick by tick, and answers what came of it. */
export const runLoad = async (load: Load): Promise<Figures> => {
  const { rate, seconds, seed = 1, quotas } = load;
  const [dice, time] = [diceFor(seed, 'deployment'), timeline(0, Number.POSITIVE_INFINITY)];
  const running: Running = {
    ...{ load, working: workers(load), latency: waits(), accounts: busyAccounts(load) },
    ...{ commands: 0, turnedAway: 0, concurrency: 0, started: hard.scaling, calls: 0, functionSeconds: 0 },
  };
  const { working, accounts } = running;
  const api = bucket(quotas.apiRequests === Number.POSITIVE_INFINITY ? 1e12 : quotas.apiRequests, 0.5);
  const deliver = delivering(load);
  if (load.waiting) queueOf(running, load.waiting.view).put(0, load.waiting.commits);
  const step = () => {
    const now = time.now();
    const came = arrivals(dice, (rate * tick) / 1_000);
    const taken = Math.floor(api.take(came, now / 1_000) + 1e-6);
    const { answering, of } = shared(running, now, taken);
    const done = Math.round(taken * answering);
    running.commands += done;
    running.turnedAway += came - done;
    running.calls += done;
    accounts.draw(done);
    if (now % 1_000 < tick) accounts.nextSecond();
    answer(running, done, answering, dice);
    const late = deliver(done, now);
    for (const each of working) {
      // A portion is dated with its commit, and is not ready before it has come through stream and bus.
      const through = dice.next() * 2 * assumed.streamPoll + around(dice, assumed.putEvents) + around(dice, assumed.bus) + late;
      time.after(through, () => each.queue.put(now, done * each.perCommand));
    }
    for (const [i, each] of working.entries()) serve(each, dice, { now, tick, functions: of[i]! });
    if (now % 60_000 < tick) load.progress?.(now / (seconds * 1_000));
    if (now + tick < seconds * 1_000) time.after(tick, step);
  };
  time.after(0, step);
  await time.run(() => false);
  return figuresOf(running);
};

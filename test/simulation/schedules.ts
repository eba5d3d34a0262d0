import * as z from 'zod';
import { type AnyDecider, command } from '../../lib/core/decider.ts';
import { decider } from '../../lib/core/declare/decider.ts';
import { rowPerStream } from '../../lib/core/declare/view.ts';
import { send } from '../../lib/core/process/process.ts';
import { type AnySchedule, type CatchUp, type Occasion, schedule, timetableOf } from '../../lib/core/schedule/schedule.ts';
import { timesBetween } from '../../lib/core/schedule/times.ts';
import { type EventOf, v1 } from '../../lib/core/version.ts';
import { stateCache } from '../../lib/engine/command/cache.ts';
import type { Commanding } from '../../lib/engine/command/request.ts';
import { instant } from '../../lib/engine/instant.ts';
import { type Looked, look, type Scheduling } from '../../lib/engine/schedule/look.ts';
import type { Progresses } from '../../lib/engine/schedule/ports.ts';
import { defaultSettings, scheduleSettings } from '../../lib/engine/settings.ts';
import { memoryProgresses } from '../../lib/testing/memory/schedule.ts';
import { memorySnapshots } from '../../lib/testing/memory/snapshots.ts';
import { memoryStore } from '../../lib/testing/memory/store.ts';
import { memoryClock, memoryKeys } from '../../lib/testing/memory/system.ts';
import { memoryView } from '../../lib/testing/memory/view.ts';
import { type Dice, diceFor } from '../../lib/testing/simulation/dice.ts';

const events = { Rung: v1(z.object({ time: z.string() })) };
type BellEvent = EventOf<typeof events>;
const bell = decider<{ rung: number }, BellEvent>()({
  category: 'bell',
  events,
  commands: { Ring: command(['process'], z.strictObject({ time: z.string() })) },
  initial: { rung: 0 },
  decide: { Ring: (_, data) => [{ type: 'Rung', data }] },
  evolve: { Rung: ({ rung }) => ({ rung: rung + 1 }) },
});

type Row = Readonly<{ hangs: true }>;
const bells = rowPerStream<Row, BellEvent>()({
  name: 'bells',
  revision: 1,
  from: { category: 'bell', events },
  may: ['operator'],
  on: { Rung: () => ({ hangs: true }) },
});

const hour = 3_600_000;
const settings = { ...scheduleSettings, pageRows: 2, atOnce: 2, lookMilliseconds: 5 };
const name = 'ringing';

class Killed extends Error {}

/** What a run comes to: what it did, and what must not be. */
export type Ringing = Readonly<{ faults: readonly string[]; ran: number; killed: number; skipped: number }>;

/** A mechanism taken away: other steps, or other ports. */
export type ScheduleMutant = Readonly<{
  steps?: NonNullable<Scheduling['steps']>;
  progresses?: (progresses: Progresses) => Progresses;
}>;

const declared = (dice: Dice, since: string): AnySchedule => {
  const times = {
    cron: dice.pick(['*/30 * * * *', '0 * * * *', '30 2 * * *', '15,45 1-3 * * *', '0 0 * * *']),
    timezone: dice.pick(['UTC', 'Europe/Vienna', 'Australia/Lord_Howe']),
    catchUp: dice.pick<CatchUp>(['all', 'latest', 'none']),
    since,
    sends: [bell] as const,
  };
  const ring = ({ time }: Occasion, id: string) => send(bell, id, 'Ring', { time });
  if (dice.chance(0.5)) return schedule({ ...times, command: (occasion) => ring(occasion, 'b0') });
  return schedule({ ...times, each: bells, command: (occasion) => ring(occasion, occasion.id) });
};

/**
 * The times that a schedule must have run when a look has ended with nothing due, which began at `now`. What a clock that had jumped ahead made
 * a missed time of, up to `seen`, was left out as declared.
 */
const owed = ({ catchUp }: AnySchedule, all: readonly string[], now: string, seen: string): readonly string[] => {
  const past = all.filter((time) => time <= now);
  if (catchUp === 'all') return past;
  if (catchUp === 'latest') return all.some((time) => time > now && time <= seen) ? [] : past.slice(-1);
  const latest = Date.parse(now > seen ? now : seen);
  return past.filter((time) => latest - Date.parse(time) <= settings.missedMilliseconds);
};

/**
 * One schedule over two days around a change of the clocks: triggers that come twice at the same time, early, late or never, functions that die at any
 * request, outages, and clocks that jump forward and back.
 */
export const ringing = async (
  seed: number,
  { steps, progresses: changed = (same) => same }: ScheduleMutant = {},
): Promise<Ringing> => {
  const dice = diceFor(seed, 'schedule');
  const start = dice.pick([Date.UTC(2026, 2, 28, 12), Date.UTC(2026, 9, 24, 12), Date.UTC(2026, 3, 4, 3)]);
  const since = instant(start + dice.below(6) * hour);
  const asked = declared(dice, since);
  const [clock, store, kept, view] = [memoryClock(start), memoryStore(), memoryProgresses(), memoryView()];
  const targets = asked.each ? Array.from({ length: 1 + dice.below(4) }, (_, i) => `b${i}`) : ['b0'];
  for (const key of targets)
    await view.putHead({ key, sort: 'head', stream: `bell-${key}`, commit: 1, row: { hangs: true } }, undefined);

  const faults: string[] = [];
  let [odds, killed, furthest] = [0.03, 0, start];
  const port = async <T>(request: () => Promise<T>): Promise<T> => {
    for (let i = dice.below(4); i > 0; i--) await undefined;
    const dies = dice.chance(odds);
    if (dies && dice.chance(0.5)) throw new Killed();
    const answer = await request();
    if (dies) throw new Killed();
    clock.advance(dice.below(3));
    return answer;
  };
  const functionOf = (): Scheduling => {
    const commanding: Commanding = {
      decider: bell as unknown as AnyDecider,
      code: 'code',
      store: {
        ...store,
        append: (commit) => port(() => store.append(commit)),
        read: (stream, range) => port(() => store.read(stream, range)),
      },
      snapshots: memorySnapshots(),
      keys: memoryKeys(seed),
      clock,
      log: { info: () => {}, warn: () => {}, error: () => {} },
      settings: defaultSettings,
      cache: stateCache(defaultSettings.cacheBytes),
    };
    const own = changed(kept);
    return {
      name,
      schedule: asked,
      target: () => commanding,
      rows: async () => ({
        revision: 1,
        reader: { head: (key) => port(() => view.head(key)), all: (options) => port(() => view.all(options)) },
      }),
      progresses: { load: (of) => port(() => own.load(of)), save: (of, next, writes) => port(() => own.save(of, next, writes)) },
      clock,
      log: commanding.log,
      settings,
      ...(steps && { steps }),
    };
  };
  let warm = [functionOf(), functionOf()];
  const allTimes = () => [...timesBetween(timetableOf(asked), instant(Date.parse(since) - 1), instant(furthest))];
  const ranOn = (key: string) =>
    store
      .stored()
      .filter(({ stream }) => stream === `bell-${key}`)
      .map(({ events: [first] }) => String((first?.data as { time?: string })?.time));
  const lookWith = async (i: number): Promise<Looked | 'killed'> => {
    furthest = Math.max(furthest, clock.now());
    try {
      return await look(warm[i]!);
    } catch (thrown) {
      // One row's request that fails is noted, and the others go on; the look fails in the end.
      if (!(thrown instanceof Killed || (thrown instanceof Error && thrown.cause instanceof Killed))) throw thrown;
      killed += 1;
      warm = warm.map((each, j) => (i === j ? functionOf() : each));
      return 'killed';
    } finally {
      furthest = Math.max(furthest, clock.now());
    }
  };
  /** Nothing is due any more: what was owed at the beginning of that look has been run. */
  const check = (began: number) => {
    const all = allTimes();
    for (const key of targets) {
      const ran = ranOn(key);
      const missing = owed(asked, all, instant(began), instant(furthest)).filter((time) => !ran.includes(time));
      if (missing.length > 0) faults.push(`${key} was not sent the command of ${missing[0]}`);
    }
  };
  const trigger = async () => {
    const began = clock.now();
    const looks = await Promise.all(dice.chance(0.3) ? [lookWith(0), lookWith(1)] : [lookWith(dice.below(2))]);
    if (looks.every((each) => each === 'nothing due')) check(began);
    return looks;
  };
  for (let i = 0; i < 30; i++) {
    clock.advance(dice.chance(0.1) ? dice.below(20 * hour) : dice.below(1.5 * hour));
    const before = clock.now();
    const jumps = dice.chance(0.1);
    if (jumps) clock.set(before + (dice.chance(0.5) ? 1 : -1) * dice.below(6 * hour));
    await trigger();
    if (jumps) clock.set(Math.max(before, clock.now() - 6 * hour));
  }
  odds = 0;
  for (let i = 0; ; i++) {
    const began = clock.now();
    const ended = await lookWith(0);
    if (ended === 'nothing due') {
      check(began);
      break;
    }
    if (i === 5_000) return { faults: [`it does not come to an end: ${ended}`], ran: 0, killed, skipped: 0 };
  }
  const all = allTimes();
  for (const key of targets) {
    const ran = ranOn(key);
    const twice = ran.find((time, i) => ran.indexOf(time) !== i);
    if (twice !== undefined) faults.push(`${key} was sent the command of ${twice} twice`);
    const none = ran.find((time) => !all.includes(time));
    if (none !== undefined) faults.push(`${key} was sent the command of ${none}, which is no time of '${asked.cron}'`);
    if (ran.toSorted().join() !== ran.join()) faults.push(`${key} was sent commands out of their order`);
    if (ran.join() !== ranOn(targets[0]!).join()) faults.push(`${key} was sent other times than ${targets[0]}`);
  }
  return { faults, ran: ranOn(targets[0]!).length, killed, skipped: kept.items.get(name)?.skipped?.times ?? 0 };
};

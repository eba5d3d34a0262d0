import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { figures } from '../../../lib/cli/load/figures.ts';
import { dueAfter, type LoopClock, openLoop } from '../../../lib/cli/load/open-loop.ts';
import { type SimulatedTime, simulatedTime } from '../../support/simulated-time.ts';

const clockOf = ({ now, sleep }: SimulatedTime): LoopClock => ({
  now,
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      void sleep(milliseconds).then(resolve);
    }),
});

type Server = Readonly<{ rate: number; seconds: number; mostOpen?: number; abortAt?: number }>;

/** Runs a load against a server that answers what reaches it at some moment after some milliseconds. */
const loaded = async ({ rate, seconds, mostOpen = 10_000, abortAt }: Server, answersAfter: (at: number) => number) => {
  const time = simulatedTime(0);
  const clock = clockOf(time);
  const collecting = figures(seconds);
  const stop = new AbortController();
  if (abortAt !== undefined) time.after(abortAt, () => stop.abort());
  const sentAt: number[] = [];
  const send = async (n: number, due: number) => {
    sentAt[n] = clock.now();
    const until = new Promise<'open'>((resolve) => stop.signal.addEventListener('abort', () => resolve('open'), { once: true }));
    const answered = time.sleep(answersAfter(clock.now())).then(() => 'done' as const);
    const kind = await Promise.race([answered, until]);
    collecting.ended({ command: 'c', due, late: sentAt[n] - due, took: clock.now() - due, status: kind, kind, retries: 0 });
  };
  let ended: Awaited<ReturnType<typeof openLoop>> | undefined;
  void openLoop({ rate, seconds, clock, mostOpen, send, signal: stop.signal }).then((result) => {
    ended = result;
  });
  await time.run();
  if (!ended) throw new Error('The loop never ended.');
  return { sentAt, held: ended.held, taken: collecting.taken() };
};

it('a stall of a second is in the latency of all that were due in it', async () => {
  // It stops for the second from 3,000 ms on, and answers at once otherwise.
  const stalled = (at: number) => (at >= 3_000 && at < 4_000 ? 4_000 - at : 1);
  const { taken, held } = await loaded({ rate: 100, seconds: 10 }, stalled);
  expect(held).toBe(0);
  expect(taken.latency).toMatchObject({ count: 1_000, p50: 1 });
  // A hundred were due in it, each 10 ms after the other: one in ten of all waited 0 to 1,000 ms.
  expect(taken.latency.p99).toBeCloseTo(910, -2);
  expect(taken.latency.max).toBeCloseTo(1_000, -1);
  const during = taken.intervals.find(({ second }) => second === 3)!;
  expect(during.latency.count).toBe(100);
  expect(during.latency.p50).toBeGreaterThan(450);
});

it('a stall is as long in the figures of a machine that may have one request open only', async () => {
  const stalled = (at: number) => (at >= 3_000 && at < 4_000 ? 4_000 - at : 1);
  const { taken, held } = await loaded({ rate: 100, seconds: 10, mostOpen: 1 }, stalled);
  // Each of them waited for the one that stalled; the time counts from when it was due.
  expect(held).toBeGreaterThan(90);
  expect(taken.latency.p99).toBeGreaterThan(850);
  expect(taken.late.count).toBeGreaterThan(90);
});

it('every request is sent when it is due, whatever the answers take', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 20 }),
      async (rate, seconds, delays) => {
        let n = 0;
        const { sentAt, taken } = await loaded({ rate, seconds }, () => delays[n++ % delays.length]!);
        expect(sentAt.length).toBe(rate * seconds);
        for (const [i, at] of sentAt.entries()) expect(at).toBeCloseTo(dueAfter(rate, i), 6);
        expect(taken.latency.count).toBe(rate * seconds);
        expect(taken.late.count).toBe(0);
      },
    ),
    { numRuns: 25 },
  ));

it('no more are open at a time than may be', async () => {
  let [open, most] = [0, 0];
  const time = simulatedTime(0);
  const send = async () => {
    open += 1;
    most = Math.max(most, open);
    await time.sleep(500);
    open -= 1;
  };
  const loop = openLoop({ rate: 100, seconds: 2, clock: clockOf(time), mostOpen: 7, send, signal: new AbortController().signal });
  await time.run();
  expect((await loop).held).toBeGreaterThan(0);
  expect(most).toBe(7);
});

it('an abort ends it: nothing more is sent, and what is open is in the figures with its time so far', async () => {
  const { sentAt, taken } = await loaded({ rate: 10, seconds: 60, abortAt: 2_050 }, (at) => (at < 1_500 ? 1 : 1_000_000));
  expect(sentAt.length).toBe(21);
  expect(taken.statuses).toEqual({ done: 15, open: 6 });
  expect(taken.latency.max).toBeCloseTo(550, -1);
  expect(taken.errors).toBe(0);
});

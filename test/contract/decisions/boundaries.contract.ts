import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { codesOf } from '../../../lib/aws/condition.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import { type AnyDecider, command, refuse } from '../../../lib/core/decider.ts';
import { boundary } from '../../../lib/core/declare/boundary.ts';
import type { TagEntry } from '../../../lib/core/tag/stream.ts';
import { tag } from '../../../lib/core/tag/tag.ts';
import { type EventOf, type Source, v1 } from '../../../lib/core/version.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { CommandAnswer, Commanding, CommandRequest } from '../../../lib/engine/command/request.ts';
import type { Clock, Store } from '../../../lib/engine/ports.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { memorySnapshots } from '../../../lib/testing/memory/snapshots.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../../lib/testing/memory/system.ts';
import { asks, operator } from '../../support/examples/commanding.ts';
import { enrolment } from '../../support/examples/enrolling.ts';

const racers = 32;
const places = 5;

const seatEvents = { SeatTaken: v1(z.object({ course: z.string() })) };
type SeatEvent = EventOf<typeof seatEvents>;
const seatSource: Source<SeatEvent> = { category: 'seat', events: seatEvents };

const seatsTag = tag<number, SeatEvent>()({
  name: 'seats',
  from: [seatSource],
  of: { SeatTaken: ({ course }) => course },
  initial: 0,
  evolve: { SeatTaken: (taken) => taken + 1 },
});

/**
 * Two courses in one room. A seat is decided on both, and carries the tag of one: the other is guarded by a check alone. Without it, one racer of each
 * course could take the last place (write skew).
 */
const seat = boundary<object, SeatEvent>()({
  category: 'seat',
  events: seatEvents,
  tags: [seatsTag],
  commands: {
    Take: command(['operator'], z.strictObject({ course: z.string(), beside: z.string() }), {
      tags: { seats: ({ course, beside }) => [course, beside] },
    }),
  },
  initial: {},
  decide: {
    Take: (_, { course }, { tags }) =>
      Object.values(tags.seats).reduce((sum, taken) => sum + taken, 0) < places
        ? [{ type: 'SeatTaken', data: { course } }]
        : refuse('room-full'),
  },
  evolve: { SeatTaken: (state) => state },
});

type Over = Readonly<{ store: Store; clock: Clock }>;

/** A function of its own: it has nothing in common with others but the store. */
const instanceOf = (decider: unknown, over: Over, seed = 1): Commanding => ({
  ...over,
  decider: decider as AnyDecider,
  code: 'boundaries-1',
  snapshots: memorySnapshots(),
  keys: memoryKeys(seed),
  log: memoryLog(),
  settings: defaultSettings,
  cache: stateCache(defaultSettings.cacheBytes),
});

/** As a caller does: a command that lost too many races, or met too many conflicts of transactions, is sent again under its id. */
const persevering = async (instance: Commanding, request: CommandRequest): Promise<CommandAnswer> => {
  for (;;) {
    const answer = await handleCommand(instance, request).catch((error: unknown) => {
      if (codesOf(error).includes('TransactionConflict')) return undefined;
      throw error;
    });
    if (answer && answer.outcome !== 'contended') return answer;
  }
};

const each = <T>(make: (n: number) => T): readonly T[] => Array.from({ length: racers }, (_, n) => make(n));

/** All requests at the same time, each by an instance of its own: a warm one, if it has decided on `warm` before. */
const raced = async (over: Over, decider: unknown, requests: readonly CommandRequest[], warm?: () => CommandRequest) => {
  const instances = requests.map((_, n) => instanceOf(decider, over, n + 1));
  if (warm) await Promise.all(instances.map((instance) => handleCommand(instance, warm())));
  const answers = await Promise.all(requests.map((request, n) => persevering(instances[n]!, request)));
  const into = (outcome: CommandAnswer['outcome']) =>
    requests.filter((_, n) => answers[n]?.outcome === outcome).map(({ stream }) => stream);
  return { admitted: into('committed'), refused: into('refused'), answers };
};

const ofStream = (category: string, id: string) => ({ stream: `${category}-${id}`, actor: operator, key: id });
const offer = (course: string, of: number) => asks('Offer', { places: of }, { stream: `enrolment-${course}`, actor: operator });
const enrol = (id: string, course: string, student: string) => asks('Enrol', { course, student }, ofStream('enrolment', id));
const take = (id: string, course: string, beside: string) => asks('Take', { course, beside }, ofStream('seat', id));

const history = async (store: Store, stream: string): Promise<readonly Commit[]> => {
  const { commits, next } = await store.read(stream, { from: 1 });
  expect(next).toBeUndefined();
  expect(commits.map(({ commit }) => commit)).toEqual(commits.map((_, i) => i + 1));
  return commits;
};

/** The streams whose events a tag has, in any order. */
const taggedIn = async (store: Store, stream: string): Promise<readonly string[]> =>
  (await history(store, stream)).flatMap(({ events }) => events.map(({ data }) => (data as TagEntry).stream)).sort();

/** Decisions on tags by many functions at once, on a real store: the same that the simulator proves in memory with more runs. */
export const boundariesContract = (name: string, make: () => Store | Promise<Store>, clock: Clock = memoryClock()) =>
  describe(`boundaries: ${name}`, () => {
    it(`let exactly ${places} of ${racers} racers have the last ${places} places, and tell all others that the course is full`, async () => {
      const over = { store: await make(), clock };
      const first = instanceOf(enrolment, over);
      await handleCommand(first, offer('c1', places + 3));
      for (const n of [1, 2, 3]) await handleCommand(first, enrol(`before${n}`, 'c1', `b${n}`));
      const requests = each((n) => enrol(`e${n}`, 'c1', `s${n}`));
      // Fewer places than are taken: it is refused, and the function knows the course from then on.
      const { admitted, refused, answers } = await raced(over, enrolment, requests, () => offer('c1', 1));
      expect([admitted.length, refused.length]).toEqual([places, racers - places]);
      for (const answer of answers.filter(({ outcome }) => outcome === 'refused'))
        expect(answer).toMatchObject({ refusal: { refused: 'course-full', detail: { places: places + 3 } } });
      expect(await taggedIn(over.store, 'tag-course.c1')).toEqual(
        ['enrolment-c1', ...[1, 2, 3].map((n) => `enrolment-before${n}`), ...admitted].sort(),
      );
      for (const [n, { stream }] of requests.entries()) {
        const isIn = admitted.includes(stream);
        expect(await taggedIn(over.store, `tag-student.s${n}`)).toEqual(isIn ? [stream] : []);
        expect(await history(over.store, stream)).toHaveLength(isIn ? 1 : 0);
      }
    });

    it('let a student who races for many courses into as many as the limit says, and into none twice', async () => {
      const over = { store: await make(), clock };
      const courses = 8;
      const first = instanceOf(enrolment, over);
      for (let n = 0; n < courses; n++) await handleCommand(first, offer(`c${n}`, racers));
      const requests = each((n) => enrol(`e${n}`, `c${n % courses}`, 's1'));
      const { admitted, refused } = await raced(over, enrolment, requests, () => enrol('nowhere', 'c9', 's1'));
      expect([admitted.length, refused.length]).toEqual([2, racers - 2]);
      expect(await taggedIn(over.store, 'tag-student.s1')).toEqual([...admitted].sort());
      const taken = await Promise.all(
        Array.from({ length: courses }, async (_, n) => (await taggedIn(over.store, `tag-course.c${n}`)).slice(1)),
      );
      expect(taken.flat().sort()).toEqual([...admitted].sort());
      expect(taken.every((streams) => streams.length <= 1)).toBe(true);
    });

    it(`let exactly ${places} racers into the room of two courses, each decided on both and entered in one`, async () => {
      const over = { store: await make(), clock };
      const requests = each((n) => take(`r${n}`, n % 2 === 0 ? 'c1' : 'c2', n % 2 === 0 ? 'c2' : 'c1'));
      const { admitted, refused } = await raced(over, seat, requests);
      expect([admitted.length, refused.length]).toEqual([places, racers - places]);
      const taken = [await taggedIn(over.store, 'tag-seats.c1'), await taggedIn(over.store, 'tag-seats.c2')];
      expect(taken.flat().sort()).toEqual([...admitted].sort());
    });
  });

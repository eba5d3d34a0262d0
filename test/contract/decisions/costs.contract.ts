import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { effectDecider, performanceStream } from '../../../lib/core/effect/decider.ts';
import { type AnySchedule, schedule } from '../../../lib/core/schedule/schedule.ts';
import { handleAllOrNone } from '../../../lib/engine/command/atomic.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { CommandAnswer, Commanding } from '../../../lib/engine/command/request.ts';
import type { Performing } from '../../../lib/engine/effect/attend.ts';
import { performBatch } from '../../../lib/engine/effect/batch.ts';
import { look, type Scheduling } from '../../../lib/engine/schedule/look.ts';
import { defaultSettings, scheduleSettings } from '../../../lib/engine/settings.ts';
import { memoryCircuits, memoryLater, memoryPace } from '../../../lib/testing/memory/effect.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../../lib/testing/memory/system.ts';
import { ada, operator } from '../../support/examples/commanding.ts';
import { enrolment } from '../../support/examples/enrolling.ts';
import { move, purse } from '../../support/examples/purses.ts';
import { item, sale, shop } from '../../support/examples/sale.ts';
import { chargeCard } from '../../support/paying/domain.ts';
import { records } from '../../support/store/ledger.ts';
import type { MeteredPorts } from '../../support/store/metered-memory.ts';

/** Operators own nothing: money is moved by its owner. */
const senderFor = ({ decider: { category } }: Commanding) =>
  category === purse.category || category === move.category ? ada : operator;

/** The cost of decisions on more than one stream, as docs/guides/costs.md has it, in the units that the database reports. */
export const decisionCostsContract = (name: string, make: () => MeteredPorts | Promise<MeteredPorts>) =>
  describe(`costs of decisions on several streams: ${name}`, () => {
    let lab: MeteredPorts;
    beforeEach(async () => {
      lab = await make();
    });

    /** A function with a cache of its own, which knows what its facts are folded with. */
    const coldFunction = (decider: unknown): Commanding => {
      const parts = { ...lab.ports, keys: memoryKeys(), clock: memoryClock(Date.now()), log: memoryLog() };
      const reading = { ...parts, code: 'costs-1', settings: defaultSettings, cache: stateCache(defaultSettings.cacheBytes) };
      const of = (each: unknown): Commanding => ({ ...reading, decider: each as AnyDecider });
      return { ...of(decider), others: new Map([item, shop, purse].map((each) => [each.category, of(each)])) };
    };

    const does = async (
      on: Commanding,
      id: string,
      type: string,
      data: object,
      outcome: CommandAnswer['outcome'] = 'committed',
    ): Promise<void> => {
      // A request with all that HTTP adds to it, so that the sizes are those of a deployment.
      const request = records(`${on.decider.category}-${id}`, [], { command: { type, data }, actor: senderFor(on) });
      const answer = await handleCommand(on, request);
      expect(answer).toMatchObject({ outcome });
    };

    const costOf = async (...given: Parameters<typeof does>) => {
      lab.take();
      await does(...given);
      return lab.take();
    };

    const [a, b, student, other] = [1, 2, 3, 4].map((n) => `${n}${randomUUID().replaceAll('-', '').slice(0, 15)}`);
    const nothingRead = { reads: 0, readUnits: 0, refusedWrites: 0 };

    /** A function that has offered two courses, and enrolled a student in the first. */
    const enrolled = async () => {
      const on = coldFunction(enrolment);
      for (const course of [a!, b!]) await does(on, course, 'Offer', { places: 5 });
      await does(on, 'e1', 'Enrol', { course: a, student });
      return on;
    };

    it('an event with two tags takes six write units in one request of a warm function, and no read', async () => {
      const on = await enrolled();
      expect(await costOf(on, 'e1', 'Withdraw', {})).toEqual({ requests: 1, writes: 1, writeUnits: 6, ...nothingRead });
    });

    it('a stream and a tag that a function has not met are read, also where they are new', async () => {
      const on = await enrolled();
      // Of a warm function that knows the course: the enrolment's own stream and the student's tag.
      const cost = await costOf(on, 'e2', 'Enrol', { course: a, student: other });
      expect(cost).toMatchObject({ requests: 3, reads: 2, writes: 1, writeUnits: 6 });
      expect(cost.readUnits).toBeLessThanOrEqual(2);
    });

    it('a cold function reads each of the three streams by one query', async () => {
      await enrolled();
      const cost = await costOf(coldFunction(enrolment), 'e2', 'Enrol', { course: b, student });
      expect(cost).toMatchObject({ requests: 3 + 1, reads: 3, writes: 1, writeUnits: 6 });
      expect(cost.readUnits).toBeLessThanOrEqual(3);
    });

    it('a tag that is decided on and gets no entry takes two write units for its check', async () => {
      const on = await enrolled();
      // Its commit, an entry for the student and for each of two courses, and the check of a third course.
      await does(on, 'c3', 'Offer', { places: 1 });
      const cost = await costOf(on, 'e1', 'Move', { to: [b, 'c3'] });
      expect(cost).toEqual({ requests: 1, writes: 1, writeUnits: 4 * 2 + 2, ...nothingRead });
    });

    it('a busy tag costs the writer that lost a race one more transaction, and no read', async () => {
      const one = await enrolled();
      const second = coldFunction(enrolment);
      await does(second, 'e2', 'Enrol', { course: a, student: other });
      await does(one, 'e1', 'Withdraw', {});
      const cost = await costOf(second, 'e2', 'Withdraw', {});
      expect(cost).toEqual({ requests: 2, writes: 2, writeUnits: 6, ...nothingRead, refusedWrites: 1 });
    });

    it('a refusal of a warm function is confirmed by reading each of its streams once, and writes nothing', async () => {
      const on = await enrolled();
      const { readUnits, ...cost } = await costOf(on, a!, 'Offer', { places: 0 }, 'refused');
      expect(cost).toEqual({ requests: 2, reads: 2, writes: 0, writeUnits: 0, refusedWrites: 0 });
      expect(readUnits).toBeLessThanOrEqual(2);
    });

    it('an effect that is answered at once takes a write unit for each of its three commits, and two reads in a new function', async () => {
      const decider = effectDecider(chargeCard);
      const performance = performanceStream(chargeCard, 'payment', a!, 1);
      const at = new Date().toISOString();
      const input = { v: 1, data: { amount: 5, card: 'visa' } };
      const asked = { instance: `payment-${a}`, number: 1, round: 1, at, correlation: 'c', input };
      lab.take();
      await handleCommand(coldFunction(decider), {
        ...records(performance, [], {
          command: { type: 'Perform', data: asked },
          actor: { id: 'payment', kind: 'process', roles: [] },
        }),
      });
      expect(lab.take()).toMatchObject({ writes: 1, writeUnits: 1, refusedWrites: 0 });
      const performing: Performing = {
        effect: chargeCard,
        own: coldFunction(decider),
        provider: { call: async () => ({ done: { charge: 'ch_1' } }) },
        ...{ circuits: memoryCircuits(), pace: memoryPace(), later: memoryLater() },
      };
      expect(await performBatch(performing, [{ id: '1', message: { attend: { performance } } }])).toEqual([]);
      const performed = lab.take();
      expect(performed).toMatchObject({ requests: 4, reads: 2, writes: 2, writeUnits: 2, refusedWrites: 0 });
      expect(performed.readUnits).toBeLessThanOrEqual(2);
    });

    const purses = [a, b, student].map((id) => `${id}`);

    const hours = { cron: '0 * * * *', since: '2026-11-21T12:00:00.000Z', catchUp: 'all', sends: [purse] } as const;
    const fill = (id: string) => ({ to: `purse-${id}`, command: { type: 'Fill' as const, data: { amount: 1 } } });
    const everyHour = schedule({ ...hours, command: () => fill(a!) });

    /** A look of a schedule that has been run before, `minutes` after noon, by a new function. */
    const looking = (each: AnySchedule, minutes: number, rows: readonly string[] = []): Scheduling => {
      const on = coldFunction(purse);
      const heads = rows.map((key) => ({ key, sort: 'head', row: {}, stream: `purse-${key}`, commit: 1 }));
      return {
        ...{ name: 'hourly', schedule: each, progresses: lab.progresses, log: memoryLog() },
        ...{ clock: memoryClock(Date.parse(hours.since) + minutes * 60_000), settings: scheduleSettings },
        target: () => on,
        rows: async () => ({ revision: 1, reader: { all: async () => ({ items: heads }), head: async () => undefined } }),
      };
    };

    it('a look of a schedule with nothing due takes one read; a time with one command three and two writes, beside the command', async () => {
      await does(coldFunction(purse), a!, 'Open', {});
      await look(looking(everyHour, 5));
      lab.take();
      await look(looking(everyHour, 30));
      expect(lab.take()).toMatchObject({ requests: 1, reads: 1, writes: 0 });
      await look(looking(everyHour, 61));
      const cost = lab.take();
      // The command is that of a new function: one read and one write.
      expect(cost).toMatchObject({ requests: 5 + 2, reads: 3 + 1, writes: 2 + 1, writeUnits: 2 + 1, refusedWrites: 0 });
      expect(cost.readUnits).toBeLessThanOrEqual(4);
    });

    it('a time of a schedule that goes through a view takes two writes for a page of rows, beside a command for each', async () => {
      const everyPurse = schedule({
        ...hours,
        each: { kind: 'row-per-stream', name: 'purses', on: {} },
        command: ({ id }) => fill(id),
      });
      for (const id of purses) await does(coldFunction(purse), id, 'Open', {});
      await look(looking(everyPurse, 5, purses));
      lab.take();
      await look(looking(everyPurse, 61, purses));
      const cost = lab.take();
      const commands = purses.length;
      expect(cost).toMatchObject({
        requests: 5 + 2 * commands,
        reads: 3 + commands,
        writes: 2 + commands,
        writeUnits: 2 + commands,
      });
      expect(cost.readUnits).toBeLessThanOrEqual(3 + commands);
    });

    /** A function that has sold before. */
    const sold = async () => {
      await does(coldFunction(item), 'tea', 'SetPrice', { price: 3 });
      await does(coldFunction(item), 'milk', 'SetPrice', { price: 2 });
      const on = coldFunction(sale);
      await does(on, 's1', 'Sell', { items: ['tea', 'milk'], shop: 'main' });
      return on;
    };

    it.each([1, 2])('%d guarded facts and a shop take two write units each, and no read of a warm function', async (items) => {
      const on = await sold();
      const cost = await costOf(on, 's1', 'Sell', { items: ['tea', 'milk'].slice(0, items), shop: 'main' });
      expect(cost).toEqual({ requests: 1, writes: 1, writeUnits: 2 + 2 * (items + 1), ...nothingRead });
    });

    it('a guarded fact that has moved costs one more transaction, and no read', async () => {
      const on = await sold();
      await does(coldFunction(item), 'tea', 'SetPrice', { price: 4 });
      const cost = await costOf(on, 's1', 'Sell', { items: ['tea'], shop: 'main' });
      expect(cost).toEqual({ requests: 2, writes: 2, writeUnits: 6, ...nothingRead, refusedWrites: 1 });
    });

    it('a fact that is not guarded takes a read of its stream, and no transaction', async () => {
      const on = await sold();
      const { readUnits, ...cost } = await costOf(on, 's1', 'Note', { shop: 'main' });
      expect(cost).toEqual({ requests: 2, reads: 1, writes: 1, writeUnits: 1, refusedWrites: 0 });
      expect(readUnits).toBeLessThanOrEqual(1);
    });

    /** A function that has moved money before, and knows three purses. */
    const moved = async () => {
      for (const id of purses) {
        await does(coldFunction(purse), id, 'Open', {});
        await does(coldFunction(purse), id, 'Fill', { amount: 100 });
      }
      const on = coldFunction(move);
      await does(on, 'm1', 'Make', { from: purses[0], to: purses.slice(1), amount: 1 });
      return on;
    };

    it.each([1, 2])(
      'a command with a debit and %d credits takes two write units for each stream in one request; its own new stream is read',
      async (credits) => {
        const on = await moved();
        const { readUnits, ...cost } = await costOf(on, 'm2', 'Make', {
          from: purses[0],
          to: purses.slice(1, 1 + credits),
          amount: 1,
        });
        expect(cost).toEqual({ requests: 2, reads: 1, writes: 1, writeUnits: 2 * (2 + credits), refusedWrites: 0 });
        expect(readUnits).toBeLessThanOrEqual(1);
      },
    );

    it('a refusal of what goes along is confirmed by reading each stream up to the one that refuses, and writes nothing', async () => {
      const on = await moved();
      const { readUnits, ...cost } = await costOf(
        on,
        'm2',
        'Make',
        { from: purses[0], to: purses.slice(1), amount: 400 },
        'refused',
      );
      expect(cost).toEqual({ requests: 3, reads: 3, writes: 0, writeUnits: 0, refusedWrites: 0 });
      expect(readUnits).toBeLessThanOrEqual(3);
    });

    it('an atomic batch takes two write units for each command in one request of a warm function, and no read', async () => {
      const on = coldFunction(purse);
      for (const id of purses) await does(on, id, 'Open', {});
      lab.take();
      const [first, ...others] = purses.map((id) => ({
        commanding: on,
        request: records(`purse-${id}`, [], {
          command: { type: 'Fill', data: { amount: 1 } },
          actor: ada,
          id: 'http/batch',
        }),
      }));
      expect(await handleAllOrNone([first!, ...others])).toMatchObject({ answers: purses.map(() => ({ outcome: 'committed' })) });
      expect(lab.take()).toEqual({ requests: 1, writes: 1, writeUnits: 2 * purses.length, ...nothingRead });
    });
  });

import { describe, expect, it } from 'vitest';
import { codesOf } from '../../../lib/aws/condition.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { type AllOrNone, handleAllOrNone } from '../../../lib/engine/command/atomic.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { Commanding, CommandRequest } from '../../../lib/engine/command/request.ts';
import type { Clock, Store } from '../../../lib/engine/ports.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { memorySnapshots } from '../../../lib/testing/memory/snapshots.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../../lib/testing/memory/system.ts';
import { asks } from '../../support/examples/commanding.ts';
import { move, purse } from '../../support/examples/purses.ts';
import { historyOf } from '../../support/store/stream-history.ts';

const callers = 12;
const requestsOfEach = 3;
const filledWith = 40;
const purses = ['p0', 'p1', 'p2', 'p3'];

type Over = Readonly<{ store: Store; clock: Clock }>;

/** A function of movements: it has nothing in common with others but the store. */
const functionOver = (over: Over, seed: number): Readonly<{ moves: Commanding; purses: Commanding }> => {
  const parts = { ...over, code: 'together-1', snapshots: memorySnapshots(), keys: memoryKeys(seed), log: memoryLog() };
  const of = (decider: unknown): Commanding => ({
    ...{ ...parts, decider: decider as AnyDecider, settings: defaultSettings },
    cache: stateCache(defaultSettings.cacheBytes),
  });
  return { moves: { ...of(move), others: new Map([['purse', of(purse)]]) }, purses: of(purse) };
};

/** The movements of a request: one, or an atomic batch of two between other purses. */
const movementsOf = (caller: number, n: number): readonly [CommandRequest, ...CommandRequest[]] => {
  const key = `together-${caller}-${n}`;
  const movement = (i: number, from: number, to: number) => {
    const data = { from: purses[(from + n) % 4], to: [purses[(to + n) % 4]], amount: 1 + ((7 * caller + 11 * n + 5 * i) % 25) };
    return asks('Make', data, { stream: `move-${caller}-${n}-${i}`, id: `http/${key}`, digest: key });
  };
  const [from, to] = caller % 4 < 2 ? [0, 1] : [1, 2];
  const one = movement(0, from, to);
  return caller % 2 === 0 ? [one] : [one, movement(1, from + 2, to + 2)];
};

/** As a caller does: a request that lost too many races, or met too many conflicts of transactions, is sent again under its id. */
const persevering = async (on: Commanding, requests: readonly [CommandRequest, ...CommandRequest[]]): Promise<AllOrNone> => {
  const [first, ...others] = requests.map((request) => ({ commanding: on, request }));
  for (;;) {
    const answer = await handleAllOrNone([first!, ...others]).catch((error: unknown) => {
      if (codesOf(error).includes('TransactionConflict')) return undefined;
      throw error;
    });
    if (answer && !('at' in answer && answer.answer.outcome === 'contended')) return answer;
  }
};

/** Movements between few purses by many callers. On an engine the clock must really wait: without that one side would starve the other. */
export const togetherContract = (name: string, make: () => Promise<Store> | Store, clock: Clock = memoryClock()) =>
  describe(`commands over several streams: ${name}`, () => {
    it(`conserve money under ${callers} callers: each request takes effect in all of its streams, or in none`, async () => {
      const store = await make();
      const { purses: opening } = functionOver({ store, clock }, 1);
      for (const id of purses)
        for (const [type, data] of [
          ['Open', {}],
          ['Fill', { amount: filledWith }],
        ] as const)
          expect(await handleCommand(opening, asks(type, data, { stream: `purse-${id}` }))).toMatchObject({
            outcome: 'committed',
          });

      const sent = await Promise.all(
        Array.from({ length: callers }, async (_, caller) => {
          const { moves } = functionOver({ store, clock }, caller + 2);
          const answers: Readonly<{ requests: readonly CommandRequest[]; answer: AllOrNone }>[] = [];
          for (let n = 0; n < requestsOfEach; n++) {
            const requests = movementsOf(caller, n);
            answers.push({ requests, answer: await persevering(moves, requests) });
          }
          return answers;
        }),
      );

      const balances = new Map(purses.map((id) => [`purse-${id}`, 0]));
      for (const stream of balances.keys())
        for (const { events } of await historyOf(store, stream))
          for (const { type, data } of events) {
            const { amount = 0 } = data as { amount?: number };
            balances.set(stream, balances.get(stream)! + (type === 'MoneyIn' ? amount : type === 'MoneyOut' ? -amount : 0));
            expect(balances.get(stream)).toBeGreaterThanOrEqual(0);
          }
      const expected = new Map(purses.map((id) => [`purse-${id}`, filledWith]));
      let refused = 0;
      for (const { requests, answer } of sent.flat())
        for (const { stream, command } of requests) {
          const { from, to, amount } = command.data as { from: string; to: readonly [string]; amount: number };
          const history = await historyOf(store, stream);
          if ('at' in answer) {
            refused += 1;
            expect(answer.answer).toMatchObject({ outcome: 'refused', refusal: { refused: 'insufficient-funds' } });
            expect(history).toEqual([]);
            continue;
          }
          expect(history).toHaveLength(1);
          const siblings = (history[0]?.siblings ?? []).filter(
            (place) => place.stream === `purse-${from}` || place.stream === `purse-${to[0]}`,
          );
          for (const place of siblings)
            expect(await store.find(place.stream, place.commit)).toMatchObject({ command: history[0]!.command });
          expect(siblings).toHaveLength(2);
          expected.set(`purse-${from}`, expected.get(`purse-${from}`)! - amount);
          expected.set(`purse-${to[0]}`, expected.get(`purse-${to[0]}`)! + amount);
        }
      expect(balances).toEqual(expected);
      expect([...balances.values()].reduce((sum, each) => sum + each, 0)).toBe(purses.length * filledWith);
      expect(refused).toBeGreaterThan(0);
      expect(refused).toBeLessThan(callers * requestsOfEach);
    });
  });

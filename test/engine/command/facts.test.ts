import { describe, expect, it } from 'vitest';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { dryRun } from '../../../lib/engine/command/dry-run.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { Commanding, CommandRequest } from '../../../lib/engine/command/request.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { asks, memoryTable, operator, robot, watched } from '../../support/examples/commanding.ts';
import { item, sale, shop } from '../../support/examples/sale.ts';

type Table = ReturnType<typeof memoryTable>;

/** One instance of the function of each category, over one table. */
const instancesOver = (table: Table) => {
  const reading = { ...table, code: 'one', settings: defaultSettings, cache: stateCache(defaultSettings.cacheBytes) };
  const of = (decider: unknown): Commanding => ({ ...reading, decider: decider as AnyDecider });
  const { commanding, calls } = watched(of(sale));
  const others = new Map([item, shop].map((decider) => [decider.category, { ...commanding, decider: decider as AnyDecider }]));
  return { sales: { ...commanding, others } satisfies Commanding, calls };
};

/** Somebody else, who changes what a sale is decided on. */
const elsewhere =
  (table: Table) =>
  (decider: unknown, id: string, type: string, data: object = {}) =>
    handleCommand(
      { ...table, decider: decider as AnyDecider, code: 'one', settings: defaultSettings, cache: stateCache(1) },
      asks(type, data, { stream: `${(decider as AnyDecider).category}-${id}`, actor: operator }),
    );

const sell = (items: readonly string[], over: Partial<CommandRequest> = {}, at = 'main') =>
  asks('Sell', { items, shop: at }, { stream: 'sale-1', actor: operator, ...over });

const ready = async () => {
  const table = memoryTable();
  const change = elsewhere(table);
  await change(item, 'tea', 'SetPrice', { price: 3 });
  await change(item, 'milk', 'SetPrice', { price: 2 });
  return { table, change, ...instancesOver(table) };
};

describe('a guarded fact', () => {
  it('is handed to the decision, and the commit says on which commits it was decided', async () => {
    const { sales } = await ready();
    const answer = await handleCommand(sales, sell(['tea', 'milk', 'tea']));
    expect(answer).toMatchObject({
      outcome: 'committed',
      commit: {
        events: [{ type: 'Sold', data: { prices: [3, 2, 3] } }],
        facts: [
          { stream: 'item-tea', commit: 1 },
          { stream: 'item-milk', commit: 1 },
          { stream: 'shop-main', commit: 0 },
        ],
      },
    });
  });

  it('that has moved makes the decision anew: one read for none, since the check hands back the commit', async () => {
    const { sales, calls, change } = await ready();
    await handleCommand(sales, sell(['tea']));
    await change(item, 'tea', 'SetPrice', { price: 4 });
    calls.length = 0;
    expect(await handleCommand(sales, sell(['tea']))).toMatchObject({ commit: { events: [{ data: { prices: [4] } }] } });
    expect(calls).toEqual(['store.appendTogether', 'store.appendTogether']);
    calls.length = 0;
    // Its next commit is known now: nothing is lost.
    expect((await handleCommand(sales, sell(['tea']))).outcome).toBe('committed');
    expect(calls).toEqual(['store.appendTogether']);
  });

  it('that has moved so that the command is refused is read before it says so', async () => {
    const { sales, calls, change } = await ready();
    await handleCommand(sales, sell(['tea', 'milk']));
    await change(shop, 'main', 'Close');
    calls.length = 0;
    const refused = { outcome: 'refused', refusal: { refused: 'closed' } };
    expect(await handleCommand(sales, sell(['tea', 'milk']))).toEqual(refused);
    // The append shows that the shop has closed; the answer rests on the command's own stream and three others.
    expect(calls).toEqual(['store.appendTogether', ...Array(4).fill('store.read')]);
  });

  it('of which only a cached state refuses the command lets it pass', async () => {
    const { sales, change } = await ready();
    await change(shop, 'main', 'Close');
    expect((await handleCommand(sales, sell(['tea']))).outcome).toBe('refused');
    await change(shop, 'main', 'Open');
    expect((await handleCommand(sales, sell(['tea']))).outcome).toBe('committed');
  });

  it('is read again where its state is older than the age of a cached one', async () => {
    const { sales, table, calls } = await ready();
    await handleCommand(sales, sell(['tea']));
    table.clock.advance(defaultSettings.cacheAgeMilliseconds + 1);
    calls.length = 0;
    expect((await handleCommand(sales, sell(['tea']))).outcome).toBe('committed');
    expect(calls.filter((call) => call === 'store.read')).toHaveLength(3);
    table.clock.advance(defaultSettings.cacheAgeMilliseconds - 1);
    await handleCommand(sales, sell(['tea']));
    table.clock.advance(2);
    calls.length = 0;
    // What the last check has confirmed is as fresh as if it had been read.
    await handleCommand(sales, sell(['tea']));
    expect(calls).toEqual(['store.appendTogether']);
  });

  it('counts in the trace that a refused command of a process leaves', async () => {
    const { sales, table, change } = await ready();
    await handleCommand(sales, sell(['tea']));
    await change(shop, 'main', 'Close');
    const answer = await handleCommand(sales, sell(['tea'], { actor: robot, id: 'process/robot-1/1/1' }));
    expect(answer).toMatchObject({
      commit: { events: [], refused: { reason: 'closed' }, facts: [{ stream: 'item-tea' }, { stream: 'shop-main', commit: 1 }] },
    });
    expect(table.store.stored().filter(({ stream }) => stream === 'sale-1')).toHaveLength(2);
  });

  it('is never earlier than the commit that rests on it, whatever the clocks say', async () => {
    const { sales, table, change } = await ready();
    const now = table.clock.now();
    table.clock.advance(60_000);
    await change(item, 'tea', 'SetPrice', { price: 5 });
    table.clock.set(now);
    const answer = await handleCommand(sales, sell(['tea']));
    const [priced] = table.store.stored().filter(({ stream, commit }) => stream === 'item-tea' && commit === 2);
    expect(answer).toMatchObject({ commit: { at: priced?.at } });
  });

  it('whose id no stream can have is as before its first event', async () => {
    const { sales, calls } = await ready();
    expect(await handleCommand(sales, sell(['no id', '__proto__']))).toMatchObject({
      refusal: { refused: 'not-for-sale', detail: { item: 'no id' } },
    });
    expect(calls).not.toContain('store.appendTogether');
  });

  it('is refused where they are more than a transaction takes, before any of them is read', async () => {
    const { sales, calls } = await ready();
    const many = Array.from({ length: 99 }, (_, n) => `i${n}`);
    expect(await handleCommand(sales, sell(many))).toEqual({ outcome: 'too-large', size: 100, limit: 99, unit: 'facts' });
    // Its own stream alone.
    expect(calls.filter((call) => call === 'store.read')).toHaveLength(1);
  });

  it('is what a dry run decides on, and nothing is stored', async () => {
    const { sales, table } = await ready();
    const stored = table.store.stored().length;
    expect(await dryRun(sales, sell(['milk']))).toMatchObject({
      outcome: 'tried',
      commit: { events: [{ data: { prices: [2] } }] },
    });
    expect(table.store.stored()).toHaveLength(stored);
  });
});

describe('a fact that is not guarded', () => {
  const note = () => asks('Note', { shop: 'main' }, { stream: 'sale-1', actor: operator });

  it('is read when the command comes, and costs no transaction', async () => {
    const { sales, calls, change } = await ready();
    await handleCommand(sales, note());
    await change(shop, 'main', 'Close');
    calls.length = 0;
    expect(await handleCommand(sales, note())).toMatchObject({ commit: { events: [{ data: { closed: true } }] } });
    expect(calls).toEqual(['store.read', 'store.append']);
  });
});

it('a function that was not given what a command decides on says so', async () => {
  const { sales } = await ready();
  const { others: _, ...alone } = sales;
  await expect(handleCommand(alone, sell(['tea']))).rejects.toThrow('streams of item, which this function was not given');
});

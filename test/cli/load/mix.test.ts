import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { account } from '../../../domains/account/decider.ts';
import { manifest } from '../../../domains/index.ts';
import { load } from '../../../domains/load.ts';
import { callOf, requestsOf, weighted } from '../../../lib/cli/load/mix.ts';
import { loadMix } from '../../../lib/cli/project.ts';
import type { LoadCommand, LoadMix } from '../../../lib/core/declare/load.ts';

const of = (mix: LoadMix, more: { seed?: number; run?: string } = {}) =>
  requestsOf({ manifest, mix, run: 'r1', ...more }, (as) => `sub-${as}`);

const deposit: LoadCommand = { category: 'account', command: 'Deposit', id: () => 'a1' };

describe('the mix of the reference application', () => {
  const requests = of(load);
  const first = Array.from({ length: 2_000 }, (_, n) => requests.next(n));

  it('has each command as often as its weight says', () => {
    const share = (command: string) => first.filter((each) => each.command === command).length / first.length;
    expect(share('account deposit')).toBeCloseTo(0.6, 1);
    expect(share('account withdraw')).toBeCloseTo(0.3, 1);
    expect(share('transfer request')).toBeCloseTo(0.1, 1);
  });

  it('moves money between accounts that its set-up opens', () => {
    const opened = new Set(requests.setup().map(({ id }) => id));
    for (const { command, id, body } of first) {
      if (command.startsWith('account')) expect(opened.has(id)).toBe(true);
      else {
        const { from, to } = body as Record<'from' | 'to', string>;
        expect([opened.has(from), opened.has(to), from === to]).toEqual([true, true, false]);
      }
    }
  });

  it('is the same again under the same seed, and another one under another', () => {
    const again = of(load);
    expect(Array.from({ length: 50 }, (_, n) => again.next(n))).toEqual(first.slice(0, 50));
    const other = of(load, { seed: 2 });
    expect(Array.from({ length: 50 }, (_, n) => other.next(n))).not.toEqual(first.slice(0, 50));
  });

  it('names its run in its ids, so that no run meets what another has made', () => {
    const other = of(load, { run: 'r2' });
    const ids = new Set(first.map(({ id }) => id));
    expect(Array.from({ length: 50 }, (_, n) => other.next(n)).filter(({ id }) => ids.has(id))).toEqual([]);
  });
});

it('a body that the mix leaves out is made up by the schema', () => {
  const { body, path } = of({ commands: [deposit] }).next(0);
  expect(path).toBe('/account/a1/deposit');
  expect(account.commands.Deposit.schema.safeParse(body).success).toBe(true);
});

it('a command is chosen only if it has a weight', () =>
  fc.assert(
    fc.property(
      fc.array(fc.nat(9), { minLength: 1 }).filter((weights) => weights.some((weight) => weight > 0)),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (weights, drawn) => {
        const choices = weights.map((weight, choice) => ({ weight, choice }));
        expect(weights[weighted(choices, drawn)]).toBeGreaterThan(0);
      },
    ),
  ));

it('choices are within their limits', () => {
  const call = callOf(1, 'r', 3, 'me');
  const numbers = Array.from({ length: 1_000 }, () => call.below(7));
  expect([Math.min(...numbers), Math.max(...numbers)]).toEqual([0, 6]);
  expect(call.pick(['a'])).toBe('a');
});

it.each<[string, LoadMix, RegExp]>([
  ['a category', { commands: [{ ...deposit, category: 'acount' }] }, /the category 'acount', which the manifest does not have/],
  [
    'a command',
    { commands: [{ ...deposit, command: 'deposit' }] },
    /the command deposit of account, which account does not have/,
  ],
  ['a view', { commands: [{ ...deposit, view: 'balances' }] }, /the view 'balances', which the manifest does not have/],
  ['no command', { commands: [{ ...deposit, weight: 0 }] }, /no command with a weight above 0/],
  ['a command of processes', { commands: [{ ...deposit, command: 'Credit' }] }, /which nobody may send over HTTP/],
])('a mix that names %s wrongly is refused, with the reason', (_, mix, reason) => {
  expect(() => of(mix)).toThrow(reason);
});

it('a body that the schema refuses is refused before it is sent', () => {
  const wrong = of({ commands: [{ ...deposit, body: () => ({ amount: 'ten', currency: 'EUR' }) }] });
  expect(() => wrong.next(0)).toThrow(/a body for Deposit of account that its schema refuses/);
});

describe('the file of a mix', () => {
  const module = new URL('../../../domains/index.ts', import.meta.url).href;
  const named = (path: string) => fileURLToPath(new URL(path, import.meta.url));

  it('is load.ts beside the manifest, or the named one', async () => {
    expect(await loadMix(module, undefined)).toBe(load);
    expect(await loadMix('file:///nowhere/index.ts', named('../../../domains/load.ts'))).toBe(load);
  });

  it.each([
    ['missing', 'none.ts', /^There is no mix of commands .*none\.ts\.$/],
    ['without a mix', '../../../domains/demo.ts', /demo\.ts exports no mix of commands\.$/],
  ])('that is %s is a sentence, with the form that is expected', async (_, path, reason) => {
    const refused = loadMix(module, named(path));
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toMatchObject({ hint: expect.stringContaining('export const load = defineLoad(') });
  });
});

import { describe, expect, it } from 'vitest';
import { handleCommand, handleTogether } from '../../../lib/engine/command/handle.ts';
import type { CommandAnswer } from '../../../lib/engine/command/request.ts';
import { deposits, instanceOver, memoryTable, opens, withdraws } from '../../support/examples/commanding.ts';

const at = (account: string) => ({ stream: `account-${account}` });

const funded = async (...accounts: readonly string[]) => {
  const table = memoryTable();
  for (const account of accounts) {
    await handleCommand(instanceOver(table), opens(at(account)));
    await handleCommand(instanceOver(table), deposits(100, at(account)));
  }
  return table;
};

/** Moves money from one account to another, both or neither. */
const move = (
  table: Awaited<ReturnType<typeof funded>>,
  from: string,
  to: string,
  amount: number,
  id: string,
): Promise<CommandAnswer> => {
  const commanding = instanceOver(table);
  const identity = { id, digest: `${from}-${to}-${amount}` };
  return handleTogether([
    { commanding, request: { ...withdraws(amount, at(from)), ...identity } },
    { commanding, request: { ...deposits(amount, at(to)), ...identity } },
  ]);
};

const balances = ({ store }: Awaited<ReturnType<typeof funded>>) => {
  const held: Record<string, number> = {};
  for (const { stream, events } of store.stored())
    for (const { type, data } of events) {
      const { amount = 0 } = data as { amount?: number };
      held[stream] = (held[stream] ?? 0) + (type === 'MoneyWithdrawn' ? -amount : amount);
    }
  return held;
};

describe('commands on several streams at once', () => {
  it('take effect together, each commit listing the other', async () => {
    const table = await funded('a', 'b');
    expect(await move(table, 'a', 'b', 30, 'http/m1')).toMatchObject({
      outcome: 'committed',
      commit: { stream: 'account-a', commit: 3, siblings: [{ stream: 'account-b', commit: 3 }] },
    });
    expect(balances(table)).toEqual({ 'account-a': 70, 'account-b': 130 });
  });

  it('come to nothing on any stream where one is refused', async () => {
    const table = await funded('a', 'b');
    const before = table.store.stored().length;
    expect(await move(table, 'a', 'b', 101, 'http/m1')).toMatchObject({ outcome: 'refused' });
    expect(await move(table, 'a', 'nobody', 5, 'http/m2')).toMatchObject({ outcome: 'refused' });
    expect(table.store.stored()).toHaveLength(before);
  });

  it('are known again in the first-named stream', async () => {
    const table = await funded('a', 'b');
    const first = await move(table, 'a', 'b', 30, 'http/m1');
    expect(await move(table, 'a', 'b', 30, 'http/m1')).toEqual(first);
    expect(await move(table, 'a', 'b', 31, 'http/m1')).toEqual({ outcome: 'id-reused' });
    expect(balances(table)).toEqual({ 'account-a': 70, 'account-b': 130 });
  });

  it('neither lose nor make money, however many cross each other', async () => {
    const table = await funded('a', 'b', 'c');
    const ways = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
      ['b', 'a'],
      ['c', 'b'],
      ['a', 'c'],
    ] as const;
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => move(table, ways[i % 6]![0], ways[i % 6]![1], 1 + (i % 50), `http/m${i}`)),
    );
    expect(answers.filter(({ outcome }) => outcome === 'committed').length).toBeGreaterThan(0);
    const held = Object.values(balances(table));
    expect(held.reduce((a, b) => a + b)).toBe(300);
    expect(Math.min(...held)).toBeGreaterThanOrEqual(0);
  });
});

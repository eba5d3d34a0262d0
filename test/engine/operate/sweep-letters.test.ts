import { describe, expect, it } from 'vitest';
import { lettersMinutes, sayDeadLetters } from '../../../lib/engine/operate/sweep-letters.ts';
import { memoryLog } from '../../../lib/testing/memory/system.ts';

const consumer = (name: string, deadLetters: number) => ({
  name,
  queue: { depth: async () => ({ waiting: 5, inFlight: 0, deadLetters }) },
});

describe('the look at dead letters', () => {
  it('names who has any, once in some minutes and again as long as they are there', async () => {
    const log = memoryLog();
    const consumers = [consumer('balances', 0), consumer('statements', 2), consumer('transfer', 1)];
    const minutes = Array.from({ length: 2 * lettersMinutes }, (_, i) => Date.parse('2026-11-29T12:00:30.000Z') + i * 60_000);
    for (const now of minutes) await sayDeadLetters(consumers, log, now);
    const line = {
      level: 'error',
      message: 'Dead letters are waiting.',
      fields: { letters: { statements: 2, transfer: 1 } },
    };
    expect(log.lines).toMatchObject([line, line]);
  });

  it('says nothing where there are none', async () => {
    const log = memoryLog();
    await sayDeadLetters([consumer('balances', 0)], log, 0);
    expect(log.lines).toEqual([]);
  });
});

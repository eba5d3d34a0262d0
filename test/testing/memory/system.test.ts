import { describe, expect, it } from 'vitest';
import { memoryBus } from '../../../lib/testing/memory/bus.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../../lib/testing/memory/system.ts';

describe('the small ports in memory', () => {
  it('has keys that repeat by their seed, and spread', async () => {
    const [one, same, other] = [memoryKeys(7), memoryKeys(7), memoryKeys(8)];
    const ids = Array.from({ length: 500 }, () => one.randomId());
    expect(ids).toEqual(Array.from({ length: 500 }, () => same.randomId()));
    expect(new Set([...ids, other.randomId()]).size).toBe(501);
    const numbers = Array.from({ length: 2_000 }, () => one.random());
    expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true);
    expect(numbers.filter((n) => n < 0.5).length / 2_000).toBeCloseTo(0.5, 1);
    expect(one.hash('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(await one.digest('a')).not.toBe(one.hash('a'));
  });

  it('has a clock that moves only when it is set or waited on', async () => {
    const clock = memoryClock(1_000);
    await clock.wait(500);
    clock.advance(20);
    expect(clock.now()).toBe(1_520);
    clock.set(7);
    expect(clock.now()).toBe(7);
  });

  it('has a bus that keeps what it was sent, but for what was to fail', async () => {
    const bus = memoryBus();
    const entries = ['a', 'b', 'c'].map((detailType) => ({ detailType, detail: '{}', resources: [], time: '' }));
    bus.failing.push([1]);
    expect(await bus.send(entries)).toEqual([{ index: 1, reason: 'InternalFailure: as asked' }]);
    expect(await bus.send([entries[1]!])).toEqual([]);
    expect(bus.sent.map(({ detailType }) => detailType)).toEqual(['a', 'c', 'b']);
    await expect(bus.send(Array.from({ length: 11 }, () => entries[0]!))).rejects.toThrow('1 to 10');
  });

  it('has a log that keeps its lines', () => {
    const log = memoryLog();
    log.warn('late', { by: 1 });
    log.info('done');
    expect(log.lines).toEqual([
      { level: 'warn', message: 'late', fields: { by: 1 } },
      { level: 'info', message: 'done' },
    ]);
  });
});

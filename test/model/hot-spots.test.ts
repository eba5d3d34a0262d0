import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { latencies } from './assumptions.ts';
import { contended } from './contention.ts';
import { keyLimits, limits } from './demand.ts';
import { type Figures, runLoad } from './deployment.ts';
import { referenceMix } from './mix.ts';
import type { Profile } from './profile.ts';
import { raisable, raisedTo } from './quotas.ts';

/** The first release with a model, as it was recorded then: before its hot spots were mended. */
const first = JSON.parse(readFileSync(new URL('profiles/e218295.json', import.meta.url), 'utf8')) as Profile;
/** Of one item, as the model finds it; a test below holds it. */
const itemTransactions = 42;

const hold = (profile: Profile, rate: number) =>
  runLoad({ profile, mix: referenceMix, rate, seconds: 20, quotas: raisedTo(3_000), maximumConcurrency: 200, itemTransactions });
const heldUp = ({ consumers }: Figures) => consumers.flatMap(({ heldBy }) => Object.keys(heldBy));
const bindsAt = (profile: Profile, what: string) =>
  keyLimits(profile, referenceMix, itemTransactions).find((each) => each.what.startsWith(what))?.breaksAt;

describe('hot spots of the first release', () => {
  it('the event log stops at one day and one type, shared rows at one item, process instances at one status', () => {
    expect(bindsAt(first, 'event-log/list-by-day')).toBeLessThan(400);
    expect(bindsAt(first, 'event-log/list-by-type ["MoneyDeposited"]')).toBeLessThan(1_500);
    expect(bindsAt(first, 'process-instances/list-by-status ["running"]')).toBeLessThanOrEqual(5_000);
    expect(bindsAt(first, 'account-totals @{owner} part')).toBeLessThan(2_000);
    expect(limits(first, referenceMix, raisable, itemTransactions)[0]?.what).toBe('event-log/list-by-day ["2026-11-21"]');
  });

  it('at 10,000 commands a second they hold up their views, and readers wait ever longer', async () => {
    const figures = await hold(first, 10_000);
    expect(heldUp(figures)).toEqual(
      expect.arrayContaining([
        'event-log/list-by-day ["2026-11-21"]',
        'account-totals @{owner} part#00',
        'process-instances/list-by-status ["running"]',
      ]),
    );
    expect(figures.lag99).toBeGreaterThan(10_000);
  });

  it('at 100 nothing holds up anything', async () => {
    const figures = await hold(first, 100);
    expect(heldUp(figures)).toEqual([]);
    expect(figures.lag99).toBeLessThan(1_000);
    expect(figures.turnedAway).toBe(0);
  });
});

describe('transactions on one item', () => {
  it('one takes some forty a second before records are given back, and never more than one at a time', async () => {
    expect((await contended(itemTransactions)).givenBack).toBeLessThanOrEqual(0.01);
    const crowded = await contended(100);
    expect(crowded.givenBack).toBeGreaterThan(0.1);
    expect(crowded.done).toBeLessThanOrEqual(1_000 / latencies.transaction);
  });
});

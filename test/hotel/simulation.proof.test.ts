import { describe, expect, it } from 'vitest';
import { defineManifest } from '../../lib/index.ts';
import { simulate } from '../../lib/testing/simulator.ts';
import { booking } from './booking.ts';
import { manifest } from './index.ts';
import { simulation } from './simulation.ts';

describe('the hotel, while everything fails that may fail', () => {
  it('keeps every promise, and its own: nobody pays without a room, and nobody has a room without paying', async () => {
    for (let seed = 1; seed <= 12; seed++) await simulate(simulation(seed));
  });

  it('notices a release that forgets the refund of a cancelled booking', async () => {
    const forgetful = { ...booking, on: { ...booking.on, ReservationCancelled: () => ({ end: 'cancelled' }) } };
    const broken = defineManifest({ ...manifest, processes: [forgetful] });
    const play = async () => {
      for (let seed = 1; seed <= 200; seed++) await simulate({ ...simulation(seed), manifest: broken, shrinks: false });
    };
    await expect(play()).rejects.toThrow(/^Seed \d+: reservation \d is cancelled, has 2 nights/);
  });
});

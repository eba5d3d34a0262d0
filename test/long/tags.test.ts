import { expect, it } from 'vitest';
import { simulate } from '../../lib/testing/simulator.ts';
import { enrolmentsWith, racersWith } from '../simulation/tags/enrolling.ts';
import { runs } from '../support/runs.ts';
import { seeds } from '../support/seeds.ts';

const many = 400;

it('lets exactly five of thirty-two racers in, and keeps every promise of boundaries by tag', async () => {
  let refused = 0;
  for await (const seed of seeds(many)) {
    refused += (await simulate(racersWith(seed))).refused ?? 0;
    await simulate(enrolmentsWith(seed));
  }
  expect(refused).toBeGreaterThan(20 * runs(many));
});

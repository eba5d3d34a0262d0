import { describe, expect, it } from 'vitest';
import { simulate } from '../../../lib/testing/simulator.ts';
import { paymentsWith, restoredPayments } from '../../simulation/effects.ts';
import { effectMutants, restoredEffectMutants } from '../../simulation/mutants/effect.ts';
import { findMutant } from '../../simulation/search.ts';

describe('a simulation of effects', () => {
  it('performs each once under one key, forgets none, and tells its process once', async () => {
    const totals: Record<string, number> = {};
    for (let seed = 31; seed <= 60; seed++)
      for (const [name, count] of Object.entries(await simulate(paymentsWith(seed)))) totals[name] = (totals[name] ?? 0) + count;
    for (const how of ['torn', 'never', 'late', 'fails', 'slow']) expect(totals[`provider ${how}`]).toBeGreaterThan(0);
    for (const last of ['EffectAnswered', 'EffectRefused', 'EffectAnsweredLate'])
      expect(totals[`performances ${last}`]).toBeGreaterThan(0);
  });

  it('after a restore nothing is forgotten, and what is performed again has the key that it had before', async () => {
    let lost = 0;
    for (let seed = 1; seed <= 25; seed++) lost += (await simulate(restoredPayments(seed)))['commits lost'] ?? 0;
    expect(lost).toBeGreaterThan(100);
  });

  it.each(Object.entries(restoredEffectMutants))('notices after a restore: %s', async (name, mutant) =>
    expect(await findMutant(name, (seed) => restoredPayments(seed, mutant), 60)).toBeDefined(),
  );

  it.each(Object.entries(effectMutants))('notices: %s', async (name, mutant) =>
    expect(await findMutant(name, (seed) => paymentsWith(seed, mutant), 200)).toBeDefined(),
  );
});

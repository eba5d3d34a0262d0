import { describe, expect, it } from 'vitest';
import { simulate } from '../../../lib/testing/simulator.ts';
import { contextNames, contextWith } from '../../simulation/contexts/contexts.ts';

describe.each(contextNames)('the context %s, while everything fails that may fail', (name) => {
  it('keeps every promise, and its own', async () => {
    for (let seed = 1; seed <= 4; seed++) expect(await simulate(contextWith(name, seed))).toBeDefined();
  });
});

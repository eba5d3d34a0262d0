import { describe, expect, it } from 'vitest';
import { effectFaults } from '../../../lib/core/effect/faults.ts';
import { performancesName } from '../../../lib/core/effect/performances-view.ts';
import { defineManifest, type Manifest } from '../../../lib/index.ts';
import { chargeCard, paying } from '../../support/paying/domain.ts';

describe('an effect in a manifest', () => {
  it('has a view of its performances, once', () => {
    const names = ({ projections }: Manifest) => projections.map(({ name }) => name).filter((name) => name === performancesName);
    expect(names(paying)).toEqual([performancesName]);
    expect(names(defineManifest(paying))).toEqual([performancesName]);
  });

  it.each([
    ['a name that no category can have', { name: 'charge-card' }, 'letters'],
    ['a try without time', { timeout: {} }, 'timeout'],
    ['a try that is longer than a function', { timeout: { minutes: 15 } }, 'timeout'],
    ['less time than a try', { giveUp: { seconds: 1 } }, 'giveUp'],
    ['one at once', { rate: { atOnce: 1 } }, 'atOnce'],
    ['none in a second', { rate: { perSecond: 0 } }, 'perSecond'],
    ['a secret twice', { secrets: ['key', 'key'] }, 'secret'],
  ])('is refused with %s', (_, fault, said) => {
    expect(effectFaults(chargeCard)).toEqual([]);
    expect(effectFaults({ ...chargeCard, ...fault }).join()).toContain(said);
  });
});

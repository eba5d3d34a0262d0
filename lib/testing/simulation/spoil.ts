import type { AnyProjection } from '../../core/projection.ts';
import type { MemoryView } from '../memory/view.ts';
import type { Dice } from './dice.ts';

import { kindOf } from './kinds/index.ts';
import { isWhole } from './kinds/kind.ts';

/**
 * Changes something in a view's table behind the engine's back, which no code would write and which fails no code. Readers see it until an
 * audit repairs it. Answers whether there was anything to change.
 */
export const spoil = async (projection: AnyProjection, view: MemoryView, dice: Dice): Promise<boolean> => {
  const heads = view.items().filter((item) => item.sort === 'head' && isWhole(item) && item.commit > 0);
  return heads.length > 0 && kindOf(projection).spoil(projection, { view, head: dice.pick(heads), dice });
};

import type { Actor } from '../../core/access.ts';
import type { Dice } from './dice.ts';

/** A command of a caller. */
export type Ask = Readonly<{ category: string; id: string; type: string; data: unknown; actor: Actor }>;

/** Makes up the next command: few ids, so that commands meet. */
export type Workload = (dice: Dice, n: number) => Ask;

import type { Box, LettersOfOne, LettersReport, Redriven } from '../../engine/operate/letters/letters.ts';
import { type Calls, pathOf } from './calls.ts';

type Which = Pick<Box, 'kind' | 'name'>;

/** The dead letters of consumers. */
export const letterCalls = ({ get, post }: Calls) => ({
  /** How many each consumer has. */
  report: () => get<LettersReport>('/ops/dead-letters'),
  /** What is among those of one consumer; they stay where they are. */
  look: ({ kind, name }: Which, asked: Readonly<{ limit?: number }> = {}) =>
    get<LettersOfOne>(`/ops/dead-letters${pathOf(kind, name)}`, asked),
  /** Puts those of one consumer back into its queue, for some seconds: ask again until it says that it is empty. */
  redrive: ({ kind, name }: Which, asked: Readonly<{ why?: string }> = {}) =>
    post<Redriven>(`/ops/dead-letters${pathOf(kind, name, 'redrive')}`, asked),
});

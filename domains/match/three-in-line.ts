import { otherRules } from 'foldstream';
import { matchUnder } from './decider.ts';

/** Matches as if three in a line had won: `foldstream check --manifest domains/contexts.ts --against <export> --rules domains/match/three-in-line.ts` */
export const rules = otherRules(
  matchUnder((opened) => ({ ...opened, inLine: 3 })),
  {
    MatchOpened: ({ rules }) => ({ type: 'Open', data: rules }),
    MatchJoined: () => ({ type: 'Join', data: {} }),
    DiscDropped: ({ column }) => ({ type: 'Drop', data: { column } }),
    DiscTakenBack: () => ({ type: 'TakeBack', data: {} }),
    // A line follows from the disc; giving up is a command.
    MatchWon: ({ line }) => (line.length === 0 ? { type: 'GiveUp', data: {} } : undefined),
  },
);

import { type Share, sharedRows } from 'foldstream';
import * as z from 'zod';
import { type MatchEvent, matchSource } from '../../../events/match.ts';
import { count } from '../../fields.ts';
import type { Side } from '../board.ts';

type Known = Readonly<{ o?: string; x?: string; winner?: Side; drawn?: true }>;

const row = z.object({ playing: count, won: count, lost: count, drawn: count });

/** GET /views/match-players/{playerId}: how a player's matches went. */
export const matchPlayers = sharedRows<Known, MatchEvent>()({
  row,
  name: 'match-players',
  revision: 1,
  from: matchSource,
  may: ['owner', 'operator'],
  owner: (row) => row,
  initial: {},
  on: {
    MatchOpened: (_, { data }) => ({ o: data.owner }),
    MatchJoined: (known, { data }) => ({ ...known, x: data.player }),
    MatchWon: (known, { data }) => ({ ...known, winner: data.side }),
    MatchDrawn: (known) => ({ ...known, drawn: true }),
  },
  shares: ({ o, x, winner, drawn }) => {
    const went = (side: Side) => (winner === side ? 'won' : winner ? 'lost' : drawn ? 'drawn' : 'playing');
    const share = (side: Side, player?: string): Record<string, Share> =>
      player === undefined ? {} : { [player]: { counts: { [went(side)]: 1 } } };
    return { ...share('o', o), ...share('x', x) };
  },
  show: ({ counts }) => ({
    playing: counts.playing ?? 0,
    won: counts.won ?? 0,
    lost: counts.lost ?? 0,
    drawn: counts.drawn ?? 0,
  }),
});

import { type Recorded, rowKey, rowsPerStream } from 'foldstream';
import * as z from 'zod';
import { type MatchEvent, matchSource } from '../../../events/match.ts';
import { instant } from '../../fields.ts';

type Running = Readonly<{ from?: string }>;

const row = z.object({
  what: z.string(),
  side: z.enum(['o', 'x']).optional(),
  column: z.int().optional(),
  at: instant,
  after: z.int().meta({ description: 'Milliseconds since the second player joined: a replay divides them by its speed.' }),
});

type Move = Readonly<z.infer<typeof row>>;

/** GET /views/match-moves/{matchId}: the course of a match, to be replayed at any speed. */
export const matchMoves = rowsPerStream<Running, Move, MatchEvent>()({
  row,
  name: 'match-moves',
  revision: 1,
  from: matchSource,
  may: ['anyone'],
  initial: {},
  on: {
    MatchJoined: (_, event) => enter({ from: event.at }, event, {}),
    DiscDropped: (memory, event) => enter(memory, event, event.data),
    DiscTakenBack: (memory, event) => enter(memory, event, event.data),
    MatchWon: (memory, event) => enter(memory, event, { side: event.data.side }),
    MatchDrawn: (memory, event) => enter(memory, event, {}),
  },
});

const enter = (memory: Running, { type, version, at }: Recorded<MatchEvent>, move: Pick<Move, 'side' | 'column'>) => {
  const after = Date.parse(at) - Date.parse(memory.from ?? at);
  return { memory, rows: { [rowKey(version)]: { what: type, ...move, at, after } } };
};

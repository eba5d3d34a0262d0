import { type EventOf, type Source, v1 } from 'foldstream';
import * as z from 'zod';

const rules = z.object({ columns: z.int(), rows: z.int(), inLine: z.int() });
/** Whoever opened the match is o. The two are named once each, so that spectators can be shown all the rest. */
const side = z.enum(['o', 'x']);

/** Stored formats: append-only once released, see account.ts. */
export const matchEvents = {
  MatchOpened: v1(z.object({ owner: z.string() }))
    // v2, 2026-12: boards of other sizes. Until then all matches were played on the usual one.
    .next(z.object({ owner: z.string(), rules }), (old) => ({ ...old, rules: { columns: 7, rows: 6, inLine: 4 } })),
  MatchJoined: v1(z.object({ player: z.string() })),
  DiscDropped: v1(z.object({ side, column: z.int() })),
  DiscTakenBack: v1(z.object({ side, column: z.int() })),
  /** The cells that decided it; none if the other player gave up. */
  MatchWon: v1(z.object({ side, line: z.array(z.object({ column: z.int(), row: z.int() })).readonly() })),
  MatchDrawn: v1(z.object({})),
};

export type MatchEvent = EventOf<typeof matchEvents>;

export const matchSource: Source<MatchEvent> = { category: 'match', events: matchEvents };

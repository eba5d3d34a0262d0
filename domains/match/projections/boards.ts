import { rowPerStream } from 'foldstream';
import * as z from 'zod';
import { type MatchEvent, matchSource } from '../../../events/match.ts';
import { instant } from '../../fields.ts';
import { drawn, emptyBoard, nextOn, withDisc, withoutDisc } from '../board.ts';

const side = z.enum(['o', 'x']);

const row = z.object({
  status: z.enum(['open', 'playing', 'won', 'drawn']),
  rules: z.object({ columns: z.int(), rows: z.int(), inLine: z.int() }),
  columns: z.array(z.string()).readonly().meta({ description: 'The discs of each column, from the bottom: oxo.' }),
  board: z.array(z.string()).readonly().meta({ description: 'The rows from the top, with a dot for an empty place.' }),
  next: side.meta({ description: 'Whose turn it is: whoever opened the match is o.' }),
  winner: side.optional(),
  line: z
    .array(z.object({ column: z.int(), row: z.int() }))
    .readonly()
    .optional(),
  changedAt: instant,
});

type Row = Readonly<z.infer<typeof row>>;

/** GET /views/match-boards/{matchId}, for spectators, and what is being played: ?list=by-status&by=playing&order=newest-first */
export const matchBoards = rowPerStream<Row, MatchEvent>()({
  row,
  name: 'match-boards',
  revision: 1,
  from: matchSource,
  may: ['anyone'],
  lists: { 'by-status': { by: (row) => row.status, sort: (row) => row.changedAt } },
  on: {
    MatchOpened: (_, { data: { rules }, at }) => ({ status: 'open', rules, ...shown(emptyBoard(rules), rules), changedAt: at }),
    MatchJoined: (row, { at }) => row && { ...row, status: 'playing', changedAt: at },
    DiscDropped: (row, { data, at }) =>
      row && { ...row, ...shown(withDisc(row.columns, data.column, data.side), row.rules), changedAt: at },
    DiscTakenBack: (row, { data, at }) =>
      row && { ...row, ...shown(withoutDisc(row.columns, data.column), row.rules), changedAt: at },
    MatchWon: (row, { data, at }) => row && { ...row, status: 'won', winner: data.side, line: data.line, changedAt: at },
    MatchDrawn: (row, { at }) => row && { ...row, status: 'drawn', changedAt: at },
  },
});

const shown = (columns: Row['columns'], rules: Row['rules']) => ({
  columns,
  board: drawn(columns, rules),
  next: nextOn(columns),
});

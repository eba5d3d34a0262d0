import { command, decider, refuse } from 'foldstream';
import * as z from 'zod';
import { type MatchEvent, matchEvents } from '../../events/match.ts';
import {
  type Board,
  emptyBoard,
  lineThrough,
  nextOn,
  otherThan,
  type Rules,
  usualRules,
  withDisc,
  withoutDisc,
} from './board.ts';

const size = z.int().min(4).max(10);

const matchCommands = {
  Open: command(
    ['owner'],
    z.strictObject({
      columns: size.default(usualRules.columns),
      rows: size.default(usualRules.rows),
      inLine: z.int().min(3).max(5).default(usualRules.inLine),
    }),
  ),
  Join: command(['user'], z.strictObject({})),
  Drop: command(['user'], z.strictObject({ column: z.int().min(0).max(9) })),
  /** As long as the other player has not answered. */
  TakeBack: command(['user'], z.strictObject({})),
  GiveUp: command(['user'], z.strictObject({})),
};

export type Match = Readonly<{
  status: 'none' | 'open' | 'playing' | 'won' | 'drawn';
  owner?: string;
  guest?: string;
  rules: Rules;
  board: Board;
  /** The column of the disc that may be taken back. */
  last?: number | undefined;
}>;

/** Four in a row. `played` gives the rules that a match is played by, from those that it was opened with: `foldstream check --rules` tries others. */
export const matchUnder = (played: (opened: Rules) => Rules) =>
  decider<Match, MatchEvent>()({
    category: 'match',
    events: matchEvents,
    commands: matchCommands,
    initial: { status: 'none', rules: usualRules, board: [] },
    owner: (state) => state.owner,
    decide: {
      Open: ({ status }, rules, { actor }) =>
        status === 'none' ? [{ type: 'MatchOpened', data: { owner: actor.id, rules } }] : refuse('already-opened'),
      Join: ({ status, owner }, _, { actor }) => {
        if (status !== 'open') return refuse('match-not-open', { match: status });
        return owner === actor.id ? refuse('same-player') : [{ type: 'MatchJoined', data: { player: actor.id } }];
      },
      Drop: (state, { column }, { actor }) => {
        const { status, board } = state;
        const rules = played(state.rules);
        const side = nextOn(board);
        if (status !== 'playing') return refuse('not-playing', { match: status });
        if (sideOf(state, actor.id) !== side) return refuse('not-your-turn', { next: side });
        if (column >= rules.columns) return refuse('no-such-column', { columns: rules.columns });
        if (board[column]!.length === rules.rows) return refuse('column-full', { column });
        const dropped = { type: 'DiscDropped', data: { side, column } } as const;
        const after = withDisc(board, column, side);
        const line = lineThrough(after, column, rules);
        if (line) return [dropped, { type: 'MatchWon', data: { side, line } }];
        return after.every((discs) => discs.length === rules.rows) ? [dropped, { type: 'MatchDrawn', data: {} }] : [dropped];
      },
      TakeBack: (state, _, { actor }) => {
        const { status, board, last } = state;
        const side = otherThan(nextOn(board));
        if (status !== 'playing') return refuse('not-playing', { match: status });
        if (last === undefined || sideOf(state, actor.id) !== side) return refuse('not-your-disc');
        return [{ type: 'DiscTakenBack', data: { side, column: last } }];
      },
      GiveUp: (state, _, { actor }) => {
        const side = sideOf(state, actor.id);
        if (state.status !== 'playing') return refuse('not-playing', { match: state.status });
        return side ? [{ type: 'MatchWon', data: { side: otherThan(side), line: [] } }] : refuse('no-player');
      },
    },
    evolve: {
      MatchOpened: (_, { owner, rules }) => ({ status: 'open', owner, rules, board: emptyBoard(rules) }),
      MatchJoined: (state, { player }) => ({ ...state, status: 'playing', guest: player }),
      DiscDropped: (state, { side, column }) => ({ ...state, board: withDisc(state.board, column, side), last: column }),
      DiscTakenBack: (state, { column }) => ({ ...state, board: withoutDisc(state.board, column), last: undefined }),
      MatchWon: (state) => ({ ...state, status: 'won' }),
      MatchDrawn: (state) => ({ ...state, status: 'drawn' }),
    },
  });

export const match = matchUnder((opened) => opened);

const sideOf = ({ owner, guest }: Match, id: string) => (id === owner ? 'o' : id === guest ? 'x' : undefined);

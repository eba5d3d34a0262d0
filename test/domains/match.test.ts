import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineThrough, usualRules } from '../../domains/match/board.ts';
import { type Match, match, matchUnder } from '../../domains/match/decider.ts';
import { matchBoards } from '../../domains/match/projections/boards.ts';
import { matchMoves } from '../../domains/match/projections/moves.ts';
import { matchPlayers } from '../../domains/match/projections/players.ts';
import { matchEvents } from '../../events/match.ts';
import { decide, fold, isRefusal, readEvent, user } from '../../lib/index.ts';
import { deciding, projecting, sharing } from '../../lib/testing/index.ts';

const given = deciding(match);
const [ada, bob] = [user('ada'), user('bob')];
const opened = { type: 'MatchOpened', data: { owner: 'ada', rules: usualRules } } as const;
const joined = { type: 'MatchJoined', data: { player: 'bob' } } as const;
const dropped = (side: 'o' | 'x', column: number) => ({ type: 'DiscDropped', data: { side, column } }) as const;
const drop = (column: number) => ({ type: 'Drop', data: { column } }) as const;
/** Drops by turns. */
const drops = (...columns: readonly number[]) => columns.map((column, i) => dropped(i % 2 === 0 ? 'o' : 'x', column));
const playing = [opened, joined] as const;

describe('a match', () => {
  it('is opened by one player and joined by another', () => {
    given()
      .when({ type: 'Open', data: {} as never }, { actor: ada })
      .then(opened);
    given().when({ type: 'Open', data: usualRules }, { actor: ada }).then(opened);
    given(opened).when({ type: 'Join', data: {} }, { actor: ada }).rejected('same-player');
    given(opened).when({ type: 'Join', data: {} }, { actor: bob }).then(joined);
    given(...playing)
      .when({ type: 'Join', data: {} }, { actor: user('eve') })
      .rejected('match-not-open', { match: 'playing' });
  });

  it('is played by turns, by its players, where there is room', () => {
    given(...playing)
      .when(drop(3), { actor: ada })
      .then(dropped('o', 3));
    given(...playing)
      .when(drop(3), { actor: bob })
      .rejected('not-your-turn');
    given(...playing)
      .when(drop(3), { actor: user('eve') })
      .rejected('not-your-turn');
    given(...playing)
      .when(drop(9), { actor: ada })
      .rejected('no-such-column', { columns: 7 });
    given(...playing, ...drops(0, 0, 0, 0, 0, 0))
      .when(drop(0), { actor: ada })
      .rejected('column-full', { column: 0 });
    given(opened).when(drop(3), { actor: ada }).rejected('not-playing', { match: 'open' });
  });

  it('is won by four in a row, and says which', () =>
    given(...playing, ...drops(0, 6, 1, 6, 2, 6))
      .when(drop(3), { actor: ada })
      .then(dropped('o', 3), {
        type: 'MatchWon',
        data: { side: 'o', line: [0, 1, 2, 3].map((column) => ({ column, row: 0 })) },
      }));

  it('is won by whom the other gives up against', () =>
    given(...playing, ...drops(0))
      .when({ type: 'GiveUp', data: {} }, { actor: ada })
      .then({ type: 'MatchWon', data: { side: 'x', line: [] } }));

  it('lets a disc be taken back, until the other has answered', () => {
    const takeBack = { type: 'TakeBack', data: {} } as const;
    given(...playing, ...drops(3))
      .when(takeBack, { actor: ada })
      .then({ type: 'DiscTakenBack', data: { side: 'o', column: 3 } });
    given(...playing, ...drops(3, 3))
      .when(takeBack, { actor: ada })
      .rejected('not-your-disc');
    given(...playing)
      .when(takeBack, { actor: ada })
      .rejected('not-your-disc');
  });

  it('was on the usual board before there were others', () =>
    expect(readEvent(matchEvents, { type: 'MatchOpened', v: 1, data: { owner: 'ada' } })).toEqual(opened));

  it('ends as drawn or won, at the latest when the board is full, and each column holds what was dropped into it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 60 }), (columns) => {
        const rules = { columns: 5, rows: 4, inLine: 4 };
        let state = fold(match, match.initial, [{ ...opened, data: { owner: 'ada', rules } }, joined]) as Match;
        const drops: number[] = [];
        for (const column of columns) {
          const outcome = decide(match, state, drop(column), { id: '1', actor: drops.length % 2 === 0 ? ada : bob, at: '' });
          if (isRefusal(outcome)) {
            expect(state.status !== 'playing' || state.board[column]!.length === rules.rows).toBe(true);
            continue;
          }
          state = fold(match, state, outcome) as Match;
          drops.push(column);
          expect(state.board.map(({ length }) => length)).toEqual(
            state.board.map((_, at) => drops.filter((each) => each === at).length),
          );
          expect(state.status === 'won').toBe(lineThrough(state.board, column, rules) !== undefined);
        }
        if (drops.length === rules.columns * rules.rows) expect(state.status).toMatch(/won|drawn/);
      }),
      { numRuns: 200 },
    );
  });

  it('comes to another end under other rules', () => {
    const threeInLine = deciding(matchUnder((rules) => ({ ...rules, inLine: 3 })));
    const won = { type: 'MatchWon', data: { side: 'o', line: [0, 1, 2].map((column) => ({ column, row: 0 })) } } as const;
    threeInLine(opened, joined, ...drops(0, 6, 1, 6))
      .when(drop(2), { actor: ada })
      .then(dropped('o', 2), won);
  });
});

describe('the views of a match', () => {
  const won = { type: 'MatchWon', data: { side: 'o', line: [{ column: 3, row: 0 }] } } as const;
  const drawn = { type: 'MatchDrawn', data: {} } as const;
  const minute = (n: number) => `2026-11-21T12:0${n}:00.000Z`;

  it('show the board to spectators', () =>
    projecting(matchBoards)(opened, joined, ...drops(3, 3), { type: 'DiscTakenBack', data: { side: 'x', column: 3 } }, won).rows({
      status: 'won',
      rules: usualRules,
      columns: ['', '', '', 'o', '', '', ''],
      board: [...Array<string>(5).fill('.......'), '...o...'],
      next: 'x',
      winner: 'o',
      line: won.data.line,
      changedAt: minute(6),
    }));

  it('keep its course, with the time since it began', () =>
    projecting(matchMoves)(opened, joined, [...drops(3), won]).rows(
      { what: 'MatchJoined', at: minute(2), after: 0 },
      { what: 'DiscDropped', side: 'o', column: 3, at: minute(3), after: 60_000 },
      { what: 'MatchWon', side: 'o', at: minute(3), after: 60_000 },
    ));

  it('count for each player how the matches went', () =>
    sharing(matchPlayers)({ a: [opened, joined, won], b: [opened], c: [opened, joined, drawn] }).rows({
      ada: { playing: 1, won: 1, lost: 0, drawn: 1 },
      bob: { playing: 0, won: 0, lost: 1, drawn: 1 },
    }));
});

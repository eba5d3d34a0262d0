import type { Match } from '../../../domains/match/decider.ts';
import { user } from '../../../lib/index.ts';
import type { Invariant, Workload } from '../../../lib/testing/simulator.ts';
import { statesOf } from './states.ts';

const players = [user('ada'), user('bob')];
const rules = { columns: 4, rows: 4, inLine: 3 };

/** Two players over two matches on a small board, and sometimes a third person. */
export const matchWorkload: Workload = (dice, n) => {
  const ask = (id: string, type: string, data: object, actor = dice.pick(players)) => ({
    category: 'match',
    id,
    type,
    data,
    actor,
  });
  if (n < 4) return ask(`m${n % 2}`, n < 2 ? 'Open' : 'Join', n < 2 ? rules : {}, players[n < 2 ? 0 : 1]!);
  const type = dice.chance(0.85) ? 'Drop' : dice.pick(['TakeBack', 'GiveUp', 'Join', 'Open']);
  const data = type === 'Drop' ? { column: dice.below(5) } : type === 'Open' ? rules : {};
  return ask(`m${dice.below(2)}`, type, data, dice.chance(0.05) ? user('eve') : dice.pick(players));
};

/** Each disc that was dropped and not taken back is on the board, by turns, and no match goes on after its end. */
export const discsAreConserved: Invariant = ({ streams, views }) => {
  for (const { stream, state, events } of statesOf(streams, 'match')) {
    const { board, status } = state as Match;
    const count = (type: string) => events.filter((event) => event.type === type).length;
    const discs = board.join('');
    if (discs.length !== count('DiscDropped') - count('DiscTakenBack')) return `${stream} has lost a disc`;
    if (discs.replaceAll('o', '').length !== Math.floor(discs.length / 2)) return `${stream} was not played by turns`;
    const ends = count('MatchWon') + count('MatchDrawn');
    if (ends > 1 || (ends === 1) !== /won|drawn/.test(status)) return `${stream} is ${status} after ${ends} ends`;
    const row = views.get('match-boards')?.find((item) => item.stream === stream && item.sort === 'head')?.row;
    if (JSON.stringify((row as { columns?: unknown }).columns) !== JSON.stringify(board))
      return `${stream} is shown with another board`;
  }
  return undefined;
};

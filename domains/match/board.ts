/** The size of the board, and how many discs in a line win. */
export type Rules = Readonly<{ columns: number; rows: number; inLine: number }>;

/** The usual board, known from toy shops. */
export const usualRules: Rules = { columns: 7, rows: 6, inLine: 4 };

export type Side = 'o' | 'x';
export type Cell = Readonly<{ column: number; row: number }>;

/** The columns from the left, each with its discs from the bottom: 'oxo'. */
export type Board = readonly string[];

export const emptyBoard = ({ columns }: Rules): Board => Array<string>(columns).fill('');

export const withDisc = (board: Board, column: number, side: Side): Board =>
  board.map((discs, at) => (at === column ? discs + side : discs));

export const withoutDisc = (board: Board, column: number): Board =>
  board.map((discs, at) => (at === column ? discs.slice(0, -1) : discs));

/** Whose turn it is, by the number of discs. */
export const nextOn = (board: Board): Side => (board.join('').length % 2 === 0 ? 'o' : 'x');

export const otherThan = (side: Side): Side => (side === 'o' ? 'x' : 'o');

const directions = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
] as const;

/** The cells of a line that is long enough through the topmost disc of a column, or undefined. */
export const lineThrough = (board: Board, column: number, { inLine }: Rules): readonly Cell[] | undefined => {
  const last = { column, row: board[column]!.length - 1 };
  const along = (from: Cell, right: number, up: number): readonly Cell[] => {
    const next = { column: from.column + right, row: from.row + up };
    return board[next.column]?.[next.row] === board[column]![last.row] ? [next, ...along(next, right, up)] : [];
  };
  const lines = directions.map(([right, up]) => [...along(last, -right, -up).toReversed(), last, ...along(last, right, up)]);
  return lines.find(({ length }) => length >= inLine);
};

/** The rows from the top, as a spectator sees them. */
export const drawn = (board: Board, { rows }: Rules): readonly string[] =>
  Array.from({ length: rows }, (_, i) => board.map((discs) => discs[rows - 1 - i] ?? '.').join(''));

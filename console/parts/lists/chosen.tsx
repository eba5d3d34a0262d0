import { useState } from 'preact/hooks';
import type { Column } from '../table.tsx';

/** Rows that are ticked, for something done to many of them: the column of ticks, and those rows that are ticked and still there. */
export const useChosen = <Row,>(rows: readonly Row[], keyOf: (row: Row) => string) => {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const chosen = rows.filter((row) => keys.has(keyOf(row)));
  const turn = (key: string) => {
    const next = new Set(keys);
    if (!next.delete(key)) next.add(key);
    setKeys(next);
  };
  const column: Column<Row> = {
    name: 'Chosen',
    of: (row) => (
      <input
        type="checkbox"
        aria-label={`Choose ${keyOf(row)}`}
        checked={keys.has(keyOf(row))}
        onChange={() => turn(keyOf(row))}
      />
    ),
  };
  return {
    chosen,
    column,
    all: () => setKeys(new Set(rows.map(keyOf))),
    none: () => setKeys(new Set()),
  };
};

/** The columns of rows of which nothing is known but themselves: `id` first, then the fields in the order in which they are met. */
export const columnsOf = (rows: readonly object[]): readonly string[] => {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...(names.has('id') ? ['id'] : []), ...[...names].filter((name) => name !== 'id')];
};

const longest = 80;

const isMark = (value: unknown, mark: 'masked' | 'erased'): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 1 &&
  (value as Record<string, unknown>)[mark] === true;

/** A field of a row as one line of text. A personal value that is not shown says why. */
export const cellOf = (value: unknown): string => {
  if (value === undefined) return '';
  if (isMark(value, 'masked')) return 'masked';
  if (isMark(value, 'erased')) return 'erased';
  const text = typeof value === 'string' ? value : typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
};

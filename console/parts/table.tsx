import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { useWalk } from './lists/walk.ts';

export type Column<Row> = Readonly<{ name: string; of: (row: Row) => ComponentChildren; isNumber?: boolean }>;

type Props<Row> = Readonly<{
  /** What the table lists, for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** What Enter and a click do with a row. */
  choose?: (row: Row) => void;
  chosen?: string | undefined;
}>;

/** A table whose rows the keys j, k, arrows and Enter go through. */
export const Table = <Row,>({ label, columns, rows, keyOf, choose, chosen }: Props<Row>) => {
  const body = useRef<HTMLTableSectionElement>(null);
  useWalk(body, 'tr[tabindex]');
  return (
    <div class="table-scroll">
      <table class="table" aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ name, isNumber }) => (
              <th key={name} scope="col" class={isNumber ? 'number' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => {
            const key = keyOf(row);
            return (
              <tr
                key={key}
                {...(choose && {
                  tabIndex: 0,
                  'aria-selected': chosen === key,
                  onClick: (event: MouseEvent) => !(event.target as HTMLElement).closest('a,button,input') && choose(row),
                  onKeyDown: (event: KeyboardEvent) =>
                    event.key === 'Enter' && event.target === event.currentTarget && choose(row),
                })}
              >
                {columns.map(({ name, of, isNumber }) => (
                  <td key={name} class={isNumber ? 'number' : undefined}>
                    {of(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
};

import type { Row } from '../../parts/rows/asked.ts';
import { Rows } from '../../parts/rows/rows.tsx';
import { href } from '../../router.ts';
import { type Desk, type DeskView, entityOf } from './described.ts';

/** What may be sent to the stream that a row is of. */
const Sendable = ({ desk, view, row }: Readonly<{ desk: Desk; view: DeskView; row: Row }>) => {
  const entity = entityOf(view, row);
  const commands = desk.commands.filter(({ category }) => category === entity?.category);
  if (!entity || commands.length === 0) return null;
  return (
    <nav class="row" aria-label={`Commands of this ${entity.category}`}>
      {commands.map(({ category, name }) => (
        <a key={name} class="button" href={href(['desk', 'command', category, name], { id: entity.id })}>
          {name}
        </a>
      ))}
    </nav>
  );
};

/** The rows of a view that the caller may see. */
export const ViewPage = ({ desk, view, query }: Readonly<{ desk: Desk; view: DeskView; query: URLSearchParams }>) => (
  <>
    <header>
      <h1>{view.name}</h1>
      <span class="dim">{view.isOwn ? 'Your own rows.' : 'All rows that your roles may see.'}</span>
      <a href={href(['desk'])}>Desk</a>
    </header>
    <Rows
      view={view}
      query={query}
      at={['desk', 'view', view.name]}
      consistent
      beside={(row) => <Sendable desk={desk} view={view} row={row} />}
    />
  </>
);

import type { ViewModel } from '../../../lib/engine/model/model.ts';
import type { RowsOf } from '../../parts/rows/asked.ts';
import { Rows as RowsAsked } from '../../parts/rows/rows.tsx';

/** A view of the model, as its rows are asked for by an operator. */
const rowsOf = ({ name, kind, lists, filters, from }: ViewModel): RowsOf => ({
  name,
  needsId: ['rows-per-stream', 'row-per-commit', 'rows-per-commit'].includes(kind),
  lists,
  filters,
  hasOwner: true,
  streamOf: (id) => {
    if (kind !== 'row-per-stream') return undefined;
    return from.length === 1 ? `${from[0]!.category}-${id}` : id;
  },
});

/** The rows of a view, in the revision that answers. */
export const Rows = ({ view, query }: Readonly<{ view: ViewModel; query: URLSearchParams }>) => (
  <>
    <p class="dim">The rows of the revision that answers. Personal values are shown as your roles may see them.</p>
    <RowsAsked
      view={rowsOf(view)}
      query={query}
      at={['views', view.name, 'rows']}
      keep={{ revision: query.get('revision') ?? '' }}
    />
  </>
);

import type { ComponentChildren } from 'preact';
import { usePoll } from '../load.ts';

/** How many rows a page has: as many more are a task that one notices, on a slow processor. */
export const perPage = 50;

/** How many pages without a row are passed over before the reader is asked to go on. */
const mostEmpty = 20;

/** A page of a list whose rows are found by going through others: pages without any are passed over. */
export const paged = async <Page extends Readonly<{ cursor?: string }>>(
  read: (cursor: string | undefined) => Promise<Page>,
  rowsOf: (page: Page) => readonly unknown[],
  from: string | undefined,
): Promise<Page> => {
  let page = await read(from);
  for (let turns = 0; rowsOf(page).length === 0 && page.cursor !== undefined && turns < mostEmpty; turns++)
    page = await read(page.cursor);
  return page;
};

/**
 * The page of a list that an address asks for, with that address: what is ticked is of one page. Until the next one is there the rows are left alone; they
 * would be drawn once more for nothing. It is read again every so often, if at all.
 */
export const usePage = <Page extends object>(query: URLSearchParams, often: number | undefined, read: () => Promise<Page>) => {
  const of = query.toString();
  return usePoll(async () => ({ ...(await read()), of }), often, [of]);
};

/** The rows of a page. Nothing can be ticked or done while those of another address are on their way: it would be lost with the rows. */
export const OfPage = ({
  of,
  query,
  children,
}: Readonly<{ of: string; query: URLSearchParams; children: ComponentChildren }>) => (
  <fieldset class="plain" disabled={of !== query.toString()} key={of}>
    {children}
  </fieldset>
);

type Props = Readonly<{ to: (cursor?: string) => string; cursor: string; next?: string | undefined }>;

/** The ways from a page of a list to others: each has an address. */
export const Pages = ({ to, cursor, next }: Props) =>
  cursor === '' && next === undefined ? null : (
    <nav class="row" aria-label="Pages">
      {cursor !== '' && (
        <>
          <button type="button" class="button" onClick={() => history.back()}>
            Previous page
          </button>
          <a class="button" href={to()}>
            First page
          </a>
        </>
      )}
      {next === undefined ? (
        <span class="dim">This is the last page.</span>
      ) : (
        <a class="button" href={to(next)}>
          Next page
        </a>
      )}
    </nav>
  );

import type { Direction, Listing, Paging, ViewItem } from '../ports.ts';

/** A row in an index of which no more is used than its keys: where its item is, and its place in the index. */
export type RowPlace = Readonly<{ key: string; sort: string; at: string }>;

/** The part of the port through which queries read a revision's table that is for indexes that hold keys only. Any index answers it. */
export interface KeyedReader {
  /** One partition of a declared list, as `list` reads it, or an owner's heads as `all` does: where the rows are. */
  places(
    options: Omit<Paging, 'where'> &
      Readonly<{ direction: Direction }> &
      (Readonly<{ list: string; partition: string }> | Readonly<{ owner: string }>),
  ): Promise<Readonly<{ places: readonly RowPlace[]; next?: Listing['next'] }>>;
  /** The items at these places that are there, in no order. The read is not consistent: each may be later than its place, or earlier. */
  itemsAt(places: readonly RowPlace[]): Promise<readonly ViewItem[]>;
}

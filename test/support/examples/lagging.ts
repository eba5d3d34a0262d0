import type { ViewItem } from '../../../lib/engine/ports.ts';
import { type MemoryView, memoryView } from '../../../lib/testing/memory/view.ts';

export type LaggingView = MemoryView & {
  /** The contents of the indexes. */
  readonly indexes: MemoryView;
  /** Lets the indexes learn the next so many of the writes that they do not know yet. */
  catchUp(writes?: number): Promise<void>;
};

/** A view's table whose indexes, and whose scan, are behind it; pages of an index end early where `shorten` says so. */
export const laggingView = (shorten: (limit: number) => number = (limit) => limit): LaggingView => {
  const table = memoryView();
  const indexes = memoryView();
  const behind: (readonly [ViewItem, before?: ViewItem])[] = [];
  const shortly = async <O extends { limit: number }, A>(ask: (options: O) => Promise<A>, options: O): Promise<A> =>
    ask({ ...options, limit: shorten(options.limit) });
  return {
    ...table,
    indexes,
    putHead: async (head, expected) => {
      const done = await table.putHead(head, expected);
      if (done === 'written') behind.push([head]);
      return done;
    },
    putRow: async (row, before) => {
      const put = await table.putRow(row, before);
      behind.push([row, before]);
      return put;
    },
    catchUp: async (writes = behind.length) => {
      for (const [item, before] of behind.splice(0, writes))
        if (item.sort === 'head') await indexes.putHead(item, await indexes.head(item.key));
        else await indexes.putRow(item, before);
    },
    rowsOf: (key, options) => (options.consistent ? table : indexes).rowsOf(key, options),
    all: (options) => shortly(options.consistent && options.owner === undefined ? table.all : indexes.all, options),
    list: (options) => shortly(indexes.list, options),
    places: (options) => shortly(indexes.places, options),
  };
};

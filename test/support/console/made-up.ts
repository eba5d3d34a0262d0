import type { Commit } from '../../../lib/core/commit.ts';
import type { InstanceRow } from '../../../lib/core/process/instances-view.ts';
import type { Made } from './served.ts';

/** Answers about one stream, page by page, as the API cuts them. */
export const storedPages =
  (commits: readonly Commit[]): Made =>
  (path, query) => {
    const { stream } = commits[0]!;
    if (path !== `/ops/streams/${stream.replace('-', '/')}/stored`) return undefined;
    const [from, limit] = [Number(query.get('from') ?? 1), Number(query.get('limit') ?? 100)];
    const next = from + limit;
    return { stream, commits: commits.slice(from - 1, next - 1), ...(next <= commits.length && { next }) };
  };

/** Answers with as many instances of a process; some of their pages are empty, since a filter goes through others. */
export const instancePages =
  (all: number, isEmpty: (page: number) => boolean = () => false): Made =>
  (path, query) => {
    if (path !== '/ops/processes') return undefined;
    const [from, size] = [Number(query.get('cursor') ?? 0), Number(query.get('limit') ?? 50)];
    const at = new Date().toISOString();
    const rowOf = (i: number): InstanceRow => ({
      ...{ process: 'p', instance: `i${i}`, status: 'running', since: at, startedAt: at, changedAt: at, open: 0 },
    });
    const count = isEmpty(from / size) ? 0 : Math.min(size, all - from);
    return {
      processes: [],
      instances: Array.from({ length: count }, (_, i) => rowOf(from + i)),
      ...(from + size < all && { cursor: String(from + size) }),
    };
  };

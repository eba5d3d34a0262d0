import type { Commit } from '../../core/commit.ts';
import { dynamoDb } from '../../engine/limits.ts';
import type { Blanking } from '../../engine/operate/ports.ts';
import type { Page, Range, Store } from '../../engine/ports.ts';
import { itemSize } from '../../engine/store/size.ts';
import { storable } from '../../engine/store/storable.ts';
import { checkTogether, nextOf } from '../../engine/store/transaction.ts';
import { firstPage } from './page-bytes.ts';

export type MemoryStore = Store & {
  /** Every commit in the order in which they were stored, as a stream of the table delivers them. */
  stored(): readonly Commit[];
  /** Makes it hold exactly these, as a restored table does. */
  restore(commits: readonly Commit[]): void;
} & Blanking;

const keyOf = (stream: string, commit: number) => `${stream}/${commit}`;

/** A commit as the table would take it: in full, or with an error. */
const taken = (commit: Commit): Commit => {
  const { events, ...rest } = commit;
  const copy = {
    ...storable(rest, 'commit'),
    events: events.map((event, i) => ({ ...event, data: storable(event.data, `events[${i}].data`) })),
  };
  if (itemSize(copy) > dynamoDb.itemBytes)
    throw new Error(`${commit.stream} ${commit.commit}: an item has at most ${dynamoDb.itemBytes} bytes.`);
  return copy;
};

/** As DynamoDB pages: until the limit, or until the page is full; whether anything follows is known only when it ended early. */
const pageOf = (
  commits: readonly Commit[],
  { limit = Number.POSITIVE_INFINITY, newestFirst }: Range,
  pageBytes: number,
): Page => {
  const page = structuredClone(firstPage(commits, limit, pageBytes));
  const last = page.at(-1);
  if (!last || (page.length === commits.length && page.length < limit)) return { commits: page };
  return { commits: page, next: last.commit + (newestFirst ? -1 : 1) };
};

/** The commits in memory, with the same conditions, answers, limits and pages as the table. */
export const memoryStore = ({ pageBytes = dynamoDb.pageBytes }: Readonly<{ pageBytes?: number }> = {}): MemoryStore => {
  const commits = new Map<string, Commit>();
  /** The same commits by stream: a read of one among many streams looks at its own alone. */
  const streams = new Map<string, Commit[]>();
  const put = (commit: Commit): void => {
    commits.set(keyOf(commit.stream, commit.commit), commit);
    const own = streams.get(commit.stream);
    if (own) own.push(commit);
    else streams.set(commit.stream, [commit]);
  };
  const at = (stream: string, commit: number): Commit | undefined => structuredClone(commits.get(keyOf(stream, commit)));
  return {
    append: async (commit) => {
      const copy = taken(commit);
      const winner = at(commit.stream, commit.commit);
      if (winner) return { stored: false, winner };
      put(copy);
      return { stored: true };
    },
    appendTogether: async (together, unmoved) => {
      checkTogether(together, unmoved);
      const copies = together.map(taken);
      const winners = [...together, ...unmoved.map(nextOf)].flatMap(({ stream, commit }) => at(stream, commit) ?? []);
      if (winners.length > 0) return { stored: false, winners };
      for (const copy of copies) put(copy);
      return { stored: true };
    },
    read: async (stream, range) => {
      const { from, to = Number.POSITIVE_INFINITY, newestFirst } = range;
      const inRange = (streams.get(stream) ?? [])
        .filter(({ commit }) => commit >= from && commit <= to)
        .sort((a, b) => (newestFirst ? b.commit - a.commit : a.commit - b.commit));
      const { next, commits: page } = pageOf(inRange, range, pageBytes);
      return { commits: page, ...(next !== undefined && next >= from && next <= to && { next }) };
    },
    find: async (stream, commit) => at(stream, commit),
    blank: async (left) => {
      const there = commits.get(keyOf(left.stream, left.commit));
      if (!there) throw new Error(`${left.stream} has no commit ${left.commit}.`);
      const own = streams.get(left.stream)!;
      const copy = taken(left);
      commits.set(keyOf(left.stream, left.commit), copy);
      own[own.indexOf(there)] = copy;
    },
    stored: () => structuredClone([...commits.values()]),
    restore: (earlier) => {
      commits.clear();
      streams.clear();
      for (const commit of earlier) put(taken(commit));
    },
  };
};

import type { FoundStream, Wanted } from '../../../lib/engine/history/find-streams.ts';

const names = ['category', 'type', 'actor', 'since', 'until'] as const;

/** What an address looks for. */
export const wantedIn = (query: URLSearchParams): Wanted =>
  Object.fromEntries(names.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : [])));

/** The streams of several pages, each once; the newest of its commits counts, wherever it was found. */
export const merged = (before: readonly FoundStream[], page: readonly FoundStream[]): readonly FoundStream[] => {
  const all = new Map(before.map((each) => [each.stream, each]));
  for (const each of page) {
    const known = all.get(each.stream);
    const newest = known && known.commit > each.commit ? known : each;
    all.set(each.stream, { ...newest, found: each.found + (known?.found ?? 0) });
  }
  return [...all.values()].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
};

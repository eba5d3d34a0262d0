/** A commit of this client, the token that names it, and the views that have answered with it. */
type Written = Readonly<{
  token: string;
  stream: string;
  commit: number;
  at: number;
  bearer: string | undefined;
  reached: Set<string>;
}>;

/** A command's answer, as far as it says what was written. */
export type Committed = Readonly<{ stream: string; commit: number; events: readonly Readonly<{ type: string }>[] }>;

/** The API takes this many in one request. */
const mostSent = 20;
/** A gateway takes headers of 10 KB in all. */
const longestHeader = 6_000;
const mostKept = 200;
/** The time for which a token goes along that a view has reached: an index of the view may be behind its table (milliseconds). */
const settled = 60_000;

/**
 * What a client has written, as far as a view may not show it yet: the last commit of each event type of each stream. The last commit alone would not do:
 * a view that handles none of its events need not have applied the one before.
 */
export const writing = (now: () => number) => {
  const kept = new Map<string, Written>();
  const all = () => [...new Set(kept.values())];
  const drop = (isDropped: (one: Written) => boolean) => {
    for (const [key, one] of kept) if (isDropped(one)) kept.delete(key);
  };
  const isAwaited = (view: string) => (one: Written) => !one.reached.has(view);

  return {
    /** Keeps the token of an answer. That of a command without effect stands for all earlier commits of its stream. */
    note: ({ stream, commit, events }: Committed, token: string, bearer: string | undefined): void => {
      const one: Written = { token, stream, commit, at: now(), bearer, reached: new Set() };
      if (events.length === 0) drop((other) => other.stream === stream && other.commit <= commit);
      for (const key of events.length === 0 ? [stream] : events.map(({ type }) => `${stream} ${type}`)) {
        if ((kept.get(key)?.commit ?? 0) > commit) continue;
        kept.delete(key);
        kept.set(key, one);
      }
      for (const key of kept.keys()) if (kept.size > mostKept) kept.delete(key);
    },
    /** The tokens for one request to a view: those that it has not reached before others, those of the stream that is asked for first of all. */
    pick: (view: string, id?: string): readonly string[] => {
      const first = (one: Written) => Number(isAwaited(view)(one)) + (id !== undefined && one.stream.endsWith(id) ? 2 : 0);
      const sent = all()
        .filter((one) => isAwaited(view)(one) || now() - one.at < settled)
        .toSorted((a, b) => first(b) - first(a) || b.at - a.at)
        .slice(0, mostSent)
        .map(({ token }) => token);
      while (sent.length > 1 && sent.join(', ').length > longestHeader) sent.pop();
      return sent;
    },
    /** A view has answered with these tokens. */
    reached: (view: string, tokens: readonly string[]): void => {
      for (const one of all()) if (tokens.includes(one.token)) one.reached.add(view);
    },
    isAwaiting: (view: string): boolean => all().some(isAwaited(view)),
    /** The API does not know a token: those of another caller go, or all if there is none. */
    forget: (bearer: string | undefined): void => {
      const isForeign = (one: Written) => one.bearer !== bearer;
      drop(all().some(isForeign) ? isForeign : () => true);
    },
  };
};

export type Writing = ReturnType<typeof writing>;

import type { Commit } from '../../../lib/core/commit.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import type { Keys, Store } from '../../../lib/engine/ports.ts';
import type { Mutant } from '../bank.ts';

const withStore = (change: (store: Store) => Partial<Store>) => (commanding: Commanding) => ({
  ...commanding,
  store: { ...commanding.store, ...change(commanding.store) },
});
const withHash = (change: (text: string, keys: Keys) => string) => (commanding: Commanding) => ({
  ...commanding,
  keys: { ...commanding.keys, hash: (text: string) => change(text, commanding.keys) },
});
let fresh = 0;

/** Mechanisms that the store relies on, each removed alone: the property must notice every one. */
export const mutants: Readonly<Record<string, Mutant>> = {
  'the condition of a Put': {
    base: (store) => ({
      ...store,
      append: async (commit) => {
        store.restore([
          ...store.stored().filter((other) => other.stream !== commit.stream || other.commit !== commit.commit),
          commit,
        ]);
        return { stored: true };
      },
    }),
  },
  'the answer of a failed condition': {
    ports: withStore(({ append }) => ({ append: async (commit) => ({ ...(await append(commit)), stored: true }) })),
  },
  "the recognition of one's own command id": {
    request: (request) => ({
      ...request,
      get id() {
        return `${request.id}~${fresh++}`;
      },
    }),
  },
  'the memory of recent command ids': {
    ports: withHash((text, keys) => keys.hash(/^(http|process)\//.test(text) ? `${text}~${fresh++}` : text)),
  },
  'the age limit of the cache': {
    ports: (commanding) => ({
      ...commanding,
      settings: { ...commanding.settings, cacheAgeMilliseconds: Number.POSITIVE_INFINITY },
    }),
  },
  'the distrust of a cached state from the future': {
    ports: (commanding) => {
      let latest = 0;
      const now = () => {
        latest = Math.max(latest, commanding.clock.now());
        return latest;
      };
      return { ...commanding, clock: { ...commanding.clock, now } };
    },
  },
  'the time for which a restored table takes no writes': { closedFor: 0 },
  "the snapshot's check": { ports: withHash((text, keys) => (text.startsWith('snapshot ') ? 'fits' : keys.hash(text))) },
  'the reading before a refusal': {
    ports: withStore(({ read }) => ({
      read: async (stream, range) =>
        range.from > 1 ? { commits: (await read(stream, range)).commits.slice(0, 1) } : read(stream, range),
    })),
  },
  'the consistency of reads': {
    ports: withStore(({ read }) => ({
      read: async (stream, range) => ({ commits: (await read(stream, range)).commits.slice(0, -1) }),
    })),
  },
  'the look at the last known commit itself': {
    ports: withStore(({ read, append }) => {
      const known = new Map<string, Commit>();
      const keep = (commits: readonly Commit[]) => {
        for (const commit of commits) known.set(`${commit.stream} ${commit.commit}`, commit);
      };
      return {
        append: async (commit) => {
          const appended = await append(commit);
          if (appended.stored) keep([commit]);
          return appended;
        },
        read: async (stream, range) => {
          const page = await read(stream, range);
          keep(page.commits);
          const own = known.get(`${stream} ${range.from}`);
          return own && page.commits.length === 0 ? { commits: [own] } : page;
        },
      };
    }),
  },
};

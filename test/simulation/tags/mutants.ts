import { parseStream } from '../../../lib/core/stream.ts';
import { tagCategory } from '../../../lib/core/tag/stream.ts';
import { latest } from '../../../lib/engine/instant.ts';
import type { Store, Unmoved } from '../../../lib/engine/ports.ts';
import { commitHash } from '../../../lib/engine/store/known.ts';
import { nextOf } from '../../../lib/engine/store/transaction.ts';
import { memoryKeys } from '../../../lib/testing/memory/system.ts';
import type { Tamper } from '../../../lib/testing/simulator.ts';

const keys = memoryKeys();
const isTag = (stream: string) => parseStream(stream)?.category === tagCategory;

const appending = (change: (store: Store) => Store['appendTogether']): Tamper => ({
  commanding: (real) => ({ ...real, store: { ...real.store, appendTogether: change(real.store) } }),
});

const headOf = async (store: Store, stream: string) =>
  (await store.read(stream, { from: 1, newestFirst: true, limit: 1 })).commits[0];

/** The same append with its tags at the numbers that are free now. */
const atTheirHeads =
  (store: Store): Store['appendTogether'] =>
  async (commits, unmoved) => {
    const own = commits.map(async (commit) => {
      if (!isTag(commit.stream)) return commit;
      const { prev: _, ...rest } = commit;
      const head = await headOf(store, commit.stream);
      if (!head) return { ...rest, commit: 1, version: commit.events.length };
      const version = head.version + commit.events.length;
      return { ...rest, commit: head.commit + 1, version, prev: commitHash(keys, head), at: latest(head.at, rest.at) };
    });
    const now = unmoved.map(async ({ stream }) => ({ stream, commit: (await headOf(store, stream))?.commit ?? 0 }));
    return store.appendTogether(await Promise.all(own), await Promise.all(now));
  };

/** The mistakes that stores with such boundaries made in public, and the ones next to them. */
export const tagMutants: Readonly<Record<string, Tamper>> = {
  'a condition is checked before the append and not with it': appending((store) => async (commits, unmoved) => {
    const next = [...commits.filter(({ stream }) => isTag(stream)), ...unmoved.map(nextOf)];
    const moved = await Promise.all(next.map(({ stream, commit }) => store.find(stream, commit)));
    const winners = moved.filter((commit) => commit !== undefined);
    return winners.length > 0 ? { stored: false, winners } : atTheirHeads(store)(commits, []);
  }),
  'events are read before the version that they are guarded by': appending(atTheirHeads),
  'one of the tags has no condition': appending((store) => (commits, unmoved) => store.appendTogether(commits, unmoved.slice(1))),
  "a tag's position is taken from another read": appending((store) => (commits, unmoved) => {
    const last = Math.max(...[...commits, ...unmoved].map(({ commit }) => commit));
    return store.appendTogether(
      commits,
      unmoved.map((each): Unmoved => ({ ...each, commit: last })),
    );
  }),
  'an event is not entered in one of its tags': appending((store) => (commits, unmoved) => {
    const left = commits.findIndex(({ stream }) => isTag(stream));
    return store.appendTogether(
      commits.filter((_, i) => i !== left),
      unmoved,
    );
  }),
};

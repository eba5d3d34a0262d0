import type { Commanding } from '../../../lib/engine/command/request.ts';
import type { Store } from '../../../lib/engine/ports.ts';
import type { Tamper } from '../../../lib/testing/simulator.ts';

const appending = (change: (store: Store) => Store['appendTogether']): Tamper => ({
  commanding: (real) => ({ ...real, store: { ...real.store, appendTogether: change(real.store) } }),
});

/** The streams that are only decided on are read in another way. */
const readingFacts = (change: (store: Store) => Store['read']): Tamper => ({
  commanding: (real) => ({
    ...real,
    others: new Map(
      [...(real.others ?? [])].map(([category, other]): [string, Commanding] => [
        category,
        { ...other, store: { ...other.store, read: change(other.store) } },
      ]),
    ),
  }),
});

type Given = Readonly<{ facts: unknown }>;

/** At later tries of a command, `decide` gets the facts of the first one. */
const decidingAgainOnItsFirst: Tamper = (() => {
  const firsts = new WeakMap<object, unknown>();
  const changed = (decideOne: (...all: never[]) => unknown) => (state: never, data: object, given: Given) => {
    const first = firsts.get(data) ?? given.facts;
    firsts.set(data, first);
    return decideOne(state, data as never, { ...given, facts: first } as never);
  };
  return {
    commanding: (real) => ({
      ...real,
      decider: {
        ...real.decider,
        decide: Object.fromEntries(Object.entries(real.decider.decide).map(([type, one]) => [type, changed(one as never)])),
      } as unknown as typeof real.decider,
    }),
  };
})();

/** Mechanisms of guarded facts, each made wrong alone. */
export const factMutants: Readonly<Record<string, Tamper>> = {
  'an append does not check its facts': appending((store) => (commits) => store.appendTogether(commits, [])),
  'only the first fact is checked': appending(
    (store) => (commits, unmoved) => store.appendTogether(commits, unmoved.slice(0, 1)),
  ),
  'facts are checked before the append and not with it': appending((store) => async (commits, unmoved) => {
    const found = await Promise.all(unmoved.map(({ stream, commit }) => store.find(stream, commit + 1)));
    const winners = found.filter((commit) => commit !== undefined);
    return winners.length > 0 ? { stored: false, winners } : store.appendTogether(commits, []);
  }),
  'a refusal rests on a fact from the cache': readingFacts(
    (store) => async (stream, range) =>
      range.from > 1 ? { commits: (await store.read(stream, range)).commits.slice(0, 1) } : store.read(stream, range),
  ),
  'a command is decided again on the facts of its first try': decidingAgainOnItsFirst,
};

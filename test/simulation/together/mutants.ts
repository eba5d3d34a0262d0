import { withAlong } from '../../../lib/engine/command/along.ts';
import { settle } from '../../../lib/engine/command/handle.ts';
import type { Commanding } from '../../../lib/engine/command/request.ts';
import type { Store } from '../../../lib/engine/ports.ts';
import { isRefusal } from '../../../lib/index.ts';
import type { Tamper } from '../../../lib/testing/simulator.ts';

const appending = (change: (store: Store) => Store['appendTogether']): Tamper => ({
  commanding: (real) => ({ ...real, store: { ...real.store, appendTogether: change(real.store) } }),
});

/** The ports of what goes along, with another decider. */
const elsewhere = (change: (commanding: Commanding) => Commanding): Tamper => ({
  commanding: (real) => ({
    ...real,
    ...(real.others && { others: new Map([...real.others].map(([category, other]) => [category, change(other)])) }),
  }),
});

/** Mistakes with commands that take effect together. */
export const togetherMutants: Readonly<Record<string, Tamper>> = {
  'one of several is appended alone': appending(
    (store) => (commits, unmoved) => store.appendTogether(commits.slice(0, Math.max(1, commits.length - 1)), unmoved),
  ),
  'each is appended by itself': appending((store) => async (commits) => {
    for (const commit of commits) {
      const appended = await store.append(commit);
      if (!appended.stored) return { stored: false, winners: [appended.winner] };
    }
    return { stored: true };
  }),
  'the refusal of what goes along is ignored': elsewhere((commanding) => ({
    ...commanding,
    decider: {
      ...commanding.decider,
      decide: Object.fromEntries(
        Object.entries(commanding.decider.decide).map(([type, decide]) => [
          type,
          (...given: Parameters<typeof decide>) => {
            const outcome = decide(...given);
            return isRefusal(outcome) ? [] : outcome;
          },
        ]),
      ),
    },
  })),
  'the id is kept in the streams that go along, and not in the own one': {
    engine: (real) => ({
      ...real,
      handleCommand: async (commanding, request) => {
        const [own, ...along] = withAlong({ commanding, request });
        if (along.length === 0) return real.handleCommand(commanding, request);
        const { digest: _, ...rest } = own.request;
        return (await settle([{ ...own, request: { ...rest, id: `request/${commanding.keys.randomId()}` } }, ...along])).answer;
      },
    }),
  },
};

import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { reservationCategory } from '../../../lib/core/reservation.ts';
import { parseStream } from '../../../lib/core/stream.ts';
import type { Store } from '../../../lib/engine/ports.ts';
import type { Reacting } from '../../../lib/engine/process/react.ts';
import type { Tamper } from '../../../lib/testing/simulator.ts';
import { newestFirst } from '../mutants/process.ts';

const isReservation = ({ stream }: Commit) => parseStream(stream)?.category === reservationCategory;

const targets = (change: (reacting: NonNullable<ReturnType<Reacting['target']>>) => typeof reacting): Tamper => ({
  reacting: (real) => ({
    ...real,
    target: (category) => {
      const target = real.target(category);
      return target && change(target);
    },
  }),
});

/** The commits that are appended as one, changed by whoever appends them. */
const together = (change: (commits: readonly Commit[]) => readonly Commit[]): Tamper => {
  const over = (store: Store): Store => ({
    ...store,
    appendTogether: (commits, unmoved) => store.appendTogether(change(commits), unmoved),
  });
  return { commanding: (real) => ({ ...real, store: over(real.store) }) };
};

const unaware = new WeakMap<AnyDecider, AnyDecider>();
/** Made once for each decider: what the engine derives from one is kept by it. */
const withoutUnique = (decider: AnyDecider): AnyDecider => {
  const { unique: _, ...rest } = decider;
  const made = unaware.get(decider) ?? rest;
  unaware.set(decider, made);
  return made;
};

/**
 * Mutants that only show in a domain with features that the reference lacks: unique values, also of processes' targets, which change hands;
 * and instances that have several commands open to one target.
 */
export const madeUpMutants: Readonly<Record<string, Tamper>> = {
  'a later command is sent before an open earlier one': newestFirst,
  'a process sends to its targets past their unique values': targets((target) => ({
    ...target,
    decider: withoutUnique(target.decider),
  })),
  'what was released stays reserved': together((commits) =>
    commits.filter(({ events }) => events.every(({ type }) => type !== 'ValueReleased')),
  ),
  'a reservation has the time of its command, whatever is before it': together(([main, ...reservations]) => [
    main!,
    ...reservations.map((commit) => (isReservation(commit) ? { ...commit, at: main!.at } : commit)),
  ]),
  'a value that is taken is claimed all the same': {
    commanding: (real) => ({
      ...real,
      store: {
        ...real.store,
        // Nobody's claim is seen.
        read: async (stream, range) =>
          parseStream(stream)?.category === reservationCategory ? { commits: [] } : real.store.read(stream, range),
        appendTogether: (commits, unmoved) =>
          real.store.appendTogether(
            commits.filter((commit) => !isReservation(commit)),
            unmoved,
          ),
      },
    }),
  },
};

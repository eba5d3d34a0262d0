import type { Snapshots, Store } from '../../lib/engine/ports.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** A fault that a test put there: whatever else is thrown is a finding. */
export class Injected extends Error {
  override name = 'Injected';
}

/**
 * The fate of a call. `fails`: it never arrives. `loses`: it takes effect, and its answer gets lost. `retries`: the same, and the client
 * library sends it again by itself. `crashes`: it takes effect, and the instance dies.
 */
export type Fate = 'works' | 'fails' | 'loses' | 'retries' | 'crashes';
export type Odds = Readonly<Partial<Record<Exclude<Fate, 'works'>, number>>>;

/** A caller: the calls of a dead one still arrive, but nobody gets the answers. */
export type Caller = Readonly<{ alive: () => boolean; crash: () => void }>;

export type Network = Readonly<{
  time: SimulatedTime;
  random: () => number;
  odds: Odds;
  /** The longest time of one way; one in ten takes ten times as long. */
  milliseconds: number;
  /** False from the moment on in which a call on its way is not to arrive any more. */
  open: () => () => boolean;
}>;

const fateOf = (odds: Odds, random: () => number): Fate => {
  let left = random();
  for (const [fate, odd] of Object.entries(odds)) {
    left -= odd;
    if (left < 0) return fate as Fate;
  }
  return 'works';
};

export const calling =
  ({ time, random, odds, milliseconds, open }: Network, caller: () => Caller) =>
  <T>(effect: () => Promise<T>, mayCrash = true): Promise<T> =>
    new Promise((resolve, reject) => {
      const { alive, crash } = caller();
      const arrives = open();
      const fate = fateOf(odds, random);
      const way = () => random() * milliseconds * (random() < 0.1 ? 10 : 1);
      const back = (answer: () => void) =>
        time.after(way(), () => {
          if (alive()) answer();
        });
      const arrive = async (retry: boolean): Promise<void> => {
        if (!arrives()) return;
        if (fate === 'fails') return back(() => reject(new Injected('The call did not arrive.')));
        try {
          const answer = await effect();
          if (retry) return time.after(way(), () => void arrive(false));
          if (fate === 'crashes' && mayCrash) return crash();
          back(() => (fate === 'loses' ? reject(new Injected('The answer got lost.')) : resolve(answer)));
        } catch (cause) {
          back(() => reject(cause));
        }
      };
      time.after(way(), () => void arrive(fate === 'retries'));
    });

/** A store at the other end of a network. */
export const distantStore = (network: Network, caller: () => Caller, store: Store): Store => {
  const call = calling(network, caller);
  return {
    append: (commit) => call(() => store.append(commit)),
    appendTogether: (commits, unmoved) => call(() => store.appendTogether(commits, unmoved)),
    read: (stream, range) => call(() => store.read(stream, range)),
    find: (stream, commit) => call(() => store.find(stream, commit)),
  };
};

/** Snapshots at the other end of a network. */
export const distantSnapshots = (network: Network, caller: () => Caller, snapshots: Snapshots): Snapshots => {
  const call = calling(network, caller);
  return {
    load: (stream, code) => call(() => snapshots.load(stream, code)),
    save: (snapshot, impossible) => call(() => snapshots.save(snapshot, impossible)),
  };
};

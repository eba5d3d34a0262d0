import type { Commit } from '../../../core/commit.ts';
import type { AnyDecider } from '../../../core/decider.ts';
import { heldAs, type Reservation, reservationCategory } from '../../../core/reservation.ts';
import { parseStream } from '../../../core/stream.ts';
import { memoryKeys } from '../../memory/system.ts';

const keys = memoryKeys();

type States = ReadonlyMap<string, unknown>;

/** The faults of unique values: two streams that have the same. */
export const uniqueFault = (decider: AnyDecider, states: States): string | undefined => {
  for (const [name, held] of Object.entries(decider.unique ?? {})) {
    const holders = new Map<string, string>();
    for (const [stream, state] of states) {
      const value = heldAs(held(state as never));
      if (value === undefined) continue;
      if (holders.has(value)) return `${stream} and ${holders.get(value)} have the same ${name}: ${value}`;
      holders.set(value, stream);
    }
  }
  return undefined;
};

const isReservation = (stream: string) => parseStream(stream)?.category === reservationCategory;

/** A claim or a release comes with the commit that needs it: the two have one command and list each other. */
const aloneFault = (streams: ReadonlyMap<string, readonly Commit[]>): string | undefined => {
  for (const [stream, commits] of streams)
    for (const { commit, command, siblings = [] } of isReservation(stream) ? commits : []) {
      const others = siblings.map((place) => streams.get(place.stream)?.[place.commit - 1]);
      const lists = ({ siblings: back = [] }: Commit) => back.some((place) => place.stream === stream && place.commit === commit);
      if (others.length === 0 || others.some((other) => other?.command !== command || !lists(other)))
        return `${stream} ${commit} claims or releases without the commit that needs it`;
    }
  return undefined;
};

/** The faults of the reservations: each value of a stream is reserved for it, and nothing else is reserved. */
export const reservationsFault = async (
  deciders: readonly AnyDecider[],
  states: States,
  streams: ReadonlyMap<string, readonly Commit[]>,
): Promise<string | undefined> => {
  const wanted = new Map<string, string>();
  for (const { category, unique = {} } of deciders)
    for (const [name, held] of Object.entries(unique))
      for (const [stream, state] of states) {
        if (parseStream(stream)?.category !== category) continue;
        const value = heldAs(held(state as never));
        if (value === undefined) continue;
        const digest = await keys.digest(JSON.stringify([reservationCategory, category, name, value]));
        wanted.set(`${reservationCategory}-${category}.${name}.${digest}`, stream);
      }
  for (const stream of new Set([...wanted.keys(), ...[...states.keys()].filter(isReservation)])) {
    const by = (states.get(stream) as Reservation | undefined)?.by;
    if (by !== wanted.get(stream))
      return `${stream} is reserved for ${by ?? 'nobody'}, and held by ${wanted.get(stream) ?? 'nobody'}`;
  }
  return aloneFault(streams);
};

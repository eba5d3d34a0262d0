import type { Commit } from '../../core/commit.ts';
import { TryAgain } from '../again.ts';
import { isFresh } from '../bounded-cache.ts';
import { type Known, unknown } from '../store/known.ts';
import { catchUp, load, unlessBroken } from '../store/load.ts';
import type { Commanding, CommandRequest } from './request.ts';

export type Seen = (commits: readonly Commit[]) => void;

/** A stream that a command depends on, and what its states are loaded and kept with. */
type Place = Readonly<{ commanding: Commanding; request: Pick<CommandRequest, 'stream' | 'isNew'> }>;

/** Such a stream's known state, and whether a consistent read has just confirmed it as the newest. */
export type Tracked = Place & { known: Known; confirmed: boolean };

export const loadAnew = ({ commanding, request: { stream } }: Place, seen: Seen): Promise<Known> => {
  commanding.cache.drop(stream);
  return load(commanding, stream, seen);
};

/** A stream that was taken for new, and is not. */
export class NotNew extends TryAgain {
  override name = 'NotNew';
}

/** The stream from the cache if that may still be used, else from storage. */
export const begin = async <P extends Place>(place: P, seen: Seen): Promise<P & Tracked> => {
  const { commanding, request } = place;
  const cached = commanding.cache.get(request.stream);
  if (!cached && request.isNew) {
    const known = unknown(commanding.decider, request.stream, commanding.clock.now());
    return { ...place, known, confirmed: false };
  }
  const confirmed = !cached || !isFresh(commanding, cached);
  return { ...place, known: cached && !confirmed ? cached : await loadAnew(place, seen), confirmed };
};

/** Reads the commits after the known state; a state that is too old is read from storage again. */
export const refresh = async (tracked: Tracked, seen: Seen): Promise<void> => {
  const { commanding, known } = tracked;
  tracked.known = isFresh(commanding, known)
    ? await unlessBroken(
        () => catchUp(commanding, known, seen),
        () => loadAnew(tracked, seen),
      )
    : await loadAnew(tracked, seen);
  tracked.confirmed = true;
};

/**
 * True if a decision on these streams holds at some moment since it was asked for. One stream is confirmed by having been read. Several were read one after
 * the other, so that their states may never have been there at the same time: all are read once more, and if none has moved, all were there before that.
 */
export const confirmTogether = async (streams: readonly Tracked[], seen: Seen): Promise<boolean> => {
  if (streams.length === 1) {
    const [only] = streams;
    if (only!.confirmed) return true;
    await refresh(only!, seen);
    return false;
  }
  const before = streams.map(({ known }) => known);
  await Promise.all(streams.map((each) => refresh(each, seen)));
  return streams.every(({ known: { commit, hash } }, i) => commit === before[i]?.commit && hash === before[i]?.hash);
};

import { type Commit, recordedEvents, storedEvents } from '../../core/commit.ts';
import { type AnyDecider, fold } from '../../core/decider.ts';
import type { Message, Recorded } from '../../core/message.ts';
import { type Formats, readEvent } from '../../core/version.ts';

const always = () => true;

/** The events of a commit, in the shapes of today. The data of those that are not wanted is not read: it may be of a newer release. */
export const eventsIn = (
  formats: Formats,
  commit: Commit,
  isWanted: (type: string) => boolean = always,
): readonly Recorded<Message>[] =>
  recordedEvents(commit, (stored) =>
    isWanted(stored.type) ? readEvent(formats, stored) : { type: stored.type, data: undefined },
  );

/** The state after one more commit. A state is folded of data alone: the events' places are not made. */
export const foldCommit = (decider: AnyDecider, state: unknown, commit: Commit): unknown =>
  fold(
    decider,
    state,
    storedEvents(commit).map((stored) => readEvent(decider.events, stored)),
  );

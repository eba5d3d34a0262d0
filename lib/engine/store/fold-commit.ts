import type { Commit } from '../../core/commit.ts';
import { recordedEvents } from '../../core/commit.ts';
import { type AnyDecider, fold } from '../../core/decider.ts';
import type { Message, Recorded } from '../../core/message.ts';
import { type Formats, readEvent } from '../../core/version.ts';

/** The events of a commit, in the shapes of today. */
export const eventsIn = (formats: Formats, commit: Commit): readonly Recorded<Message>[] =>
  recordedEvents(commit, (stored) => readEvent(formats, stored));

/** The state after one more commit. */
export const foldCommit = (decider: AnyDecider, state: unknown, commit: Commit): unknown =>
  fold(decider, state, eventsIn(decider.events, commit));

import type { Commit } from '../../core/commit.ts';
import { handledTypes, type Subscription, sourceOf, streamKey } from '../../core/projection.ts';
import type { Queue, ViewItem } from '../ports.ts';

/** How far a stream has come somewhere; parked, it stands still by intent. */
type Head = Readonly<Pick<ViewItem, 'commit'> & { parked?: unknown }>;

/** Something that commits should arrive at, and where they leave a trace: a projection, what sends public events. */
export type Target = Readonly<{
  /** For the log. */
  name: string;
  /** Its subscription as text: when it changes, all commits are looked at again. */
  takes: string;
  /** Whether a commit is to arrive there at all. */
  concerns(commit: Commit): boolean;
  head(stream: string): Promise<Head | undefined>;
  queue: Queue;
  /** Whether it is still being filled from all history, and so lacks by intent what it lacks. */
  isBuilding?(): Promise<boolean>;
}>;

type Subscriber = Readonly<{
  subscription: Subscription;
  /** Its cursors, by the stream's key in the subscription. */
  view: Readonly<{ head(key: string): Promise<Head | undefined> }>;
  queue: Queue;
  /** Which of the commits that it handles are its business; all of them without. */
  isFor?: (commit: Commit) => boolean;
  isBuilding?: () => Promise<boolean>;
}>;

/** The target of a subscription. Of what it handles it may have been told to leave some alone: that is no loss. */
export const targetOf = ({ subscription, view, queue, isFor = () => true, isBuilding }: Subscriber): Target => {
  const { name, revision = 1, on } = subscription;
  return {
    name,
    takes: `${name}.r${revision}:${handledTypes(subscription).join()}`,
    concerns: (commit) =>
      commit.events.some(({ type }) => on[type] !== undefined) &&
      sourceOf(subscription, commit.stream) !== undefined &&
      isFor(commit),
    head: (stream) => view.head(streamKey(subscription, stream)),
    queue,
    ...(isBuilding && { isBuilding }),
  };
};

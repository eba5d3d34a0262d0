import { type Commit, typesOf } from '../../core/commit.ts';
import { handledTypes, type Subscription, sourceOf, streamKey } from '../../core/projection.ts';
import type { Queue, ViewItem } from '../ports.ts';

/** A consumer's cursor in a stream; a parked stream stands still on purpose. */
type Head = Readonly<Pick<ViewItem, 'commit'> & { parked?: unknown }>;

/** A consumer of commits and its cursors: a view, a process, or the sender of public events. */
export type SweepTarget = Readonly<{
  /** For the log. */
  name: string;
  /** Its subscription as text: when it changes, all commits are looked at again. */
  takes: string;
  /** True if the consumer needs the commit. */
  concerns(commit: Commit): boolean;
  head(stream: string): Promise<Head | undefined>;
  queue: Queue;
  /** True while it is filled from all history: it lacks commits on purpose then. */
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

/** The target of a subscription. A consumer may leave out some of the events that it handles on purpose: that is no loss. */
export const targetOf = ({ subscription, view, queue, isFor = () => true, isBuilding }: Subscriber): SweepTarget => {
  const { name, revision = 1, on } = subscription;
  return {
    name,
    takes: `${name}.r${revision}:${handledTypes(subscription).join()}`,
    concerns: (commit) =>
      typesOf(commit).some((type) => on[type] !== undefined) &&
      sourceOf(subscription, commit.stream) !== undefined &&
      isFor(commit),
    head: (stream) => view.head(streamKey(subscription, stream)),
    queue,
    ...(isBuilding && { isBuilding }),
  };
};

import { type Commit, typesOf } from '../../core/commit.ts';
import { handledTypes, type Subscription, sourceOf, streamKey } from '../../core/projection.ts';
import type { Queue, ViewItem } from '../ports.ts';

/** A consumer's cursor in a stream. A parked stream stands still on purpose, and one that waits has something to do later: soon, or nobody knows when. */
export type Head = Readonly<Pick<ViewItem, 'commit'> & { parked?: unknown; waits?: 'short' | 'long' }>;

/** What is known of a commit that was noted when it was stored. */
export type Noted = Readonly<{ stream: string; types: readonly string[] }>;

/** Cursors of several streams, by stream. Without a cursor a stream is absent. They may be a moment old. */
export type Heads = (streams: readonly string[]) => Promise<ReadonlyMap<string, Head>>;

/** A consumer of commits and its cursors: a view, a process, or the sender of public events. */
export type SweepTarget = Readonly<{
  /** For the log. */
  name: string;
  /** What it is noted by: revisions of a view have one name. */
  id: string;
  /** Its subscription as text: when it changes, all commits are looked at again. */
  takes: string;
  /** True if the consumer needs the commit. */
  concerns(commit: Commit): boolean;
  /** False if it surely needs no such commit, as far as its types say. */
  mayConcern(noted: Noted): boolean;
  head(stream: string): Promise<Head | undefined>;
  /** Where it takes less than one after the other. */
  heads?: Heads;
  queue: Queue;
  /** True while it is filled from all history: it lacks commits on purpose then. */
  isBuilding?(): Promise<boolean>;
}>;

type Subscriber = Readonly<{
  subscription: Subscription;
  /** Its cursors, by the stream's key in the subscription. */
  view: Readonly<{ head(key: string): Promise<Head | undefined>; heads?: Heads }>;
  queue: Queue;
  /** The group whose queue that is. */
  group?: string;
  /** Which of the commits that it handles are its business; all of them without. */
  isFor?: (commit: Commit) => boolean;
  isBuilding?: () => Promise<boolean>;
}>;

/** The target of a subscription. A consumer may leave out some of the events that it handles on purpose: that is no loss. */
export const targetOf = ({ subscription, view, queue, group, isFor = () => true, isBuilding }: Subscriber): SweepTarget => {
  const { name, revision = 1, on } = subscription;
  const keyOf = (stream: string) => streamKey(subscription, stream);
  const { heads } = view;
  const mayConcern = ({ stream, types }: Noted) =>
    types.some((type) => on[type] !== undefined) && sourceOf(subscription, stream) !== undefined;
  return {
    name,
    id: `${name}.r${revision}`,
    // A view that moves to another queue leaves messages behind: all commits are looked at again.
    takes: `${name}.r${revision}:${handledTypes(subscription).join()}${group === undefined ? '' : `@${group}`}`,
    concerns: (commit) => mayConcern({ stream: commit.stream, types: typesOf(commit) }) && isFor(commit),
    mayConcern,
    head: (stream) => view.head(keyOf(stream)),
    ...(heads && {
      heads: async (streams) => {
        const found = await heads(streams.map(keyOf));
        return new Map(streams.flatMap((stream) => (found.has(keyOf(stream)) ? [[stream, found.get(keyOf(stream))!]] : [])));
      },
    }),
    queue,
    ...(isBuilding && { isBuilding }),
  };
};

/** Leaves out the revisions that are being built: they lack commits on purpose, and their rebuild fills them. */
export const withoutBuilding = async (targets: readonly SweepTarget[]): Promise<readonly SweepTarget[]> => {
  const building = await Promise.all(targets.map((target) => target.isBuilding?.()));
  return targets.filter((_, i) => !building[i]);
};

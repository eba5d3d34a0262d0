import { type Commit, typesOf } from '../../core/commit.ts';

/** A record of a batch, under the id by which it can be given back; `for`: the one view of a group that it is meant for, if it is not for all. */
export type Delivery = Readonly<{ id: string; delivered: Delivered; for?: string }>;

/** A commit as it travels: with its event types, so that rules can filter; without its events when it is too large. */
export type Delivered = Readonly<
  Pick<Commit, 'stream' | 'commit' | 'version' | 'at'> & {
    types: readonly string[];
    meta: Pick<Commit['meta'], 'correlation'>;
  }
> &
  (Commit | Readonly<{ pointer: true }>);

/** The distinct correlation ids of some commits, which make a batch's log line findable by each of its requests. */
export const correlationsOf = (commits: readonly Readonly<{ meta: Readonly<{ correlation: string }> }>[]): readonly string[] => [
  ...new Set(commits.map(({ meta }) => meta.correlation)),
];

/** Names a commit that its consumer reads from the table. */
export const toPointer = ({ stream, commit, version, at, events, meta, purge }: Commit): Delivered => ({
  stream,
  commit,
  version,
  at,
  types: typesOf({ events, ...(purge && { purge }) }),
  meta: { correlation: meta.correlation },
  pointer: true,
});

import type { Commit } from '../../core/commit.ts';
import { parseStream } from '../../core/stream.ts';
import type { BusEntry, Proofs } from '../ports.ts';
import { withProof } from './proof.ts';
import { bytesOf, type Sending, sendAll } from './send-entries.ts';

/** A commit as it travels: with its event types, so that rules can filter; without its events when it is too large. */
export type Delivered = Readonly<
  Pick<Commit, 'stream' | 'commit' | 'version' | 'at'> & { types: readonly string[]; meta: Pick<Commit['meta'], 'correlation'> }
> &
  (Commit | Readonly<{ pointer: true }>);

const entryBytes = 200 * 1024;

const typesOf = (events: Commit['events']) => [...new Set(events.map(({ type }) => type))];

/** What stands for a commit that its consumer reads from the table. */
export const toPointer = ({ stream, commit, version, at, events, meta }: Commit): Delivered => ({
  stream,
  commit,
  version,
  at,
  types: typesOf(events),
  meta: { correlation: meta.correlation },
  pointer: true,
});

/** The bus entry of a commit: the whole of it, or a pointer when it is larger than an entry should be. */
export const toEntry = (commit: Commit): BusEntry => {
  const whole = JSON.stringify({ ...commit, types: typesOf(commit.events) });
  return {
    detailType: `${parseStream(commit.stream)?.category}.commit`,
    detail: bytesOf(whole) <= entryBytes ? whole : JSON.stringify(toPointer(commit)),
    resources: [commit.stream],
    time: commit.at,
  };
};

export type Publishing = Sending & Readonly<{ proofs: Pick<Proofs, 'make'> }>;

/** Publishes commits, each with its proof. An event-less commit is the target's memory of a refusal and nobody else's business. */
export const publish = async ({ proofs, ...sending }: Publishing, commits: readonly Commit[]): Promise<void> => {
  const entries = commits.filter(({ events }) => events.length > 0).map(toEntry);
  const proved = entries.map(async (entry) => ({ ...entry, detail: await withProof(proofs, entry.detail) }));
  await sendAll(sending, await Promise.all(proved));
};

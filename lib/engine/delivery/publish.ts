import { type Commit, typesOf } from '../../core/commit.ts';
import { reservationCategory } from '../../core/reservation.ts';
import { parseStream } from '../../core/stream.ts';
import { tagCategory } from '../../core/tag/stream.ts';
import type { BusEntry, Proofs } from '../ports.ts';
import { toPointer } from './delivered.ts';
import { withProof } from './proof.ts';
import { bytesOf, type Sending, sendAll } from './send-entries.ts';

const entryBytes = 200 * 1024;

/** The bus entry of a commit: the whole of it, or a pointer when it is larger than an entry should be. */
export const toEntry = (commit: Commit): BusEntry => {
  const whole = JSON.stringify({ ...commit, types: typesOf(commit) });
  return {
    detailType: `${parseStream(commit.stream)?.category}.commit`,
    detail: bytesOf(whole) <= entryBytes ? whole : JSON.stringify(toPointer(commit)),
    resources: [commit.stream],
    time: commit.at,
  };
};

export type Publishing = Sending & Readonly<{ proofs: Pick<Proofs, 'make'> }>;

/** No view, process or announcer can name these categories as a source: what they hold is published with the commit that it was stored with. */
export const unheard: readonly (string | undefined)[] = [tagCategory, reservationCategory];

const isPublished = ({ stream, events, purge }: Commit): boolean =>
  (events.length > 0 || purge !== undefined) && !unheard.includes(parseStream(stream)?.category);

/**
 * Publishes commits, each with its proof. A commit without events records a refusal for its own stream only, and is not published; neither are the
 * engine's own streams of tags and of unique values.
 */
export const publish = async ({ proofs, ...sending }: Publishing, commits: readonly Commit[]): Promise<void> => {
  const entries = commits.filter(isPublished).map(toEntry);
  const proved = entries.map(async (entry) => ({ ...entry, detail: await withProof(proofs, entry.detail) }));
  await sendAll(sending, await Promise.all(proved));
};

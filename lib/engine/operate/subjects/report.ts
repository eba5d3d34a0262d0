import type { Commit } from '../../../core/commit.ts';
import { type Done, recordCategory, recordId } from '../../../core/personal/record.ts';
import type { HeldRow } from '../../../core/personal/register.ts';
import { streamName } from '../../../core/stream.ts';
import type { OperatedKeys } from '../../personal/ports.ts';
import type { Clock, Keys, Log, Store } from '../../ports.ts';
import { type Held, type Holds, heldPage, holdsOf } from '../held.ts';

/** What it takes to tell what is held of a subject, without any of the values. */
export type SubjectLooking = Readonly<{
  keys: Pick<OperatedKeys, 'tombstone'>;
  store: Pick<Store, 'read'>;
  hash: Keys['hash'];
  clock: Pick<Clock, 'now'>;
  log: Log;
  held: Held;
}>;

/** What was done to the data of a subject, and by whom. */
type DoneToIt = Readonly<{ what: 'erased' | 'exported'; at: string; by: string; why: string }>;

/** What is held of a subject: counts and places, no values. */
export type SubjectReport = Readonly<{
  subject: string;
  /** Its keys are gone: nobody can read its values any more. */
  erased?: Readonly<{ at: string; by: string; why: string }>;
  /** The stream that records what is done to its data. */
  record: string;
  /** The newest first. */
  done: readonly DoneToIt[];
  moreDone?: true;
  holds: Holds;
  /** The first streams that hold values; `holds` counts all. */
  streams: readonly HeldRow[];
}>;

const most = 100;
const mostDone = 20;

const doneIn = ({ events }: Commit): readonly DoneToIt[] =>
  events.map(({ type, data }) => {
    const { at, by, why } = data as Done;
    return { what: type === 'SubjectErased' ? 'erased' : 'exported', at, by, why };
  });

/** The register may be being built: the report says so in `holds`, and has the rest. */
const streamsOf = async ({ held, log }: SubjectLooking, subject: string): Promise<readonly HeldRow[]> => {
  try {
    return (await heldPage(held.register, subject, { limit: most })).rows;
  } catch (cause) {
    log.warn('The streams of a subject could not be listed.', { cause: String(cause) });
    return [];
  }
};

/** Tells what is held of a subject, and what was done to it. A subject that nobody knows holds nothing. */
export const reportSubject = async (looking: SubjectLooking, subject: string): Promise<SubjectReport> => {
  const { keys, store, hash, held } = looking;
  const record = streamName(recordCategory, recordId(subject, hash));
  const [tombstone, { commits }, holds, streams] = await Promise.all([
    keys.tombstone(subject),
    store.read(record, { from: 1, limit: mostDone + 1, newestFirst: true }),
    holdsOf(held, subject, looking),
    streamsOf(looking, subject),
  ]);
  const done = commits.flatMap(doneIn);
  return {
    subject,
    ...(tombstone && { erased: { at: tombstone.at, by: tombstone.by, why: tombstone.why } }),
    record,
    done: done.slice(0, mostDone),
    ...(done.length > mostDone && { moreDone: true as const }),
    holds,
    streams,
  };
};

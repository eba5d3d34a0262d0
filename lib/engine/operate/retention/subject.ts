import { recordCategory, recordId } from '../../../core/personal/record.ts';
import { bySubject } from '../../../core/personal/register.ts';
import type { HeldStream, Retentions, Verdict } from '../../../core/personal/retention.ts';
import { endOf, verdictOn, whyErased } from '../../../core/personal/retention.ts';
import { streamName } from '../../../core/stream.ts';
import { atOnce } from '../../at-once.ts';
import { nowOf } from '../../instant.ts';
import type { SealingKeys } from '../../personal/ports.ts';
import type { Store, ViewReader } from '../../ports.ts';
import { readPages } from '../../store/read-all.ts';
import { partitionOf } from '../../view/lists.ts';
import { type Erasing, eraseSubject } from '../erase.ts';
import type { ParkedList } from '../ports.ts';

/** The actor of erasures by retention. */
const retentionActor = 'retention';

/** The table of the revision of the register that answers. It is a list to begin with: whether a stream has ended is read from the stream. */
export type Register = Readonly<{ revision: number; reader: Pick<ViewReader, 'list'>; parked: ParkedList }>;

/** What retention runs with. */
export type Retaining = Readonly<{
  retentions: Retentions;
  /** Undefined while no revision answers. */
  register: () => Promise<Register | undefined>;
  store: Pick<Store, 'read'>;
  /** Tells tombstones, past any cache. */
  keys: Pick<SealingKeys, 'existing'>;
  erasing: Erasing;
}>;

/** The last event of a stream, as it is stored now. A commit may have none. */
const lastEvent = async (store: Pick<Store, 'read'>, stream: string) => {
  let to: number | undefined;
  do {
    const page = await store.read(stream, { from: 1, ...(to !== undefined && { to }), newestFirst: true, limit: 5 });
    const commit = page.commits.find(({ events }) => events.length > 0);
    const event = commit?.events.at(-1);
    if (commit && event) return { type: event.type, at: commit.at };
    to = page.next;
  } while (to !== undefined);
  return undefined;
};

/** A page of the streams of a subject; few have more than one. */
const pageRows = 200;

const streamsOf = async ({ reader }: Register, subject: string): Promise<readonly HeldStream[]> => {
  const found: HeldStream[] = [];
  const partition = partitionOf({ by: () => subject }, undefined, subject);
  let after: Readonly<Record<string, unknown>> | undefined;
  do {
    const page = await reader.list({
      list: bySubject,
      partition,
      direction: 'oldest-first',
      limit: pageRows,
      ...(after && { after }),
    });
    found.push(...page.items.flatMap(({ row }) => (row ? [row as HeldStream] : [])));
    after = page.next;
  } while (after);
  return found;
};

/** Streams that are read at the same time. */
const readsAtOnce = 8;

/**
 * What is to become of a subject. The register may be behind, and is not told of every event: where it says that all streams have ended, the last event of each
 * is read from the stream itself, and that counts.
 */
export const judgeSubject = async (
  { retentions, store }: Pick<Retaining, 'retentions' | 'store'>,
  register: Register,
  subject: string,
): Promise<Verdict> => {
  const listed = await streamsOf(register, subject);
  const first = verdictOn(listed, retentions);
  if ('kept' in first) return first;
  const read = await atOnce(readsAtOnce, listed, async ({ stream, category }): Promise<HeldStream> => {
    const endedAt = endOf(retentions[category]!, await lastEvent(store, stream));
    return { stream, category, ...(endedAt !== undefined && { endedAt }) };
  });
  return verdictOn(read, retentions);
};

/** True once the erasure of a subject is recorded. A tombstone alone may be of one that crashed. */
const isRecorded = async ({ store, erasing }: Pick<Retaining, 'store' | 'erasing'>, subject: string): Promise<boolean> => {
  const record = streamName(recordCategory, recordId(subject, erasing.recording.keys.hash));
  for await (const { commits } of readPages(store, record, { from: 1 }))
    if (commits.some(({ events }) => events.some(({ type }) => type === 'SubjectErased'))) return true;
  return false;
};

/** True if nothing is left to do for a subject: it is erased, and that is recorded. */
export const isErased = async (retaining: Pick<Retaining, 'store' | 'erasing' | 'keys'>, subject: string): Promise<boolean> =>
  (await retaining.keys.existing(subject)) === 'erased' && (await isRecorded(retaining, subject));

/** What a run did with a subject. */
export type Dealt = 'erased' | 'erased before' | 'kept';

/** Erases a subject if its time has passed. A repeat after a crash finishes what was begun. */
export const dealWith = async (retaining: Omit<Retaining, 'register'>, register: Register, subject: string): Promise<Dealt> => {
  if (await isErased(retaining, subject)) return 'erased before';
  const verdict = await judgeSubject(retaining, register, subject);
  const { recording } = retaining.erasing;
  if ('kept' in verdict || verdict.due > nowOf(recording.clock)) return 'kept';
  const correlation = recording.keys.randomId();
  const actor = { id: retentionActor };
  await eraseSubject(retaining.erasing, { subject, why: whyErased(verdict.after), actor, requestId: correlation, correlation });
  return 'erased';
};

import type { Commanding } from '../command/request.ts';
import { nowOf } from '../instant.ts';
import { erasedMark } from '../personal/open.ts';
import type { OpeningKeys, OperatedKeys } from '../personal/ports.ts';
import { type Held, type Holds, holdsOf } from './held.ts';
import { recordDone, type SubjectRequest } from './record-subject.ts';

/** What a subject is erased with. `recording` is for `recordDecider`; `opening` reads the keys as they are, without a cache. */
export type Erasing = Readonly<{
  keys: Pick<OperatedKeys, 'erase'>;
  opening: OpeningKeys;
  recording: Commanding;
  /** Without it the certificate does not say what holds values. */
  held?: Held;
  /** How long a function that answers keeps a private half. */
  keptSeconds: number;
  /** The longest call of an effect that opens personal values: so long it may still hold what it was given. */
  callSeconds?: number;
}>;

/** How long after the tombstone a request may still run that read a key before: longer than the timeout of any function that answers. */
const longestRequestSeconds = 60;

export type ErasureRequest = SubjectRequest;

/** Says what was erased, and from when on nothing opens it. */
export type Certificate = Readonly<{
  subject: string;
  erased: Readonly<{ at: string; by: string; why: string }>;
  /** The stream that records it. */
  record: string;
  /** No function has a key of the subject any more after this time. */
  lastKeyGone: string;
  /** What a reader is shown in place of each value of the subject. */
  readsAs: typeof erasedMark;
  /** What holds values that nobody can read any more. A repeat counts anew. */
  holds?: Holds;
}>;

const secondsAfter = (at: string, seconds: number): string => new Date(Date.parse(at) + seconds * 1_000).toISOString();

/**
 * Erases a subject: first the keys, with the tombstone, then the record of it. A repeat finishes what an earlier one began, and answers the same certificate, which
 * follows from the tombstone; but for `holds`, which is counted at each time.
 */
export const eraseSubject = async (erasing: Erasing, request: ErasureRequest): Promise<Certificate> => {
  const { keys, opening, recording, keptSeconds, callSeconds = 0 } = erasing;
  const { subject, why, actor, correlation } = request;
  const asked = { at: nowOf(recording.clock), by: actor.id, why, correlation };
  const { at, by, why: reason } = await keys.erase(subject, asked);
  const erased = { at, by, why: reason };
  const record = await recordDone(recording, 'Erased', { subject, ...erased }, request);
  // The probe: what a function that answers would get now, were it to ask for the key.
  if ((await opening.privateHalf(subject, 1)) !== 'erased')
    throw new Error(`${subject} was erased, and its keys can still be read: look at its items in the keys table.`);
  const lastKeyGone = secondsAfter(at, keptSeconds + longestRequestSeconds + callSeconds);
  const holds = erasing.held && (await holdsOf(erasing.held, subject, recording));
  return { subject, erased, record, lastKeyGone, readsAs: erasedMark, ...(holds && { holds }) };
};

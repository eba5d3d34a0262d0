import { type Commit, storedEvents, versionBefore } from '../../core/commit.ts';
import type { Holders } from '../../core/personal/holders.ts';
import type { Done } from '../../core/personal/record.ts';
import { type Sealed, sealedAt } from '../../core/personal/sealed.ts';
import type { Commanding } from '../command/request.ts';
import { nowOf } from '../instant.ts';
import { opened } from '../personal/open.ts';
import type { Opening } from '../personal/ports.ts';
import type { Store } from '../ports.ts';
import { invalid } from '../problems.ts';
import { answerSize, pageBytes } from '../query/answer-size.ts';
import { cursorScope, decodeCursor, encodeCursor } from '../query/page-cursor.ts';
import { type Held, heldPage } from './held.ts';
import { recordDone, type SubjectRequest } from './record-subject.ts';

/** What the data of a subject are exported with. */
export type Exporting = Held & Readonly<{ store: Pick<Store, 'read'>; opening: Opening; recording: Commanding }>;

export type ExportRequest = SubjectRequest &
  Readonly<{
    limit: number;
    cursor?: string;
    /** Only what this stream holds. */
    stream?: string;
  }>;

/** A personal value, opened, and where it is held. */
export type ExportedValue = Readonly<{
  stream: string;
  version: number;
  event: string;
  type: string;
  at: string;
  /** The place in the event's data, as a JSON pointer. */
  field: string;
  /** The value, or `{ "erased": true }`. */
  value: unknown;
}>;

/** A page of all that is held about a subject. */
export type SubjectExport = Readonly<{
  subject: string;
  exported: Omit<Done, 'subject'>;
  /** The stream that records it. */
  record: string;
  values: readonly ExportedValue[];
  /** What holds copies of these values, and nothing else of the subject. */
  copies: Holders;
  cursor?: string;
}>;

/** The next commit to be read: of the first stream of the register's page behind `list`. */
type Place = Readonly<{ list?: string; from: number }>;

/** The most commits that one page looks through for the values that it shows. */
const lookedAtOnce = 2_000;
const readAtOnce = 100;

type Asked = Pick<ExportRequest, 'subject' | 'stream'>;
const scopeOf = ({ subject, stream }: Asked) => `subject/${JSON.stringify(stream === undefined ? subject : [subject, stream])}`;

const placeOf = (asked: Asked, cursor: string | undefined): Place => {
  if (cursor === undefined) return { from: 1 };
  const { from, list } = decodeCursor(cursor, scopeOf(asked)) ?? {};
  const isList = list === undefined || (typeof list === 'string' && cursorScope(list) !== undefined);
  if (!Number.isSafeInteger(from) || Number(from) < 1 || !isList)
    throw invalid('cursor', 'this is not a cursor of the export of this subject; leave it out to start again');
  return { from: Number(from), ...(list !== undefined && { list: list as string }) };
};

type Where = Omit<ExportedValue, 'value'> & Readonly<{ sealed: Sealed }>;

const heldIn = (commit: Commit, subject: string): readonly Where[] =>
  storedEvents(commit).flatMap(({ type, data }, i) => {
    const version = versionBefore(commit) + i + 1;
    const place = { stream: commit.stream, version, event: `${commit.stream}/${version}`, type, at: commit.at };
    return sealedAt(data).flatMap(({ field, sealed }) => (sealed.of === subject ? [{ ...place, field, sealed }] : []));
  });

const shown = (opening: Opening, held: readonly Where[]): Promise<readonly ExportedValue[]> =>
  Promise.all(
    held.map(async ({ sealed, ...where }) => {
      const place = [where.event, ...where.field.split('/').slice(1)];
      return { ...where, value: await opened(opening, sealed, undefined, place) };
    }),
  );

/** The values of a page, from a place on. A page ends between two commits. */
const valuesFrom = async (exporting: Exporting, { subject, limit, stream }: ExportRequest, begun: Place) => {
  const { register, store, opening } = exporting;
  const only = stream === undefined ? undefined : { rows: [{ stream }], cursor: undefined };
  const values: ExportedValue[] = [];
  let [{ list, from }, bytes, looked] = [begun, 0, 0];
  for (;;) {
    const { rows, cursor: after } =
      only ?? (await heldPage(register, subject, { limit: 1, ...(list !== undefined && { cursor: list }) }));
    const here = list === undefined ? {} : { list };
    for (let next: number | undefined = rows[0] && from; next !== undefined; ) {
      if (looked >= lookedAtOnce) return { values, next: { ...here, from: next } };
      const page = await store.read(rows[0]!.stream, { from: next, limit: readAtOnce });
      for (const commit of page.commits) {
        const found = await shown(opening, heldIn(commit, subject));
        bytes += answerSize(found);
        const isFull = values.length + found.length > limit || bytes > pageBytes;
        if (values.length > 0 && found.length > 0 && isFull) return { values, next: { ...here, from: commit.commit } };
        values.push(...found);
      }
      looked += page.commits.length;
      next = page.next;
    }
    if (after === undefined) return { values };
    [list, from] = [after, 1];
  }
};

/**
 * All that the commits hold about a subject, a page at a time, opened. Each request is recorded before anything is read: one that cannot be recorded gets
 * nothing.
 */
export const exportSubject = async (exporting: Exporting, request: ExportRequest): Promise<SubjectExport> => {
  const { recording, holders } = exporting;
  const { subject, why, actor } = request;
  const begun = placeOf(request, request.cursor);
  const exported = { at: nowOf(recording.clock), by: actor.id, why };
  const record = await recordDone(recording, 'Exported', { subject, ...exported }, request);
  const { values, next } = await valuesFrom(exporting, request, begun);
  const cursor = next && encodeCursor(next, scopeOf(request));
  return { subject, exported, record, values, copies: holders, ...(cursor !== undefined && { cursor }) };
};

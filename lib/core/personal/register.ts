import * as z from 'zod';
import type { May } from '../access.ts';
import type { AnyDecider } from '../decider.ts';
import type { Recorded } from '../message.ts';
import type { AnyProjection, List, RowsPerStream, Step } from '../projection.ts';
import { parseStream } from '../stream.ts';
import type { Formats, Reading } from '../version.ts';
import { personalIn, personalTypes } from './declared.ts';
import { byEnd, endPartition, monthOfEnd } from './ends.ts';
import { sealedIn } from './sealed.ts';

/** The view of which streams hold values of which subject; no view of a manifest's own may have its name.
 * @example GET /views/subjects-held?list=by-subject&by=ada
 */
export const registerName = 'subjects-held';

/** The list of the streams that hold values of a subject. */
export const bySubject = 'by-subject';

/** The row of a subject in a stream. Stored format of 2026-11. */
export const heldRow = z.object({
  subject: z.string(),
  stream: z.string(),
  category: z.string(),
  since: z.iso.datetime().meta({ description: 'When the stream first held a value of the subject.' }),
  endedAt: z.iso.datetime().optional().meta({
    description:
      'When an event of the retention of its category last ended the stream. A later event may have reopened it since: the last event of the stream itself tells.',
  }),
});

/** A stream that holds personal values of a subject.
 * @example const row: HeldRow = { subject: 'ada', stream: 'order-7', category: 'order', since: '2026-11-29T12:00:00.000Z' };
 */
export type HeldRow = z.output<typeof heldRow>;

const heldList: List<HeldRow> = { by: ({ subject }) => subject, sort: ({ since }) => since };

/** The list of the streams that have ended. */
const endedList: List<HeldRow> = {
  by: ({ category, endedAt }) => (endedAt === undefined ? undefined : endPartition(category, monthOfEnd(endedAt))),
  sort: ({ endedAt = '' }) => endedAt,
};

/** The subjects whose values a stream holds, and since when. Pairs, since a subject's id may be any text, the name of a property of objects as well. */
type Memory = Readonly<{ held: readonly (readonly [subject: string, since: string])[] }>;

/** Writes a row for each subject that the stream has not held before. An event about subjects that it has held changes the cursor alone. */
const hold = (memory: Memory, { stream, at, data }: Recorded): Step<Memory, HeldRow> => {
  const known = new Set(memory.held.map(([subject]) => subject));
  const added = [...new Set(sealedIn(data).map(({ of }) => of))].filter((subject) => !known.has(subject));
  if (added.length === 0) return { memory };
  const category = parseStream(stream)?.category ?? stream;
  return {
    memory: { ...memory, held: [...memory.held, ...added.map((subject) => [subject, at] as const)] },
    rows: Object.fromEntries(added.map((subject) => [subject, { subject, stream, category, since: at }])),
  };
};

/**
 * Writes into the row of each subject when its stream has ended, for the categories that an event of a type ends. The register is not told which events reopen a
 * stream: that would be every event of the category.
 */
const ending =
  (categories: ReadonlySet<string>) =>
  (memory: Memory, event: Recorded): Step<Memory, HeldRow> => {
    const { stream, at } = event;
    const category = parseStream(stream)?.category ?? stream;
    const step = hold(memory, event);
    if (!categories.has(category)) return step;
    const rows = step.memory.held.map(
      ([subject, since]) => [subject, { subject, stream, category, since, endedAt: at }] as const,
    );
    return { memory: step.memory, rows: Object.fromEntries(rows) };
  };

/** The handlers of the types that end streams of some categories. */
const endHandlers = (aggregates: readonly AnyDecider[]): Readonly<Record<string, ReturnType<typeof ending>>> => {
  const ended = aggregates.flatMap(({ category, retention }) =>
    (retention?.endedBy ?? []).map((type) => [type, category] as const),
  );
  const categoriesOf = (type: string) => new Set(ended.filter(([each]) => each === type).map(([, category]) => category));
  return Object.fromEntries(ended.map(([type]) => [type, ending(categoriesOf(type))]));
};

/**
 * The handlers that make the rows, for any manifest: the hash of the register's code is theirs, whatever it declares.
 * @example registerWriters.hold(memory, event);
 */
export const registerWriters = { hold, ending } as const;

/** True if a view is the register of subjects.
 * @example manifest.projections.find(isRegister);
 */
export const isRegister = ({ row }: Pick<AnyProjection, 'row'>): boolean => row === heldRow;

const asStored = (format: Reading<unknown>): Reading<unknown> => ({ ...format, parse: (data) => data });

const consumedIn = ({ events, retention }: AnyDecider): readonly string[] => [
  ...personalTypes(events),
  ...(retention?.endedBy ?? []),
];

/**
 * An upcaster may drop a sealed value, and the commit holds it all the same: the register reads events as they are stored. A type that the register consumes of
 * one category comes to it from all that have it.
 */
const sourceOf = (
  { category, events }: AnyDecider,
  consumed: ReadonlySet<string>,
): Readonly<{ category: string; events: Formats }> => ({
  category,
  events: Object.fromEntries(
    Object.entries(events).flatMap(([type, format]) => (consumed.has(type) ? [[type, asStored(format)] as const] : [])),
  ),
});

type Parts = Readonly<{ aggregates: readonly AnyDecider[]; mayErase?: May }>;

/** Who may erase subjects, see what is held about them, and where: operators, unless the manifest says who.
 * @example erasersOf({ mayErase: ['dpo'] }); // ['dpo']
 */
export const erasersOf = ({ mayErase = ['operator'] }: Pick<Parts, 'mayErase'>): May => mayErase;

/**
 * The register of subjects: which streams of aggregates hold sealed values of whom. None where no event has personal values. It consumes no other events than
 * those and the ones that end streams, and writes a row when a stream first holds a value of a subject, and when it ends.
 * @example const projections = [...manifest.projections, ...registerOf(manifest)];
 */
export const registerOf = (manifest: Parts): readonly AnyProjection[] => {
  const consumed = new Set(personalIn(manifest).flatMap(consumedIn));
  const from = personalIn(manifest).map((decider) => sourceOf(decider, consumed));
  if (from.length === 0) return [];
  const ends = endHandlers(manifest.aggregates);
  const register: RowsPerStream<Memory, HeldRow, never, typeof registerName, typeof bySubject | typeof byEnd> = {
    kind: 'rows-per-stream',
    name: registerName,
    revision: 1,
    from: from as never,
    may: erasersOf(manifest),
    row: heldRow,
    initial: { held: [] },
    on: Object.fromEntries(
      from.flatMap(({ events }) => Object.keys(events)).map((type) => [type, Object.hasOwn(ends, type) ? ends[type] : hold]),
    ) as never,
    lists: { [bySubject]: heldList, ...(Object.keys(ends).length > 0 && { [byEnd]: endedList }) } as Record<
      typeof bySubject | typeof byEnd,
      List<HeldRow>
    >,
  };
  return [register as unknown as AnyProjection];
};

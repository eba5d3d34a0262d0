import * as z from 'zod';
import type { May } from '../access.ts';
import type { AnyDecider } from '../decider.ts';
import type { Recorded } from '../message.ts';
import type { AnyProjection, RowsPerStream, Step } from '../projection.ts';
import { parseStream } from '../stream.ts';
import type { Formats, Reading } from '../version.ts';
import { personalIn, personalTypes } from './declared.ts';
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
});

/** A stream that holds personal values of a subject.
 * @example const row: HeldRow = { subject: 'ada', stream: 'order-7', category: 'order', since: '2026-11-29T12:00:00.000Z' };
 */
export type HeldRow = z.output<typeof heldRow>;

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
 * The handlers that make the rows, for any manifest: the hash of the register's code is theirs, and they tell it from a manifest's own views.
 * @example Object.values(register.on)[0] === registerWriters.hold; // true
 */
export const registerWriters = { hold } as const;

/** True if a view is the register of subjects.
 * @example manifest.projections.find(isRegister);
 */
export const isRegister = ({ on }: Pick<AnyProjection, 'on'>): boolean => Object.values(on).some((handler) => handler === hold);

const asStored = (format: Reading<unknown>): Reading<unknown> => ({ ...format, parse: (data) => data });

/** An upcaster may drop a sealed value, and the commit holds it all the same: the register reads events as they are stored. */
const sourceOf = ({ category, events }: AnyDecider): Readonly<{ category: string; events: Formats }> => ({
  category,
  events: Object.fromEntries(personalTypes(events).map((type) => [type, asStored(events[type]!)])),
});

type Parts = Readonly<{ aggregates: readonly AnyDecider[]; mayErase?: May }>;

/** Who may erase subjects, see what is held about them, and where: operators, unless the manifest says who.
 * @example erasersOf({ mayErase: ['dpo'] }); // ['dpo']
 */
export const erasersOf = ({ mayErase = ['operator'] }: Pick<Parts, 'mayErase'>): May => mayErase;

/**
 * The register of subjects: which streams of aggregates hold sealed values of whom. None where no event has personal values. It consumes no other events than
 * those, and writes a row when a stream first holds a value of a subject.
 * @example const projections = [...manifest.projections, ...registerOf(manifest)];
 */
export const registerOf = (manifest: Parts): readonly AnyProjection[] => {
  const from = personalIn(manifest).map(sourceOf);
  if (from.length === 0) return [];
  const register: RowsPerStream<Memory, HeldRow, never, typeof registerName, typeof bySubject> = {
    kind: 'rows-per-stream',
    name: registerName,
    revision: 1,
    from: from as never,
    may: erasersOf(manifest),
    row: heldRow,
    initial: { held: [] },
    on: Object.fromEntries(from.flatMap(({ events }) => Object.keys(events)).map((type) => [type, hold])),
    lists: { [bySubject]: { by: ({ subject }) => subject, sort: ({ since }) => since } },
  };
  return [register as unknown as AnyProjection];
};

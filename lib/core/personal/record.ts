import * as z from 'zod';
import { type AnyDecider, command } from '../decider.ts';
import { isId } from '../stream.ts';
import { v1 } from '../version.ts';

/** The category of the streams that record what was done to the data of a subject: one for each subject. */
export const recordCategory = 'subject';

const done = z.object({ subject: z.string(), at: z.iso.datetime(), by: z.string(), why: z.string() });

/** What is known of an erasure or an export. The reason is an operator's own words, and must not name the person. */
export type Done = z.output<typeof done>;

/** Stored formats of 2026-11. */
const recordEvents = { SubjectErased: v1(done), SubjectExported: v1(done) };

type State = Readonly<{ erased?: Done }>;

/**
 * The aggregate behind erasures and exports. It has no route: the functions that erase and export send its commands.
 * @example fold(recordDecider, {}, [{ type: 'SubjectErased', data }]); // { erased: data }
 */
export const recordDecider = {
  category: recordCategory,
  events: recordEvents,
  commands: { Erased: command(['operator'], done), Exported: command(['operator'], done) },
  history: ['operator'],
  initial: {} as State,
  decide: {
    // A repeat finds the first one recorded.
    Erased: ({ erased }: State, data: Done) => (erased ? [] : [{ type: 'SubjectErased', data }]),
    Exported: (_: State, data: Done) => [{ type: 'SubjectExported', data }],
  },
  evolve: {
    SubjectErased: (_: State, erased: Done): State => ({ erased }),
    SubjectExported: (state: State): State => state,
  },
} as unknown as AnyDecider;

/**
 * The id of the stream that records what was done to the data of a subject: the subject itself, or a hash of one that cannot be an id.
 * @example recordId('ada', hash); // 'ada'
 */
export const recordId = (subject: string, hash: (text: string) => string): string =>
  isId(subject) ? subject : `x~~${hash(subject).slice(0, 40)}`;

import * as z from 'zod';
import { type AnyDecider, command } from '../decider.ts';
import { isId } from '../stream.ts';
import { v1 } from '../version.ts';

/** The category of the streams that record erasures: one for each subject. */
export const erasureCategory = 'erasure';

const erasure = z.object({ subject: z.string(), at: z.iso.datetime(), by: z.string(), why: z.string() });

/** What is known of an erasure. The reason is an operator's own words, and must not name the person. */
export type Erasure = z.output<typeof erasure>;

/** Stored formats of 2026-11. */
const erasureEvents = { SubjectErased: v1(erasure) };

type State = Readonly<{ erased?: Erasure }>;

/**
 * The aggregate behind erasures. It has no route: the function that erases sends its one command.
 * @example fold(erasureDecider, {}, [{ type: 'SubjectErased', data }]); // { erased: data }
 */
export const erasureDecider = {
  category: erasureCategory,
  events: erasureEvents,
  commands: { Record: command(['operator'], erasure) },
  history: ['operator'],
  initial: {} as State,
  decide: {
    // A repeat finds the first one recorded.
    Record: ({ erased }: State, data: Erasure) => (erased ? [] : [{ type: 'SubjectErased', data }]),
  },
  evolve: { SubjectErased: (_: State, erased: Erasure): State => ({ erased }) },
} as unknown as AnyDecider;

/**
 * The id of the stream that records the erasure of a subject: the subject itself, or a hash of one that cannot be an id.
 * @example erasureId('ada', hash); // 'ada'
 */
export const erasureId = (subject: string, hash: (text: string) => string): string =>
  isId(subject) ? subject : `x~~${hash(subject).slice(0, 40)}`;

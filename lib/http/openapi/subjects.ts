import * as z from 'zod';
import type { Manifest } from '../../core/manifest.ts';
import { personalIn } from '../../core/personal/declared.ts';
import { heldRow } from '../../core/personal/register.ts';
import { longestReason, reasoned } from '../body.ts';
import { body, ok, operation } from './operate.ts';
import type { Operation } from './operation.ts';
import { inPath, inQuery, paging, wholeStream } from './parameters.ts';

const instant = z.iso.datetime();

const names = z.array(z.string());

const holds = z.object({
  asOf: instant.meta({ description: 'When the register of subjects was read. It follows the commits, usually within a second.' }),
  streams: z
    .int()
    .optional()
    .meta({ description: 'How many streams hold values of the subject. Absent while the register cannot say.' }),
  categories: z.record(z.string(), z.int()).optional(),
  more: z.literal(true).optional().meta({ description: 'There are more streams than were counted.' }),
  unknown: z.string().optional().meta({ description: 'Why the register cannot say.' }),
  views: names.meta({ description: 'Views that are given events with personal values, and may hold copies.' }),
  processes: names.meta({ description: 'Processes that are given events with personal values, and may hold copies.' }),
});

const exported = z.object({
  subject: z.string(),
  exported: z.object({ at: instant, by: z.string(), why: z.string() }),
  record: z.string().meta({ description: 'The stream that records the export.' }),
  values: z.array(
    z.object({
      stream: z.string(),
      version: z.int(),
      event: z.string(),
      type: z.string(),
      at: instant,
      field: z.string().meta({ description: "The place in the event's data, as a JSON pointer." }),
      value: z.unknown().meta({ description: 'The value; `{ "erased": true }` after an erasure.' }),
    }),
  ),
  copies: z.object({ views: names, processes: names }).meta({ description: 'What may hold copies of these values.' }),
  cursor: z.string().optional(),
});

const certificate = z.object({
  subject: z.string(),
  erased: z.object({ at: instant, by: z.string(), why: z.string() }),
  record: z.string().meta({ description: 'The stream that records the erasure.' }),
  lastKeyGone: instant.meta({ description: 'No function has a key of the subject any more after this time.' }),
  readsAs: z.object({ erased: z.literal(true) }).meta({ description: 'What readers see in the place of each value.' }),
  holds: holds.optional(),
});

const done = z.object({ what: z.enum(['erased', 'exported']), at: instant, by: z.string(), why: z.string() });

const report = z.object({
  subject: z.string(),
  erased: z
    .object({ at: instant, by: z.string(), why: z.string() })
    .optional()
    .meta({ description: 'Its keys are gone: nobody can read its values any more.' }),
  record: z.string().meta({ description: 'The stream that records what is done to its data.' }),
  done: z.array(done).meta({ description: 'What was done to its data, the newest first.' }),
  moreDone: z.literal(true).optional(),
  holds,
  streams: z.array(heldRow).meta({ description: 'The first streams that hold values; `holds` counts all.' }),
});

/** The routes about the persons whose data the deployment holds, if it holds any. */
export const subjectOperations = (manifest: Manifest): readonly Operation[] => {
  if (personalIn(manifest).length === 0) return [];
  return [
    operation('get', {
      path: '/subjects/{id}',
      id: 'subjects.read',
      summary: 'What is held about one person: where, and how much; none of the values. Whether it is erased, by whom and why',
      parameters: [inPath('id', 'The subject: the id under which personal values were sealed.')],
      answers: ok('The report. A subject that nobody knows holds nothing.', report),
      problems: [],
    }),
    operation('post', {
      path: '/subjects/{id}/erase',
      id: 'subjects.erase',
      summary: 'Erase the personal data of one person for good: deletes their keys',
      parameters: [inPath('id', 'The subject: the id under which personal values were sealed.')],
      body: { schema: reasoned, example: { why: 'request 4711 of the data protection officer' } },
      answers: ok('The certificate. A repeat answers the same one; `holds` is counted anew.', certificate),
      problems: [...body, 'contended'],
    }),
    operation('get', {
      path: '/subjects/{id}/export',
      id: 'subjects.export',
      summary: 'All that is held about one person, with where from. The request is recorded',
      parameters: [
        inPath('id', 'The subject: the id under which personal values were sealed.'),
        {
          ...inQuery('why', 'The reason, which is kept; it must not name the person.', z.string().min(1).max(longestReason)),
          required: true,
        },
        inQuery('stream', 'Only what this stream holds, by its whole name.', wholeStream.schema),
        ...paging.filter(({ name }) => name !== 'order'),
      ],
      answers: ok('A page of values. It is empty where a stream holds many others; the cursor goes on.', exported),
      problems: ['contended', 'view-is-being-built', 'revision-gone', 'does-not-open'],
    }),
  ];
};

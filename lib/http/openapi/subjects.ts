import * as z from 'zod';
import type { Manifest } from '../../core/manifest.ts';
import { personalIn } from '../../core/personal/declared.ts';
import { reasoned } from '../operate/processes.ts';
import { body, ok, operation } from './operate.ts';
import type { Operation } from './operation.ts';
import { inPath } from './parameters.ts';

const instant = z.iso.datetime();

const certificate = z.object({
  subject: z.string(),
  erased: z.object({ at: instant, by: z.string(), why: z.string() }),
  record: z.string().meta({ description: 'The stream that records the erasure.' }),
  lastKeyGone: instant.meta({ description: 'No function has a key of the subject any more after this time.' }),
  readsAs: z.object({ erased: z.literal(true) }).meta({ description: 'What readers see in the place of each value.' }),
});

/** The routes about the persons whose data the deployment holds, if it holds any. */
export const subjectOperations = (manifest: Manifest): readonly Operation[] => {
  if (personalIn(manifest).length === 0) return [];
  return [
    operation('post', {
      path: '/subjects/{id}/erase',
      id: 'subjects.erase',
      summary: 'Erase the personal data of one person for good: deletes their keys',
      parameters: [inPath('id', 'The subject: the id under which personal values were sealed.')],
      body: { schema: reasoned, example: { why: 'request 4711 of the data protection officer' } },
      answers: ok('The certificate. A repeat answers the same one.', certificate),
      problems: [...body, 'contended'],
    }),
  ];
};

import * as z from 'zod';
import { boxKinds } from '../../engine/operate/letters/kinds.ts';
import { bodyOfStage, type StageRule } from '../body.ts';
import { keptAct, mostLetters } from '../operate/letters.ts';
import { count, instant } from './answers.ts';
import { body, ok, operation } from './operate.ts';
import type { Operation } from './operation.ts';
import { inPath, inQuery } from './parameters.ts';

const kind = z.enum(boxKinds);
const consumer = {
  kind,
  name: z.string(),
  views: z.array(z.string()).optional().meta({ description: 'Of a group: its views.' }),
};
const counted = z.object({ ...consumer, deadLetters: count });

const letter = z.looseObject({
  id: z.string(),
  sentAt: instant.optional(),
  undelivered: z
    .string()
    .optional()
    .meta({ description: 'Why the bus could not deliver it. Without it, its consumer gave up on it.' }),
  what: z.enum(['commit', 'message', 'unknown']),
  for: z.string().optional().meta({ description: 'The one view of a group that it is meant for.' }),
  stream: z.string().optional(),
  commit: z.int().optional(),
  types: z.array(z.string()).optional(),
  message: z.string().optional().meta({ description: "The name of a message of the consumer's own, such as `resume` or `due`." }),
  correlation: z.string().optional(),
});

const lettersOfOne = counted.extend({
  letters: z.array(letter),
  acts: z.array(keptAct).meta({ description: 'Who put letters back before, when and why: the newest first.' }),
});

const redriven = z.object({
  ...consumer,
  moved: count,
  isEmpty: z.boolean().meta({ description: 'None is left that could be taken. Otherwise send it again.' }),
  left: count.meta({ description: 'About how many are left, with those that somebody is looking at.' }),
  correlation: z.string(),
});

/** The routes for operators about dead letters. */
export const letterOperations = (stage: StageRule): readonly Operation[] => {
  const which = [
    inPath('kind', 'What the consumer is.', kind),
    inPath(
      'name',
      'Its name: of a view with its revision, such as `account-balance.r1`. A view of a group stands for its group.',
    ),
  ];
  return [
    operation('get', {
      path: '/ops/dead-letters',
      id: 'ops.deadLetters',
      summary: 'How many dead letters each consumer has',
      answers: ok('The report.', z.object({ consumers: z.array(counted) })),
      problems: [],
    }),
    operation('get', {
      path: '/ops/dead-letters/{kind}/{name}',
      id: 'ops.deadLettersOf',
      summary: "What is among one consumer's dead letters, which stay where they are",
      parameters: [...which, inQuery('limit', 'The most letters.', z.int().min(1).max(mostLetters).default(20))],
      answers: ok('The letters, without the data of events.', lettersOfOne),
      problems: ['not-found'],
    }),
    operation('post', {
      path: '/ops/dead-letters/{kind}/{name}/redrive',
      id: 'ops.redrive',
      summary: "Put one consumer's dead letters back into its queue, for eight seconds at most",
      parameters: which,
      body: { schema: bodyOfStage(stage), example: { why: 'the fault is mended' }, isOptional: !stage.isProtected },
      answers: ok('How many were put back, and whether any is left.', redriven),
      problems: [...body, 'not-found'],
    }),
  ];
};

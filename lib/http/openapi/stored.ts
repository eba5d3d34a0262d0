import * as z from 'zod';
import { foundStreams, storedPage } from './answers.ts';
import { ok, operation } from './operate.ts';
import type { Operation } from './operation.ts';
import { inPath, inQuery, instanceId } from './parameters.ts';

/** The routes for operators about commits as they are stored: to read a stream, and to look for streams. */
export const storedOperations = (): readonly Operation[] => [
  operation('get', {
    path: '/ops/streams',
    id: 'ops.findStreams',
    summary: 'Look through the commits for streams, a part of the table at a time',
    parameters: [
      inQuery('category', 'Only streams of this category.', z.string().min(1).max(256)),
      inQuery('type', 'Only with an event of this type.', z.string().min(1).max(256)),
      inQuery('actor', "Only with a commit of this actor's.", z.string().min(1).max(256)),
      inQuery('since', 'Only with a commit from this instant on.', z.iso.datetime({ offset: true })),
      inQuery('until', 'Only with a commit up to this instant.', z.iso.datetime({ offset: true })),
      inQuery('cursor', 'The page token of the page before.'),
    ],
    answers: ok('What this part of the table has. There is more while there is a cursor.', foundStreams),
    problems: [],
  }),
  operation('get', {
    path: '/ops/streams/{category}/{id}/stored',
    id: 'ops.stored',
    summary: 'The commits of one stream as they are stored, personal values sealed',
    parameters: [
      inPath('category', "The stream's category.", z.string().regex(/^[A-Za-z]{1,40}$/)),
      inPath('id', "The stream's id.", instanceId.schema),
      inQuery('from', 'The first commit.', z.int().min(1).default(1)),
      inQuery('limit', 'The most commits of a page.', z.int().min(1).max(1_000).default(100)),
    ],
    answers: ok('A page of commits.', storedPage),
    problems: ['not-found'],
  }),
];

import * as z from 'zod';
import type { RequestHeader } from '../../engine/headers.ts';
import { longestReason } from '../body.ts';

export type Parameter = Readonly<{
  in: 'path' | 'query' | 'header';
  name: string;
  description: string;
  schema: z.ZodType;
  required?: boolean;
}>;

const visible = z.string().regex(/^[\x21-\x7e]{1,128}$/);
const id = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9\-_.~]{0,126}[A-Za-z0-9])?$/);

export const inPath = (name: string, description: string, schema: z.ZodType = z.string()): Parameter => ({
  in: 'path',
  name,
  description,
  schema,
});
export const entityId = (category: string) => inPath('id', `The id of the ${category}.`, id);
export const instanceId = inPath('instance', "The instance's id.", id);
export const wholeStream = inPath(
  'stream',
  "The stream's whole name.",
  z.string().regex(/^[A-Za-z]{1,40}-[A-Za-z0-9](?:[A-Za-z0-9\-_.~]{0,126}[A-Za-z0-9])?$/),
);

export const inQuery = (name: string, description: string, schema: z.ZodType = z.string()): Parameter => ({
  in: 'query',
  name,
  description,
  schema,
});

const header = (name: RequestHeader, description: string, schema: z.ZodType = z.string()): Parameter => ({
  in: 'header',
  name,
  description,
  schema,
});

/** Headers that any request may have. */
export const trail: readonly Parameter[] = [
  header(
    'X-Correlation-Id',
    'On every log line that the request causes, in its commit, and in the answer: 1 to 128 visible ASCII characters. Any other is ignored.',
  ),
  header('traceparent', 'A W3C trace context. An invalid one is ignored.'),
];

export const idempotencyKey = header(
  'Idempotency-Key',
  'The same key to the same stream takes effect at most once: a repeat gets the first answer again.',
  visible,
);
export const ifMatch = header(
  'If-Match',
  'The ETag of a command\'s answer, such as "5": the command is for that version only.',
  z.string().regex(/^(?:\*|"\d{1,15}")$/),
);
export const dryRun = header(
  'Dry-Run',
  'The command is decided, and nothing is stored: the answer tells what it would append, or how it would be refused.',
  z.enum(['true', 'false']),
);
export const why = header(
  'Why',
  `The reason for the command, percent-encoded in UTF-8, of 1 to ${longestReason} characters: it is kept in the commit, and must not name a person.`,
);
export const ifNoneMatch = header('If-None-Match', 'The ETag of an earlier answer: 304 if it is still right.');
export const consistentWith = header(
  'Consistent-With',
  "The Consistency-Tokens of the caller's own commands, with commas between them: the answer is not older than these.",
);

/** Parameters of a list. */
export const paging: readonly Parameter[] = [
  inQuery('limit', 'The most items of a page.', z.int().min(1).max(100).default(20)),
  inQuery('cursor', 'The page token of the page before.'),
  inQuery('order', 'The direction.', z.enum(['oldest-first', 'newest-first']).default('oldest-first')),
];

export const untilStatus = inQuery(
  'until',
  'Only those that have had their status since this instant or longer.',
  z.iso.datetime({ offset: true }),
);

/** Parameters that are the same in many operations. */
export const common: ReadonlySet<Parameter> = new Set([
  ...trail,
  idempotencyKey,
  ifMatch,
  dryRun,
  why,
  ifNoneMatch,
  consistentWith,
  ...paging,
]);

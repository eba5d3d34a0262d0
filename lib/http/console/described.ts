import * as z from 'zod';
import { operation } from '../openapi/operate.ts';
import type { Answer, Operation } from '../openapi/operation.ts';
import { ifNoneMatch, inPath, trail } from '../openapi/parameters.ts';

const configAnswer = z.looseObject({
  app: z.string(),
  stage: z.string(),
  stack: z.string(),
  region: z.string(),
  isProtected: z.boolean(),
  erasers: z.array(z.string()).optional(),
  isLocal: z.boolean(),
  rolesClaim: z.string(),
  signIn: z.looseObject({ kind: z.enum(['cognito', 'oidc', 'paste']) }),
});

const unchanged = { 304: { description: 'Nothing has changed since the answer with this ETag.', headers: ['etag'] } } as const;
const file = (description: string, type: Answer['type'] = 'application/json', schema: z.ZodType = z.string()) =>
  ({ 200: { description, schema, type, headers: ['etag'] }, ...unchanged }) as const;

/** The routes of the operators' console: its files, for anybody, and the domain's code, for operators. */
export const consoleOperations = (): readonly Operation[] => [
  {
    method: 'get',
    path: '/console',
    id: 'console',
    tag: 'operations',
    summary: "The operators' console",
    may: ['anyone'],
    parameters: [...trail],
    answers: { 302: { description: 'Its first page.', headers: ['location'] } },
    problems: [],
  },
  {
    method: 'get',
    path: '/console/{proxy}',
    id: 'console.file',
    tag: 'operations',
    summary: 'A file of the console',
    may: ['anyone'],
    parameters: [inPath('proxy', 'The path of a file, which may have several parts.'), ifNoneMatch, ...trail],
    answers: file('The file.', '*/*'),
    problems: ['not-found'],
  },
  {
    method: 'get',
    path: '/console/config.json',
    id: 'console.config',
    tag: 'operations',
    summary: 'What the console knows of its deployment, and how people sign in to it',
    may: ['anyone'],
    parameters: [ifNoneMatch, ...trail],
    answers: file('Its name and stage, and where people sign in.', 'application/json', configAnswer),
    problems: [],
  },
  operation('get', {
    path: '/ops/console/domain.js',
    id: 'ops.domainCode',
    summary: "The domain's code, for the worker of the console",
    parameters: [ifNoneMatch],
    answers: file('The script.', 'text/javascript'),
    problems: ['not-found'],
  }),
];

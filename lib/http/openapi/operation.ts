import * as z from 'zod';
import { callersIn, isOpen, isPublic, type May } from '../../core/access.ts';
import type { PersonalSchema } from '../../core/personal/personal.ts';
import { outdatedStatus, type ProblemName, problemKinds, refusalStatus } from '../../core/problem.ts';
import { type AnswerHeader, answerHeaders } from '../../engine/headers.ts';
import { common, type Parameter } from './parameters.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What may be answered in place of a personal value. */
const marks = {
  erased: {
    type: 'object',
    description: 'Its subject was erased.',
    properties: { erased: { const: true } },
    required: ['erased'],
  },
  masked: {
    type: 'object',
    description: 'It is not shown to this caller.',
    properties: { masked: { const: true } },
    required: ['masked'],
  },
} as const;

const withoutDraft = (schema: unknown): unknown => {
  const { $schema: _, ...rest } = schema as Json;
  return rest;
};

type Overridden = Parameters<NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>>[0];

/**
 * An answer may get further fields in a later release, unless its schema is strict. The bounds of a safe integer say nothing to a reader. And what is
 * readonly in TypeScript may well be sent: `readOnly` of OpenAPI would forbid it.
 */
const left = ({ zodSchema, jsonSchema: json }: Overridden): void => {
  const { 'x-personal': personal } = json as { 'x-personal'?: PersonalSchema };
  if (personal) {
    delete (json as { 'x-personal'?: unknown })['x-personal'];
    json.anyOf = [withoutDraft(personal.schema), marks.erased, marks.masked] as typeof json.anyOf;
  }
  if (zodSchema._zod.def.type === 'object' && !('catchall' in zodSchema._zod.def && zodSchema._zod.def.catchall))
    delete json.additionalProperties;
  delete json.readOnly;
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
};

/** A schema as JSON Schema, in the form in which it is sent (`input`) or answered (`output`). */
export const jsonSchema = (schema: z.ZodType, io: 'input' | 'output' = 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: left });
  return rest;
};

const named = {
  etag: 'ETag',
  location: 'Location',
  token: 'Consistency-Token',
} as const satisfies Readonly<Record<string, AnswerHeader>>;

const referTo = (kind: 'headers' | 'parameters' | 'responses' | 'schemas', name: string): Json => ({
  $ref: `#/components/${kind}/${name}`,
});

const headersOf = (names: readonly AnswerHeader[]): Json =>
  Object.fromEntries(names.map((name) => [name, referTo('headers', name)]));

/** One answer that is no problem. */
export type Answer = Readonly<{
  description: string;
  schema?: z.ZodType;
  /** The media type, if it is another than JSON. */
  type?: 'application/json' | 'text/html' | 'text/javascript' | '*/*';
  headers?: readonly (keyof typeof named)[];
}>;

/** One operation, before it is written as OpenAPI has it. */
export type Operation = Readonly<{
  method: 'get' | 'post';
  path: string;
  id: string;
  tag: string;
  summary: string;
  description?: string;
  may: May;
  parameters?: readonly Parameter[];
  body?: Readonly<{ schema: z.ZodType; example?: unknown; isOptional?: boolean }>;
  answers: Readonly<Record<number, Answer>>;
  problems: readonly ProblemName[];
  /** How the decider may refuse with a reason of its own: with 422, and with 412 if the sender saw an older state. */
  refuses?: readonly ('refusal' | 'outdated')[];
  /** What a page that is made from the description has to know, and OpenAPI has no words for. */
  extensions?: Readonly<Record<`x-${string}`, unknown>>;
}>;

const parameter = ({ schema, ...rest }: Parameter): Json => ({
  ...rest,
  ...(rest.in === 'path' && { required: true }),
  schema: jsonSchema(schema, 'input'),
});

/** Parameters that many operations have are described once, under their names. */
const parameterOrReference = (one: Parameter): Json => (common.has(one) ? referTo('parameters', one.name) : parameter(one));

const answer = ({ description, schema, type = 'application/json', headers = [] }: Answer): Json => ({
  description,
  headers: headersOf([...headers.map((name) => named[name]), 'X-Correlation-Id']),
  ...(schema && {
    content: { [type]: { schema: jsonSchema(schema) } },
  }),
});

/** The problems that any request may meet. */
const everywhere: readonly ProblemName[] = ['invalid-request', 'too-many-requests', 'internal', 'unavailable'];
const withToken: readonly ProblemName[] = ['unauthorized', 'not-yours'];

/** The statuses that the gateway answers by itself, before a function runs: its body is a message. */
const byGateway: readonly number[] = [401, 403, 429, 500, 503];

/** The refusals of deciders, which have reasons of their own. */
const refusals = {
  refusal: { status: refusalStatus, text: 'The business refuses; `type` ends with the reason.' },
  outdated: {
    status: outdatedStatus,
    text: 'What the command says that its sender saw is not so any more; `type` ends with the reason, and the fields have what is there now.',
  },
} as const;

type Name = ProblemName | keyof typeof refusals;

const isRefusalName = (name: Name): name is keyof typeof refusals => name in refusals;

/** Problems of one status are one response of OpenAPI's, named by them. */
type Problems = Readonly<{ status: number; names: readonly Name[] }>;

const responseName = ({ names }: Problems): string => names.join('.');

/** True if a problem's answer says after how many seconds to send the request again. */
const saysWhen = (name: Name): boolean => !isRefusalName(name) && 'retryAfterSeconds' in problemKinds[name];

const problemResponse = ({ status, names }: Problems): Json => {
  const schemas = names.map((name) => referTo('schemas', name));
  const text = (name: Name) => (isRefusalName(name) ? refusals[name].text : `\`${name}\`: ${problemKinds[name].when}`);
  return {
    description: names.map(text).join('\n\n'),
    headers: headersOf(['X-Correlation-Id', ...(names.some(saysWhen) ? (['Retry-After'] as const) : [])]),
    content: {
      'application/problem+json': { schema: schemas.length === 1 ? schemas[0] : { anyOf: schemas } },
      ...(byGateway.includes(status) && { 'application/json': { schema: referTo('schemas', 'gateway-message') } }),
    },
  };
};

/** True if an operation is for callers with a token: not for anyone, and not for a provider, who signs. */
const takesToken = (may: May): boolean => isPublic(may) && !isOpen(may);

const problemsOf = ({ may, problems, refuses = [] }: Operation): readonly Problems[] => {
  const names = new Set<ProblemName>([...problems, ...everywhere, ...(takesToken(may) ? withToken : [])]);
  const byStatus: Map<number, Name[]> = Map.groupBy([...names].sort(), (name) => problemKinds[name].status);
  for (const name of refuses) byStatus.set(refusals[name].status, [...(byStatus.get(refusals[name].status) ?? []), name]);
  return [...byStatus].sort(([a], [b]) => a - b).map(([status, of]) => ({ status, names: of }));
};

const relations: Readonly<Record<string, string>> = {
  owner: 'the owner',
  operator: 'an operator',
  user: 'anybody with a token',
  anyone: 'anyone, without a token',
};

/** Everybody else whom a declaration names has a role of the manifest's own. */
const whom = (who: May[number]): string => relations[who] ?? `the role \`${who}\``;

const audience = (may: May): string =>
  may.includes('hook')
    ? 'For the provider, without a token: the signature is verified.'
    : `For ${callersIn(may).map(whom).join(' and ')}.`;

/**
 * The tokens that an operation takes, where those are not simply any: none, or a token of one of some roles. OpenAPI 3.1 lists the roles that a caller
 * must have in the requirement; one requirement of several is enough.
 */
const securityOf = (may: May): Json => {
  if (!takesToken(may)) return { security: [] };
  const roles = callersIn(may);
  return roles.some((who) => who === 'owner' || who === 'user') ? {} : { security: roles.map((role) => ({ token: [role] })) };
};

/** An operation as OpenAPI 3.1 has it. */
export const written = (operation: Operation): Json => {
  const { id, tag, summary, description, may, parameters = [], body, answers, extensions } = operation;
  const callers = callersIn(may);
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: [description, audience(may)].filter(Boolean).join(' '),
    ...securityOf(may),
    ...(callers.length > 0 && { 'x-may': callers }),
    ...extensions,
    ...(parameters.length > 0 && { parameters: parameters.map(parameterOrReference) }),
    ...(body && {
      requestBody: {
        required: body.isOptional !== true,
        content: {
          'application/json': {
            schema: jsonSchema(body.schema, 'input'),
            ...(body.example !== undefined && { example: body.example }),
          },
        },
      },
    }),
    responses: Object.fromEntries([
      ...Object.entries(answers).map(([status, one]) => [status, answer(one)]),
      ...problemsOf(operation).map((of) => [of.status, referTo('responses', responseName(of))]),
    ]),
  };
};

/** The components that the operations refer to, except the schemas. */
export const componentsOf = (operations: readonly Operation[]): Json => ({
  headers: Object.fromEntries(
    Object.entries(answerHeaders).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  ),
  parameters: Object.fromEntries([...common].map((one) => [one.name, parameter(one)])),
  responses: Object.fromEntries(operations.flatMap(problemsOf).map((of) => [responseName(of), problemResponse(of)])),
});

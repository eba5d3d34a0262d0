import * as z from 'zod';
import { isOpen, isPublic } from '../../core/access.ts';
import type { Manifest } from '../../core/manifest.ts';
import { outdatedStatus, problemKinds, refusalStatus, titleOf, typeOf } from '../../core/problem.ts';
import type { AnyProjection } from '../../core/projection.ts';
import { tagsIn } from '../../core/tag/stream.ts';
import type { StageRule } from '../body.ts';
import { consoleOperations } from '../console/described.ts';
import { effectOperations } from './effects.ts';
import { hookOperations } from './hooks.ts';
import { letterOperations } from './letters.ts';
import { operatorOperations } from './operate.ts';
import { componentsOf, type Json, jsonSchema, type Operation, written } from './operation.ts';
import { scheduleOperations } from './schedules.ts';
import { storedOperations } from './stored.ts';
import { aggregateOperations, tagOperations } from './streams.ts';
import { subjectOperations } from './subjects.ts';
import { viewOperations } from './views.ts';

type ProblemShape = Readonly<{ type: z.ZodType; title: z.ZodType; status: number; fields?: z.ZodRawShape }>;

const problem = ({ type, title, status, fields = {} }: ProblemShape) =>
  jsonSchema(
    z.looseObject({
      type,
      title,
      status: z.literal(status),
      detail: z.string().meta({ description: 'A sentence for a person: the fault, and the next step.' }),
      correlation: z.string().meta({ description: 'The id under which the log lines of the request stand.' }),
      ...fields,
    }),
  );

const schemas = (): Json => ({
  ...Object.fromEntries(
    Object.entries(problemKinds).map(([name, kind]) => [
      name,
      {
        description: kind.when,
        ...problem({ ...kind, type: z.literal(typeOf(name)), title: z.literal(titleOf(name)) }),
      },
    ]),
  ),
  refusal: {
    description: 'The business refuses. The last part of `type` is the reason; the further fields are as the decider says.',
    ...problem({ type: z.string().regex(/^urn:foldstream:problem:[a-z0-9-]+$/), title: z.string(), status: refusalStatus }),
  },
  outdated: {
    description:
      'What the command says that its sender saw is not so any more. The last part of `type` is the reason; the further fields are as the decider says.',
    ...problem({
      ...{ type: z.string().regex(/^urn:foldstream:problem:[a-z0-9-]+$/), title: z.string(), status: outdatedStatus },
      fields: { version: z.int() },
    }),
  },
  'gateway-message': jsonSchema(z.looseObject({ message: z.string() })),
});

/** The components that a description refers to: a manifest without hooks, say, has no problem of theirs. */
const usedOf = (components: Readonly<Record<string, Json>>, paths: Json): Json => {
  const text = JSON.stringify([paths, components]);
  return Object.fromEntries(
    Object.entries(components).map(([kind, all]) => [
      kind,
      Object.fromEntries(Object.entries(all).filter(([name]) => text.includes(`"#/components/${kind}/${name}"`))),
    ]),
  );
};

/** Several revisions of a view answer under one name: the newest is described. It asks for a token as long as one of them does. */
const described = (revisions: readonly AnyProjection[]): AnyProjection => {
  const [newest] = revisions.toSorted((a, b) => b.revision - a.revision);
  const { may } = revisions.find((each) => !isOpen(each.may)) ?? newest!;
  return { ...newest!, may };
};

/** What a deployment's settings decide of its routes. */
export type Deployment = StageRule & Readonly<{ hasConsole?: boolean }>;

/** Every operation of a manifest's API. */
export const operationsOf = (
  manifest: Manifest,
  { hasConsole = true, isProtected = false }: Deployment = {},
): readonly Operation[] => {
  // Nobody outside may read a view for processes alone.
  const readable = manifest.projections.filter(({ may }) => isPublic(may));
  return [
    ...manifest.aggregates.flatMap(aggregateOperations),
    ...tagOperations(manifest),
    ...[...Map.groupBy(readable, ({ name }) => name).values()].flatMap((revisions) => viewOperations(described(revisions))),
    ...hookOperations(manifest),
    ...operatorOperations(manifest, { isProtected }),
    ...letterOperations({ isProtected }),
    ...(hasConsole ? consoleOperations() : []),
    ...effectOperations(manifest),
    ...scheduleOperations(manifest),
    ...storedOperations(),
    ...subjectOperations(manifest),
  ];
};

const tokenText = ({ roles = [] }: Manifest): string =>
  `An access token of a person, or of a machine. It gives its caller the roles among its groups (or in the claim that the deployment names): ${['operator', ...roles].map((role) => `\`${role}\``).join(', ')}.`;

const about =
  'Commands change streams; queries read views, which follow the commands. Each problem is `application/problem+json`, and its `type` names it.';

export type Described = Readonly<{ title: string; version: string; server?: string }> & Deployment;

/**
 * The API of a manifest, described as OpenAPI 3.1: every command, view, history and operator's route, with every problem that it may answer.
 * @example openApi(manifest, { title: 'Accounts', version: '1.4.0' }).paths;
 */
export const openApi = (manifest: Manifest, { title, version, server = '/', ...deployment }: Described): Json => {
  const all = operationsOf(manifest, deployment);
  const byPath = Map.groupBy(all, ({ path }) => path);
  const paths = Object.fromEntries(
    [...byPath].map(([path, operations]) => [path, Object.fromEntries(operations.map((one) => [one.method, written(one)]))]),
  );
  return {
    openapi: '3.1.1',
    info: { title, version, description: about },
    servers: [{ url: server }],
    security: [{ token: [] }],
    tags: [
      ...manifest.aggregates.map(({ category }) => ({ name: category, description: `Commands and history of ${category}.` })),
      ...(tagsIn(manifest.aggregates).length > 0
        ? [{ name: 'tags', description: 'What the events that carry a tag come to, and how they came.' }]
        : []),
      { name: 'views', description: 'Queries. They follow the commands, usually within a second; see Consistent-With.' },
      ...(Object.keys(manifest.hooks ?? {}).length > 0
        ? [{ name: 'hooks', description: 'For providers, whose requests are signed.' }]
        : []),
      {
        name: 'operations',
        description: 'For operators: backlog, parked streams, dead letters, rebuilds, processes, schedules, traces.',
      },
    ],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: tokenText(manifest) } },
      ...usedOf({ ...componentsOf(all), schemas: schemas() }, paths),
    },
  };
};

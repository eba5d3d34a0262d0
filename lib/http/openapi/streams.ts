import * as z from 'zod';
import { isOpen, isPublic, type May } from '../../core/access.ts';
import { type AnyDecider, historyFor } from '../../core/decider.ts';
import { exampleOf } from '../../core/made-up.ts';
import type { Manifest } from '../../core/manifest.ts';
import { kebab } from '../../core/stream.ts';
import { tagHistoryFor } from '../../core/tag/history.ts';
import { tagCategory, tagEvents, tagsIn } from '../../core/tag/stream.ts';
import type { AnyTag } from '../../core/tag/tag.ts';
import { currentSchema } from '../../core/version.ts';
import { entryOf, mostCommands } from '../batch-entry.ts';
import { batchAnswer, commandAnswer, differenceAnswer, dryRunAnswer, historyOf, stateAnswer } from './answers.ts';
import type { Operation } from './operation.ts';
import { dryRun, entityId, idempotencyKey, ifMatch, inPath, inQuery, type Parameter, paging, trail, why } from './parameters.ts';

const words = (type: string) => kebab(type).replaceAll('-', ' ');
const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** An example of a command's body, always the same. None where the schema does not accept again what it has parsed: it would be refused if it was sent. */
const exampleBody = (schema: z.ZodType): unknown => {
  const example = exampleOf(schema);
  return example && schema.safeParse(example.data).success ? example.data : undefined;
};

/** The commands of an aggregate that have a route. */
const commandOperations = ({ category, commands }: AnyDecider): readonly Operation[] =>
  Object.entries(commands)
    .filter(([, { may }]) => isPublic(may))
    .map(([type, { may, schema }]) => ({
      method: 'post' as const,
      path: `/${category}/{id}/${kebab(type)}`,
      id: `${category}.${type.charAt(0).toLowerCase()}${type.slice(1)}`,
      tag: category,
      summary: sentence(`${words(type)} (${category})`),
      may,
      parameters: [entityId(category), idempotencyKey, ifMatch, dryRun, why, ...trail],
      body: { schema, example: exampleBody(schema) },
      answers: {
        200: {
          description: 'It took effect, or there was nothing to change. With Dry-Run: what it would append.',
          schema: z.union([commandAnswer, dryRunAnswer]),
          headers: ['etag', 'location', 'token'] as const,
        },
        201: {
          description: 'It took effect, and began the stream.',
          schema: commandAnswer,
          headers: ['etag', 'location', 'token'] as const,
        },
      },
      problems: [
        ...(['not-json', 'invalid-command', 'contended', 'stream-purged', 'stale-version'] as const),
        ...(['body-too-large', 'commit-too-large', 'idempotency-key-reused'] as const),
      ],
      refuses: ['refusal', 'outdated'],
    }));

const exampleEntry = (type: string, schema: z.ZodType) => {
  const body = exampleBody(schema);
  return { id: 'a1', command: kebab(type), ...(body !== undefined && { body }) };
};

/** The route for several commands. It asks for a token, also for commands that anyone may send. */
const batchOperations = ({ category, commands }: AnyDecider): readonly Operation[] => {
  const all = Object.entries(commands).filter(([, { may }]) => isPublic(may));
  if (all.every(([, { may }]) => isOpen(may))) return [];
  const [first, ...rest] = all.map(([type, { schema }]) => entryOf(kebab(type), schema));
  const [whose, ...others] = new Set(all.flatMap(([, { may }]) => may.map((who) => (who === 'anyone' ? 'user' : who))));
  return [
    {
      method: 'post',
      path: `/${category}/batch`,
      id: `${category}.batch`,
      tag: category,
      summary: `Up to ${mostCommands} commands (${category})`,
      description:
        'Each command succeeds or fails by itself; with `atomic: true` all take effect or none, and Idempotency-Key is for the whole.',
      may: [whose!, ...others],
      parameters: [dryRun, idempotencyKey, ...trail],
      body: {
        schema: z.strictObject({
          atomic: z.boolean().optional(),
          commands: z
            .array(rest.length === 0 ? first! : z.union([first!, ...rest]))
            .min(1)
            .max(mostCommands),
        }),
        example: { commands: all.slice(0, 2).map(([type, { schema }]) => exampleEntry(type, schema)) },
      },
      answers: { 200: { description: 'Every command has an answer of its own.', schema: batchAnswer } },
      problems: ['not-json', 'body-too-large', 'contended', 'stream-purged', 'commit-too-large', 'idempotency-key-reused'],
    },
  ];
};

const eventsOf = ({ events }: Pick<AnyDecider, 'events'>) => {
  const shapes = Object.entries(events).map(([type, format]) =>
    z.object({ type: z.literal(type), version: z.int(), v: z.int(), data: currentSchema(format) }),
  );
  const [first, second, ...rest] = shapes;
  return first && second ? z.union([first, second, ...rest]) : (first ?? z.never());
};

const moment = z.union([z.int().min(0), z.iso.datetime({ offset: true })]);

type Historical = Readonly<{ category: string; id: Parameter; group: string; may: May; events: z.ZodType }>;

/** The history of the streams of a category. */
const historyOperations = ({ category, id, group, may, events }: Historical): readonly Operation[] => {
  const path = `/streams/${category}/{id}`;
  const common = { method: 'get' as const, tag: group, may };
  const personal = inQuery('personal', 'What is shown in the place of personal values.', z.enum(['opened', 'masked']));
  return [
    {
      ...common,
      path,
      id: `${category}.history`,
      summary: `The commits of one ${category}`,
      parameters: [
        id,
        ...paging,
        inQuery('types', 'Only events of these types, with commas between them.'),
        inQuery('since', 'Only commits from this instant on.', z.iso.datetime({ offset: true })),
        inQuery('until', 'Only commits up to this instant.', z.iso.datetime({ offset: true })),
        personal,
        ...trail,
      ],
      answers: { 200: { description: 'A page of commits.', schema: historyOf(events) } },
      problems: ['not-found', 'stream-purged', 'answer-too-large', 'does-not-open'],
    },
    {
      ...common,
      path: `${path}/state`,
      id: `${category}.state`,
      summary: `The state of one ${category} at a version or an instant`,
      parameters: [
        id,
        inQuery('version', 'The state after this version; give this or `at`.', z.int().min(0)),
        inQuery('at', 'The state at this instant; give this or `version`.', z.iso.datetime({ offset: true })),
        personal,
        ...trail,
      ],
      answers: { 200: { description: 'The state.', schema: stateAnswer } },
      problems: ['not-found', 'stream-purged', 'too-far-back', 'answer-too-large', 'does-not-open'],
    },
    {
      ...common,
      path: `${path}/diff`,
      id: `${category}.diff`,
      summary: `What changed in one ${category} between two moments`,
      parameters: [
        id,
        { ...inQuery('from', 'A version or an instant.', moment), required: true },
        { ...inQuery('to', 'A version or an instant.', moment), required: true },
        personal,
        ...trail,
      ],
      answers: { 200: { description: 'The changes, by JSON pointer.', schema: differenceAnswer } },
      problems: ['not-found', 'stream-purged', 'too-far-back', 'answer-too-large', 'does-not-open'],
    },
  ];
};

export const aggregateOperations = (decider: AnyDecider): readonly Operation[] => [
  ...commandOperations(decider),
  ...batchOperations(decider),
  ...historyOperations({
    ...{ category: decider.category, group: decider.category, may: historyFor(decider) },
    ...{ id: entityId(decider.category), events: eventsOf(decider) },
  }),
];

/** The history of the tags of a manifest. Each tag has its own readers: those who may read every stream whose events carry it. */
export const tagOperations = ({ aggregates }: Manifest): readonly Operation[] => {
  const tags = tagsIn(aggregates);
  const [first, ...rest] = new Set(tags.flatMap((tag) => tagHistoryFor(tag, aggregates)));
  if (first === undefined) return [];
  const names = tags.map(({ name }) => `\`${name}\``).join(', ');
  return historyOperations({
    ...{ category: tagCategory, group: 'tags', may: [first, ...rest], events: eventsOf({ events: tagEvents }) },
    id: inPath('id', `The name of a tag, a dot, and a value: the tags are ${names}.`, z.string().regex(tagId(tags))),
  });
};

const tagId = (tags: readonly AnyTag[]) => new RegExp(`^(?:${tags.map(({ name }) => name).join('|')})\\.[A-Za-z0-9_.~-]+$`);

import * as z from 'zod';

const names = z.array(z.string());
const schema = z.looseObject({}).meta({ description: 'A JSON Schema.' });
const span = z.record(z.string(), z.number()).meta({ description: 'A length of time, such as `{"minutes":5}`.' });

const command = z.object({
  name: z.string(),
  path: z.string().optional().meta({ description: 'The route, if somebody outside may send it.' }),
  may: names,
  schema,
  example: z.unknown().optional(),
  owns: names,
  facts: z.array(z.object({ name: z.string(), category: z.string(), guarded: z.boolean() })),
  tags: names,
  together: z.array(z.object({ category: z.string(), command: z.string() })),
});

const aggregate = z.object({
  category: z.string(),
  commands: z.array(command),
  events: names,
  hasOwner: z.boolean(),
  history: names,
  unique: names,
  tags: names,
  retention: z.object({ endedBy: names, keep: span }).optional(),
});

const version = z.object({
  v: z.int(),
  schema,
  changes: names.meta({ description: 'What differs from the version before, in sentences.' }),
  sample: z
    .object({ data: z.unknown(), golden: z.boolean() })
    .optional()
    .meta({ description: 'Data of this version; made up, unless it is `golden`.' }),
});

const event = z.object({
  category: z.string(),
  type: z.string(),
  written: z.int().meta({ description: 'The version that is written.' }),
  versions: z.array(version),
  public: z.boolean(),
  publicSince: z.string().optional(),
  personal: names.meta({ description: 'The fields with personal values, as JSON pointers.' }),
  producer: z.enum(['aggregate', 'process', 'watch']),
  views: z.array(z.object({ name: z.string(), revision: z.int() })),
  processes: names,
});

const from = z.array(z.object({ category: z.string(), types: names }));

const view = z.object({
  name: z.string(),
  revision: z.int(),
  kind: z.string(),
  may: names,
  path: z.string().optional(),
  from,
  lists: z.array(z.object({ name: z.string(), within: z.literal('owner').optional(), by: z.boolean(), personal: z.boolean() })),
  filters: names,
  maskedFor: names,
  gatherSeconds: z.number(),
  freshSeconds: z.number(),
  row: schema.optional(),
  kernel: z.boolean().meta({ description: 'The product brings it along.' }),
  log: z.boolean().meta({ description: 'It logs commits, of whatever kind.' }),
});

const process = z.object({
  category: z.string(),
  kind: z.enum(['process', 'watch']),
  since: z.string(),
  from,
  sends: z.array(z.object({ category: z.string(), commands: names })),
  effects: names,
  deadlines: names,
  raises: names,
  memory: schema,
  gatherSeconds: z.number(),
});

const effect = z.object({
  name: z.string(),
  provider: z.string(),
  input: schema,
  answer: schema,
  opens: names,
  timeout: span,
  giveUp: span,
  processes: names,
});

const schedule = z.object({
  name: z.string(),
  cron: z.string(),
  timezone: z.string(),
  catchUp: z.string(),
  since: z.string(),
  each: z.string().optional(),
  sends: names,
});

/** The body of `GET /ops/model`. */
export const modelAnswer = z.object({
  roles: names,
  mayErase: names,
  aggregates: z.array(aggregate),
  events: z.array(event),
  views: z.array(view),
  processes: z.array(process),
  effects: z.array(effect),
  schedules: z.array(schedule),
  hooks: z.array(z.object({ name: z.string(), path: z.string(), sends: z.string(), body: schema })),
  retired: z.record(z.string(), z.string()),
});

import * as z from 'zod';
import type { LoggedCommit } from '../../core/event-log.ts';
import type { InstanceRow } from '../../core/process/instances-view.ts';

/** The bodies of answers, as the API's description has them. A field that a later release adds does not break a client: objects are open. */

export const instant = z.string().meta({ description: 'An instant in UTC with milliseconds, such as 2026-11-21T12:00:00.000Z.' });
const json = z.unknown();
export const count = z.int().min(0);

export const commandAnswer = z.object({
  stream: z.string().meta({ examples: ['account-my-first'] }),
  version: count.meta({ description: 'The version of the stream after the command.' }),
  commit: count.meta({ description: 'The number of the commit.' }),
  events: z.array(z.object({ type: z.string(), version: z.int() })),
});

export const dryRunAnswer = z.object({
  dryRun: z.literal(true),
  tookEffect: z.boolean().meta({ description: 'True if the command took effect earlier, under the same Idempotency-Key.' }),
  stream: z.string(),
  version: count.meta({ description: 'The version that the stream would have.' }),
  commit: count,
  events: z.array(
    z.object({
      type: z.string(),
      version: z.int(),
      v: z.int().optional().meta({ description: "The format's version: for those who may read the stream's history." }),
      data: json.optional().meta({ description: "For those who may read the stream's history." }),
    }),
  ),
});

export const batchAnswer = z.object({
  answers: z
    .array(
      z.object({
        status: z.int(),
        headers: z.record(z.string(), z.string()),
        body: z.looseObject({}).meta({ description: "The command's answer, or a problem." }),
      }),
    )
    .meta({ description: 'One for each command, in the same order: what its own route would answer.' }),
});

export const pageOf = (row: z.ZodType) =>
  z.object({
    items: z.array(row),
    cursor: z.string().optional().meta({ description: 'The page token of the next page. Without one there is no more.' }),
  });

/** A row of a view that declares no schema: nothing is known about its fields. */
export const anyRow: z.ZodType = z.looseObject({});

/** A row of an event log. */
export const loggedCommit = z.object({
  stream: z.string(),
  commit: z.int(),
  version: z.int().meta({ description: 'That of its last event in the log.' }),
  events: z.array(
    z.object({
      type: z.string(),
      version: z.int(),
      data: json.optional().meta({ description: 'Only in a log that keeps the data of the events.' }),
      tooLarge: z.literal(true).optional().meta({ description: 'The row has no room for the data: the stream has it.' }),
    }),
  ),
  at: instant,
  actor: z.string(),
  correlation: z.string(),
  causation: z.string(),
}) satisfies z.ZodType<LoggedCommit>;

/** A row of the view of all instances of processes. */
export const instanceRow = z.object({
  process: z.string(),
  instance: z.string(),
  status: z.enum(['running', 'stuck', 'parked', 'ended']),
  since: instant,
  startedAt: instant,
  changedAt: instant,
  open: z.int(),
  waitsUntil: instant.optional(),
  why: z.string().optional(),
  how: z.string().optional(),
}) satisfies z.ZodType<InstanceRow>;

const keyed = z.object({ id: z.string().meta({ description: "The stream's id or name, or the row's key." }) });

/** A row, with the id that the server adds. */
export const withId = (row: z.ZodType): z.ZodType =>
  row instanceof z.ZodObject ? keyed.extend(row.shape) : z.intersection(keyed, row);

const commit = (events: z.ZodType) =>
  z.object({
    commit: z.int(),
    version: count,
    at: instant,
    actor: z.string(),
    correlation: z.string(),
    why: z.string().optional().meta({ description: 'The reason that the sender gave.' }),
    events: z.array(events),
  });

export const historyOf = (events: z.ZodType) =>
  z.object({ stream: z.string(), commits: z.array(commit(events)), cursor: z.string().optional() });

export const stateAnswer = z.object({ stream: z.string(), version: count, at: z.string(), state: json });

const moment = z.object({ version: count, at: z.string() });
export const differenceAnswer = z.object({
  stream: z.string(),
  from: moment,
  to: moment,
  changes: z.array(z.object({ path: z.string(), from: json.optional(), to: json.optional() })),
});

export const lag = z.object({ waiting: count, inFlight: count, deadLetters: count, oldestSeconds: z.number().optional() });

export const viewsReport = z.object({
  projections: z.array(
    z.object({
      name: z.string(),
      revision: z.int(),
      active: z.boolean(),
      parked: z.array(z.object({ stream: z.string(), commit: z.int(), reason: z.string(), since: instant })),
      moreParked: z.boolean(),
      lag,
    }),
  ),
  publisher: z.object({ behindSeconds: z.number().optional() }),
});

export const resumeOrdered = z.object({ projection: z.string(), revision: z.int(), stream: z.string(), commit: z.int() });

const wait = z.looseObject({ instance: z.string(), for: z.enum(['outcome', 'effect', 'deadline', 'person']) });

export const processesReport = z.object({
  processes: z.array(z.object({ process: z.string(), lag })),
  instances: z.array(z.looseObject({ id: z.string(), process: z.string(), instance: z.string(), status: z.string() })),
  cursor: z.string().optional(),
});

export const instanceReport = z.looseObject({
  process: z.string(),
  instance: z.string(),
  status: z.string(),
  story: z.string(),
  waits: z.array(wait),
  steps: z.array(
    z.object({ commit: z.int(), version: z.int(), at: instant, actor: z.string(), correlation: z.string(), says: z.string() }),
  ),
  earlier: count,
});

export const instanceOrdered = z.object({
  process: z.string(),
  instance: z.string(),
  order: z.enum(['retry', 'resume', 'resolve']),
  status: z.string(),
  correlation: z.string(),
});

export const traceAnswer = z.looseObject({
  correlation: z.string(),
  from: instant,
  milliseconds: count,
  commits: count,
  steps: z.array(
    z.looseObject({
      stream: z.string(),
      commit: z.int(),
      version: z.int(),
      says: z.string(),
      followed: z.array(z.looseObject({})),
    }),
  ),
  instances: z.array(z.looseObject({ instance: z.string(), status: z.string(), story: z.string() })),
  waits: z.array(wait),
  missing: z.array(z.object({ stream: z.string(), commit: z.int() })),
  cut: z.boolean(),
});

export const foundStreams = z.object({
  streams: z.array(
    z.object({
      stream: z.string(),
      found: count.meta({ description: 'How many of its commits were found in this part of the table.' }),
      commit: z.int().meta({ description: 'The newest of them.' }),
      version: count,
      at: instant,
      actor: z.string(),
      correlation: z.string(),
      types: z.array(z.string()),
    }),
  ),
  looked: z.object({ commits: count, units: z.number() }).meta({ description: 'What was looked through, and its read units.' }),
  cursor: z.string().optional().meta({ description: 'The page token of the next part. Without one there is no more.' }),
});

export const storedPage = z.object({
  stream: z.string(),
  commits: z.array(z.looseObject({ stream: z.string(), commit: z.int() })).meta({ description: 'As they are stored.' }),
  next: z.int().optional().meta({ description: 'The commit from which to read on. Without one there is no more.' }),
});

export const rebuildAnswer = z.looseObject({
  id: z.string(),
  projection: z.string(),
  revision: z.int(),
  kind: z.enum(['rebuild', 'replay', 'audit', 'roll-back']),
  state: z.string(),
  by: z.string(),
  why: z.string(),
  startedAt: instant,
  since: instant,
});

export const rebuildsAnswer = z.object({ rebuilds: z.array(rebuildAnswer) });

export const estimateAnswer = z.looseObject({ commits: count, streams: count, readUnits: z.number(), writeUnits: z.number() });

export const rolledBack = z.looseObject({
  projection: z.string(),
  revision: z.int(),
  since: instant,
  by: z.string(),
  why: z.string(),
});

export const health = z.object({ status: z.literal('ok') });

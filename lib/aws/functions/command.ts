import { Logger } from '@aws-lambda-powertools/logger';
import canonicalize from 'canonicalize';
import { isPublic } from '../../core/access.ts';
import { type Commit, versionBefore } from '../../core/commit.ts';
import { type AnyDecider, type CommandFormat, namedBy } from '../../core/decider.ts';
import type { Manifest } from '../../core/manifest.ts';
import { ProblemError } from '../../core/problem.ts';
import { kebab, streamName } from '../../core/stream.ts';
import { stateCache } from '../../engine/command/cache.ts';
import { committedAnswer, handleCommand } from '../../engine/command/handle.ts';
import { type Owning, ownsNamed } from '../../engine/command/owning.ts';
import type { CommandAnswer, Commanding, CommandRequest } from '../../engine/command/request.ts';
import type { Keys } from '../../engine/ports.ts';
import { commandProblem, invalid, notFound, validId } from '../../engine/problems.ts';
import { type Awaited, consistencyToken } from '../../engine/query/consistency.ts';
import { defaultSettings } from '../../engine/settings.ts';
import { jsonBody } from '../../http/body.ts';
import { type HttpRequest, type HttpResponse, trailIn } from '../../http/request.ts';
import { dynamo } from '../dynamo.ts';
import { environment } from '../environment.ts';
import { commitStore } from '../store/commit-store.ts';
import { snapshotStore } from '../store/snapshot-store.ts';
import { systemClock, systemKeys } from '../system.ts';
import { httpFunction } from './http-function.ts';

const keyForm = /^[\x21-\x7e]{1,128}$/;

/** The command's format by its path, if it has a public route. */
const publicCommand = (decider: AnyDecider, path: string): readonly [string, CommandFormat<unknown>] => {
  const found = Object.entries(decider.commands).find(([type, { may }]) => kebab(type) === path && isPublic(may));
  if (!found) throw notFound(`command '${path}' on ${decider.category}`);
  return found;
};

const validated = (format: CommandFormat<unknown>, body: unknown): unknown => {
  const result = format.schema.safeParse(body);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({
    path: path.map((part) => `/${String(part)}`).join(''),
    reason: message,
  }));
  throw new ProblemError({
    kind: 'invalid-command',
    status: 400,
    detail: 'The command does not fit its schema; each field is listed in errors.',
    extra: { errors },
  });
};

/** `"5"` of an If-Match header as 5; `*` and no header ask for no version. */
const expectedVersion = (header: string | undefined): number | undefined => {
  if (header === undefined || header === '*') return undefined;
  const version = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (version === undefined) throw invalid('If-Match', 'takes the ETag of a command\'s answer, such as "5"');
  return Number(version);
};

const identity = async (keys: Keys, { headers, actor }: HttpRequest, command: string, body: unknown) => {
  const key = headers['idempotency-key'];
  if (key === undefined) return { id: `request/${keys.randomId()}` };
  if (!keyForm.test(key)) throw invalid('Idempotency-Key', '1 to 128 printable ASCII characters, no spaces');
  return { id: `http/${key}`, digest: await keys.digest(canonicalize([actor.id, command, body]) ?? '') };
};

const typesOf = (commit: Commit): readonly string[] => commit.events.map(({ type }) => type);

/** How many of a stream's last commits the token of a command that changed nothing looks at: one request. */
const lookedBack = 100;

/** Of each type the last commit that has it: a view that takes nothing from the very last one is to have reached those before it all the same. */
const lastOfTypes = async ({ store }: Commanding, stream: string, commit: number): Promise<readonly [Awaited, ...Awaited[]]> => {
  const { commits } =
    commit === 0 ? { commits: [] } : await store.read(stream, { from: 1, to: commit, limit: lookedBack, newestFirst: true });
  const found = new Set<string>();
  const last = commits.flatMap((each) => {
    const types = typesOf(each).filter((type) => !found.has(type));
    for (const type of types) found.add(type);
    return types.length > 0 ? [{ stream, commit: each.commit, types }] : [];
  });
  const [newest = { stream, commit, types: [] }, ...earlier] = last;
  return [newest, ...earlier];
};

/** Answers `POST /{category}/{id}/{command}`. */
export const answerCommand = async (
  commanding: Commanding,
  request: HttpRequest,
  owning: Owning = new Map(),
): Promise<HttpResponse> => {
  const { decider, keys } = commanding;
  const id = validId(request.path.id);
  // A command for anyone has a route of its own, which names it.
  const [type, format] = publicCommand(decider, request.path.command ?? request.route.split('/').at(-1) ?? '');
  const body = jsonBody(request.body);
  const data = validated(format, body);
  const version = expectedVersion(request.headers['if-match']);
  const { requestId, network } = request;
  const commandRequest: CommandRequest = {
    stream: streamName(decider.category, id),
    command: { type, data },
    actor: request.actor,
    ...(await identity(keys, request, type, body)),
    ...(version !== undefined && { expectedVersion: version }),
    meta: {
      ...trailIn(request),
      causation: requestId,
      ...(network && { network }),
    },
  };
  const answer: CommandAnswer = (await ownsNamed(owning, format, data, request.actor))
    ? await handleCommand(commanding, commandRequest)
    : { outcome: 'forbidden' };
  if (answer.outcome === 'unchanged') {
    const { stream, version, commit } = answer;
    const token = await consistencyToken(keys, request.actor.id, ...(await lastOfTypes(commanding, stream, commit)));
    return {
      status: 200,
      body: { stream, version, commit, events: [] },
      headers: { etag: `"${version}"`, 'consistency-token': token },
    };
  }
  if (answer.outcome !== 'committed') throw new ProblemError(commandProblem(answer, commandRequest));
  const { stream, commit } = answer.commit;
  const token = await consistencyToken(keys, request.actor.id, { stream, commit, types: typesOf(answer.commit) });
  return {
    status: versionBefore(answer.commit) === 0 ? 201 : 200,
    body: committedAnswer(answer.commit),
    headers: {
      etag: `"${answer.commit.version}"`,
      // Relative to the command's path: an API may live below a prefix.
      location: `../../streams/${decider.category}/${id}`,
      'consistency-token': token,
    },
  };
};

/** What the streams of another aggregate are read with. Snapshots are taken as they are found: to save them is the right of who appends. */
const readingOf = (commanding: Commanding, decider: AnyDecider): Commanding => {
  const codes = JSON.parse(environment('FOLD_CODES')) as Readonly<Record<string, string>>;
  const snapshots = { ...commanding.snapshots, save: async () => {} };
  return { ...commanding, decider, snapshots, code: codes[decider.category] ?? '' };
};

export const commandHandler = (manifest: Manifest) => {
  const category = environment('CATEGORY');
  const decider = manifest.aggregates.find((aggregate) => aggregate.category === category);
  if (!decider) throw new Error(`The manifest has no aggregate ${category}.`);
  const client = dynamo();
  const logger = new Logger({ serviceName: `command-${category}` });
  const commanding: Commanding = {
    decider,
    code: environment('FOLD_CODE'),
    store: commitStore(client, environment('COMMITS_TABLE')),
    snapshots: snapshotStore(client, environment('SNAPSHOTS_TABLE')),
    keys: systemKeys(client, environment('CONTROL_TABLE')),
    clock: systemClock,
    log: logger,
    settings: defaultSettings,
    cache: stateCache(defaultSettings.cacheBytes),
  };
  const owning: Owning = new Map(
    manifest.aggregates
      .filter((other) => namedBy(decider).includes(other.category))
      .map((other) => [other.category, readingOf(commanding, other)]),
  );
  return httpFunction(logger, (request) => answerCommand(commanding, request, owning));
};

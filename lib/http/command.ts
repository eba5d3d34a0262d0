import { isPublic } from '../core/access.ts';
import { type Commit, versionBefore } from '../core/commit.ts';
import type { AnyDecider, CommandFormat } from '../core/decider.ts';
import type { Message } from '../core/message.ts';
import { ProblemError } from '../core/problem.ts';
import { kebab, parseStream, streamName } from '../core/stream.ts';
import { valueFault, valuesOf } from '../core/tag/stream.ts';
import { alongWith, UnfitTogether } from '../core/together/along.ts';
import { canonical } from '../engine/canonical.ts';
import { committedAnswer, handleCommand } from '../engine/command/handle.ts';
import { ownsNamed } from '../engine/command/owning.ts';
import { commandProblem } from '../engine/command/problem.ts';
import type { CommandAnswer, Commanding, CommandRequest } from '../engine/command/request.ts';
import type { Keys } from '../engine/ports.ts';
import { invalid, notFound, notYours, validId } from '../engine/problems.ts';
import { type Awaited, consistencyToken } from '../engine/query/consistency.ts';
import { jsonBody, longestReason, refusedBody, shaped } from './body.ts';
import { answerDryRun, asksForDryRun } from './dry-run.ts';
import { type HttpRequest, type HttpResponse, trailIn } from './request.ts';

const keyForm = /^[\x21-\x7e]{1,128}$/;

/** The command's format by its path, if it has a public route. */
const publicCommand = (decider: AnyDecider, path: string): readonly [string, CommandFormat<unknown>] => {
  const found = Object.entries(decider.commands).find(([type, { may }]) => kebab(type) === path && isPublic(may));
  if (!found) throw notFound(`command '${path}' on ${decider.category}`);
  return found;
};

const unfit = {
  kind: 'invalid-command',
  detail: 'The command does not fit its schema; each field is listed in errors.',
} as const;

/** `"5"` of an If-Match header as 5; `*` and no header ask for no version. */
const expectedVersion = (header: string | undefined): number | undefined => {
  if (header === undefined || header === '*') return undefined;
  const version = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (version === undefined) throw invalid('If-Match', 'must be the ETag of a command\'s answer, such as "5"');
  return Number(version);
};

/** The reason that a request gives, percent-encoded: headers hold ASCII alone. */
const whyIn = ({ headers: { why } }: HttpRequest): Readonly<{ why?: string }> => {
  if (why === undefined) return {};
  const read = decoded(why)?.trim() ?? '';
  if (read === '' || read.length > longestReason)
    throw invalid('Why', `a reason of 1 to ${longestReason} characters, percent-encoded in UTF-8`);
  return { why: read };
};

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** The id of what a request asks for, and what tells a repeat from another request. */
export const identity = async (keys: Keys, { headers, actor }: HttpRequest, command: string, body: unknown) => {
  const key = headers['idempotency-key'];
  if (key === undefined) return { id: `request/${keys.randomId()}` };
  if (!keyForm.test(key)) throw invalid('Idempotency-Key', '1 to 128 printable ASCII characters, no spaces');
  const [digest, ...otherDigests] = await keys.digests(canonical([actor.id, command, body]));
  return { id: `http/${key}`, digest, ...(otherDigests.length > 0 && { otherDigests }) };
};

const typesOf = (commit: Commit): readonly string[] => commit.events.map(({ type }) => type);

/** The number of a stream's last commits that the token of a command without effect looks at: one request. */
const lookedBack = 100;

/** The last commit of each event type: a view that ignores the very last commit must still have applied those before it. */
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

/** Refuses data with which no other command can go along. */
const refuseUnfit = (decider: AnyDecider, command: Message, id: string): void => {
  try {
    alongWith(decider, command, id);
  } catch (fault) {
    if (fault instanceof UnfitTogether) throw refusedBody('invalid-command', unfit.detail, [{ path: '', reason: fault.message }]);
    throw fault;
  }
};

/** A command as its request has it. */
type Asked = Readonly<{ format: CommandFormat<unknown>; asked: CommandRequest }>;

export const commandIn = async ({ decider, keys }: Commanding, request: HttpRequest, bodyOf: () => unknown): Promise<Asked> => {
  const id = validId(request.path.id);
  // A command for anyone has its own route, whose path names it.
  const [type, format] = publicCommand(decider, request.path.command ?? request.route.split('/').at(-1) ?? '');
  const body = bodyOf();
  const data = shaped(format.schema, body, unfit);
  for (const [name, valuesIn] of Object.entries(format.tags ?? {}))
    for (const value of valuesOf(valuesIn(data as never, id))) {
      const fault = valueFault(name, value);
      if (fault !== undefined) throw refusedBody('invalid-command', unfit.detail, [{ path: '', reason: fault }]);
    }
  refuseUnfit(decider, { type, data }, id);
  const version = expectedVersion(request.headers['if-match']);
  const { requestId, actor } = request;
  const asked: CommandRequest = {
    stream: streamName(decider.category, id),
    command: { type, data },
    actor,
    ...(await identity(keys, request, type, body)),
    ...(version !== undefined && { expectedVersion: version }),
    meta: { ...trailIn(request), causation: requestId, ...whyIn(request) },
  };
  return { format, asked };
};

/** The answer to a command that took effect, or found nothing to change. */
export const answerOf = async (
  commanding: Commanding,
  { actor }: CommandRequest,
  answer: Extract<CommandAnswer, { outcome: 'committed' | 'unchanged' }>,
): Promise<HttpResponse> => {
  const { keys } = commanding;
  if (answer.outcome === 'unchanged') {
    const { stream, version, commit } = answer;
    const token = await consistencyToken(keys, actor.id, ...(await lastOfTypes(commanding, stream, commit)));
    return {
      status: 200,
      body: { stream, version, commit, events: [] },
      headers: { etag: `"${version}"`, 'consistency-token': token },
    };
  }
  const { stream, commit } = answer.commit;
  const { category = '', id = '' } = parseStream(stream) ?? {};
  const token = await consistencyToken(keys, actor.id, { stream, commit, types: typesOf(answer.commit) });
  return {
    status: versionBefore(answer.commit) === 0 ? 201 : 200,
    body: committedAnswer(answer.commit),
    headers: {
      etag: `"${answer.commit.version}"`,
      // Relative to the command's path: an API may live below a prefix.
      location: `../../streams/${category}/${id}`,
      'consistency-token': token,
    },
  };
};

/** Answers a command whose body is read already. */
export const answerCommandWith = async (
  commanding: Commanding,
  request: HttpRequest,
  bodyOf: () => unknown,
): Promise<HttpResponse> => {
  const isDryRun = asksForDryRun(request);
  const { format, asked } = await commandIn(commanding, request, bodyOf);
  if (!(await ownsNamed(commanding, format, asked.command.data, request.actor))) throw notYours();
  if (isDryRun) return answerDryRun(commanding, asked);
  const answer = await handleCommand(commanding, asked);
  if (answer.outcome === 'committed' || answer.outcome === 'unchanged') return answerOf(commanding, asked, answer);
  throw new ProblemError(commandProblem(answer, asked));
};

/** Answers `POST /{category}/{id}/{command}`. */
export const answerCommand = (commanding: Commanding, request: HttpRequest): Promise<HttpResponse> =>
  answerCommandWith(commanding, request, () => jsonBody(request.body));

import { allowed } from '../core/access.ts';
import { type Commit, storedEvents, versionBefore } from '../core/commit.ts';
import { type AnyDecider, historyFor } from '../core/decider.ts';
import { masked } from '../core/personal/sealed.ts';
import { ProblemError } from '../core/problem.ts';
import { type DryRunAnswer, dryRun } from '../engine/command/dry-run.ts';
import { commandProblem } from '../engine/command/problem.ts';
import type { Commanding, CommandRequest } from '../engine/command/request.ts';
import { invalid } from '../engine/problems.ts';
import type { HttpRequest, HttpResponse } from './request.ts';

/** True if a request asks for a dry run. Any other word is refused: whoever meant a dry run must not get an effect. */
export const asksForDryRun = ({ headers }: Pick<HttpRequest, 'headers'>): boolean => {
  const asked = headers['dry-run'];
  if (asked !== undefined && asked !== 'true' && asked !== 'false') throw invalid('Dry-Run', 'must be true or false');
  return asked === 'true';
};

/** Refuses a dry run where there is none, rather than do what was only to be tried. */
export const onlyForReal = ({ route, headers }: Pick<HttpRequest, 'route' | 'headers'>): void => {
  if (!route.startsWith('GET ') && asksForDryRun({ headers }))
    throw invalid('Dry-Run', 'is for commands only: this route has no dry run');
};

/** Events may contain more of the state than a command's answer does: their data is for those who may read the stream's history. */
const mayRead = (decider: AnyDecider, { actor }: CommandRequest, states: readonly unknown[]): boolean =>
  states.some((state) => allowed(historyFor(decider), actor, decider.owner?.(state as never) ?? ''));

const eventsOf = (commit: Commit, withData: boolean) => {
  const before = versionBefore(commit);
  return storedEvents(commit).map(({ type, v, data }, i) => ({
    type,
    version: before + i + 1,
    ...(withData && { v, data: masked(data) }),
  }));
};

/** The answer to a command that was tried. */
export const triedAnswer = (
  commanding: Commanding,
  request: CommandRequest,
  answer: Extract<DryRunAnswer, { outcome: 'tried' | 'unchanged' }>,
): HttpResponse => {
  if (answer.outcome === 'unchanged') {
    const { stream, version, commit } = answer;
    const body = { dryRun: true, tookEffect: false, stream, version, commit, events: [] };
    return { status: 200, body, headers: { etag: `"${version}"` } };
  }
  const { commit, tookEffect, states } = answer;
  const { stream, version } = commit;
  const events = eventsOf(commit, mayRead(commanding.decider, request, states));
  return {
    status: 200,
    body: { dryRun: true, tookEffect, stream, version, commit: commit.commit, events },
    // With it in If-Match the same command is decided on the same state, or refused.
    headers: { etag: `"${tookEffect ? version : versionBefore(commit)}"` },
  };
};

/** Answers a command with what it would append, or with the problem that it would meet. Nothing is stored. */
export const answerDryRun = async (commanding: Commanding, request: CommandRequest): Promise<HttpResponse> => {
  const answer = await dryRun(commanding, request);
  if (answer.outcome !== 'tried' && answer.outcome !== 'unchanged') throw new ProblemError(commandProblem(answer, request));
  return triedAnswer(commanding, request, answer);
};

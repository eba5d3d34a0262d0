import assert from 'node:assert/strict';
import { allowed } from '../../lib/core/access.ts';
import type { Commit } from '../../lib/core/commit.ts';
import { type AnyDecider, decide, fold, isRefusal } from '../../lib/core/decider.ts';
import { parseStream } from '../../lib/core/stream.ts';
import { committedAnswer } from '../../lib/engine/command/handle.ts';
import type { CommandAnswer, CommandRequest } from '../../lib/engine/command/request.ts';
import { commitHash } from '../../lib/engine/store/known.ts';
import { memoryKeys } from '../../lib/testing/memory/system.ts';

/** An answer with the lengths that its stream had when the request began and when it was answered. */
export type Answered = Readonly<{ request: CommandRequest; answer: CommandAnswer; from: number; to: number }>;

/** The states of a stream after 0, 1, 2, ... commits, each with what led to it. */
type Past = Readonly<{
  commits: readonly Commit[];
  states: readonly Readonly<{ state: unknown; version: number; at: string }>[];
}>;

/** Without what a mutant hung on to it. */
const plainId = (id: string) => id.split('~')[0] ?? id;
const keys = memoryKeys();

type Money = Readonly<{ balance: number }>;
const sumOf = (commits: readonly Commit[]) =>
  commits
    .flatMap(({ events }) => events)
    .reduce((sum, { type, data }) => {
      const { amount = 0 } = data as { amount?: number };
      return type === 'MoneyDeposited' ? sum + amount : type === 'MoneyWithdrawn' ? sum - amount : sum;
    }, 0);

/** The outcome of a command on a state, if it leaves no commit. */
const outcomeOn = (decider: AnyDecider, { state, version, at }: Past['states'][number], request: CommandRequest) => {
  const { actor, command, expectedVersion, stream } = request;
  const format = decider.commands[command.type];
  if (!format || !allowed(format.may, actor, decider.owner?.(state as never))) return { outcome: 'forbidden' };
  if (expectedVersion !== undefined && expectedVersion !== version) return { outcome: 'stale', version };
  const outcome = decide(decider, state, command, { id: parseStream(stream)?.id ?? '', actor, at });
  return isRefusal(outcome)
    ? { outcome: 'refused', refusal: outcome }
    : { outcome: outcome.length > 0 ? 'events' : 'unchanged', events: outcome };
};

/** No hole, no fork, no id twice, no time that runs backwards, and only what was asked for; answers the states on the way. */
export const pastOf = (decider: AnyDecider, commits: readonly Commit[], requests: readonly CommandRequest[]): Past => {
  const states = [{ state: decider.initial, version: 0, at: '' }];
  const ids = new Set<string>();
  let hash = '';
  commits.forEach((commit, i) => {
    const place = `${commit.stream} ${commit.commit}`;
    const before = states[i]!;
    assert.equal(commit.commit, i + 1, `hole or fork at ${place}`);
    assert.equal(commit.version, before.version + commit.events.length, `version at ${place}`);
    assert.equal(commit.prev ?? '', hash, `hash chain at ${place}`);
    assert.ok(commit.at >= before.at, `time runs backwards at ${place}`);
    const id = plainId(commit.command);
    assert.ok(!ids.has(id), `${id} took effect twice, again at ${place}`);
    const request = requests.find((asked) => plainId(asked.id) === id && asked.digest === commit.digest);
    assert.ok(request, `nobody asked for ${place}`);
    assert.ok(commit.at >= (request.causeAt ?? ''), `${place} is before its cause`);
    const outcome = outcomeOn(decider, { ...before, at: commit.at }, request);
    const events = commit.events.map(({ type, data }) => ({ type, data }));
    assert.deepEqual(events, 'events' in outcome ? outcome.events : [], `what was decided at ${place}`);
    assert.equal(commit.refused?.reason, 'refusal' in outcome ? outcome.refusal?.refused : undefined, `refusal at ${place}`);
    assert.ok(
      events.length > 0 || request.actor.kind === 'process',
      `an event-less commit for ${request.actor.kind} at ${place}`,
    );
    ids.add(id);
    hash = commitHash(keys, commit);
    states.push({ state: fold(decider, before.state, events), version: commit.version, at: commit.at });
    const { balance } = states[i + 1]!.state as Money;
    assert.ok(balance >= 0 && balance === sumOf(commits.slice(0, i + 1)), `money at ${place}`);
  });
  return { commits, states };
};

/** Every answer is one that was right while its request was on its way, and a repeat's is the first one. */
export const checkAnswers = (
  decider: AnyDecider,
  pasts: ReadonlyMap<string, Past>,
  answers: readonly Answered[],
  first: Map<string, string>,
): void => {
  for (const { request, answer, from, to } of answers) {
    const { commits, states } = pasts.get(request.stream) ?? pastOf(decider, [], []);
    const what = `${request.command.type} ${request.id} on ${request.stream}: ${JSON.stringify(answer)}`;
    const own = commits.find(({ command }) => plainId(command) === plainId(request.id));
    if (answer.outcome === 'committed') {
      assert.deepEqual(answer.commit, commits[answer.commit.commit - 1], `acknowledged, and not there: ${what}`);
      assert.ok(
        plainId(answer.commit.command) === plainId(request.id) && answer.commit.digest === request.digest,
        `another's answer: ${what}`,
      );
      const told = JSON.stringify(committedAnswer(answer.commit));
      const key = `${request.stream} ${plainId(request.id)}`;
      assert.equal(told, first.get(key) ?? told, `not the first answer: ${what}`);
      first.set(key, told);
    } else if (answer.outcome === 'id-reused') {
      assert.ok(own && own.digest !== request.digest, `nobody used it: ${what}`);
    } else {
      // A caller who may not send a command is not told that its id was used for another one.
      const isTold = answer.outcome !== 'forbidden' || own?.digest === request.digest;
      assert.ok(!own || own.commit > from || !isTold, `it had taken effect, and this is not its answer: ${what}`);
      if (answer.outcome === 'contended') continue;
      const { outcome, ...told } = 'commit' in answer ? { outcome: answer.outcome } : answer;
      const right = states.slice(from, to + 1).some((state) => {
        const { events: _, ...wanted } = outcomeOn(decider, state, request);
        return JSON.stringify({ outcome, ...told }) === JSON.stringify(wanted);
      });
      assert.ok(right, `never right between ${from} and ${to}: ${what}`);
      assert.ok(
        request.actor.kind !== 'process' || outcome === 'forbidden' || outcome === 'stale',
        `a process without a commit: ${what}`,
      );
    }
  }
};

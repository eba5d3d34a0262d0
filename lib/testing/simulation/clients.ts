import { streamName } from '../../core/stream.ts';
import type { CommandAnswer, CommandRequest } from '../../engine/command/request.ts';
import { memoryKeys } from '../memory/system.ts';
import { brief } from './brief.ts';
import type { Planned } from './plan.ts';
import { Injected } from './world/faults.ts';
import type { World } from './world/world.ts';

/** An answer, with the lengths that its stream had when it was asked for and when it came, and how many commits there were in all. */
export type Answered = Readonly<{
  planned: Planned;
  request: CommandRequest;
  answer: CommandAnswer;
  from: number;
  to: number;
  since: number;
  until: number;
}>;

export type Clients = Readonly<{
  world: World;
  send: (request: CommandRequest) => Promise<CommandAnswer>;
  lengthOf: (stream: string) => number;
  /** The number of all commits. */
  stored: () => number;
  answered: (answered: Answered) => void;
  /** Errors of an instance that are not a finding. */
  expected: (cause: unknown) => boolean;
}>;

const keys = memoryKeys();

/** After this long a client gives up waiting, and asks again. */
const patience = 3_000;
const mostTries = 12;

/** A command is recognized by its correlation id wherever it arrives, whatever happens to its id. */
export const correlationOf = ({ n }: Pick<Planned, 'n'>) => `command-${n}`;

const requestOf = (planned: Planned, turn: number): CommandRequest => {
  const { n, ask, keyed, expect } = planned;
  const { category, id, type, data, actor } = ask;
  const isProcess = actor.kind === 'process';
  const repeatable = keyed || isProcess;
  return {
    stream: streamName(category, id),
    command: { type, data },
    actor,
    id: isProcess ? `process/${n}` : keyed ? `http/${n}` : `request/${n}-${turn}`,
    ...(repeatable && { digest: keys.hash(`${n} ${JSON.stringify([actor.id, type, data])}`) }),
    ...(expect !== undefined && !isProcess && { expectedVersion: expect }),
    meta: { correlation: correlationOf(planned), causation: `request-${n}-${turn}` },
  };
};

/** Sends a command as callers do: again while it is not answered, and some of them also afterwards; answers the last answer. */
export const sendCommand = async (clients: Clients, planned: Planned, twin = false): Promise<CommandAnswer | undefined> => {
  const { world, send, lengthOf, stored } = clients;
  const { time, note } = world;
  const dice = world.dice('clients');
  const who = `client ${planned.n}${twin ? ' (twin)' : ''}`;
  let last: CommandAnswer | undefined;
  let answers = 0;
  for (let turn = 0; turn < mostTries && answers <= planned.repeats; turn++) {
    const request = requestOf(planned, turn);
    const [from, since] = [lengthOf(request.stream), stored()];
    note(who, () => `asks ${request.stream} to ${request.command.type} ${JSON.stringify(request.command.data)} as ${request.id}`);
    try {
      const answer = await Promise.race([send(request), time.sleep(patience).then(() => undefined)]);
      if (answer) {
        note(who, () => `is answered ${answer.outcome} ${'commit' in answer ? brief(answer.commit) : ''}`);
        world.count(answer.outcome);
        clients.answered({ planned, request, answer, from, to: lengthOf(request.stream), since, until: stored() });
        last = answer;
        if (answer.outcome !== 'contended') answers += 1;
      }
    } catch (cause) {
      if (!(cause instanceof Injected || clients.expected(cause))) world.broken(`${who}: ${String(cause)}`);
      note(who, () => `gets no answer: ${String(cause)}`);
    }
    // Without an id that can be retried nobody knows whether it took effect, so it is not sent again.
    if (request.digest === undefined) return last;
    await time.sleep(dice.next() * 200);
  }
  return last;
};

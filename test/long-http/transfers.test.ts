import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifest } from '../../domains/index.ts';
import { sqs } from '../../lib/aws/delivery/queue.ts';
import { commitOf } from '../../lib/aws/store/commit-item.ts';
import type { Commit } from '../../lib/core/commit.ts';
import { pascal } from '../../lib/core/stream.ts';
import { atOnce } from '../../lib/engine/at-once.ts';
import { stillOpen } from '../../lib/engine/process/still-open.ts';
import { diceFor } from '../../lib/testing/simulation/dice.ts';
import { eventually } from '../support/eventually.ts';
import { as, type Call, fresh, theDeployment } from '../support/over-http/http.ts';
import { killing } from '../support/over-http/killing.ts';
import { overHttp } from '../support/over-http/over-http.ts';

const [transfers, callers, accounts] = [200, 16, 40];
/** Every so many accounts are closed: what is sent to them comes back. */
const closedEach = 5;
const seed = Number(process.env.FOLDSTREAM_SEED ?? 1);
/** So many kills at least: a machine that is done with the transfers sooner is asked for further ones, so many at a time. */
const [leastKills, furtherOnes] = [20, 40];
/** The longest pause between two kills (ms): a function that begins anew gets something done in between, on a busy machine too. */
const longestPause = 2_500;
/** How a queue treats the messages of a killed function. Handing out again sooner is only harsher: what is still being worked on may then be handed out a
 * second time. A message is a whole transfer: on a busy machine it may meet any number of kills, and must not end as a dead letter for it. */
const queues = { deployed: { again: 120, tries: 10 }, here: { again: 40, tries: 1_000 } };
/** The longest time (ms) of killing after all is requested, unless few are left before: retried messages meet further kills. */
const killedOn = 120_000;
/** Only what never ends is a fault here, not what is slow: machines differ. Each look reads all commits (ms). */
const betweenLooks = 3_000;

type Account = Readonly<{ id: string; call: Call; closed: boolean; deposited: number }>;
type Asked = Readonly<{ id: string; from: Account; to: Account; amount: number }>;
type Movement = Readonly<{ amount: number; reference?: string }>;

describe.runIf(overHttp())('process functions that are killed at any moment', () => {
  const dynamodb = new DynamoDBClient({});
  const name = (part: string) => theDeployment().outputs[part] ?? '';
  const processes = (manifest.processes ?? []).map(({ category }) => pascal(category));

  const treat = async ({ again, tries }: Readonly<{ again: number; tries: number }>) => {
    for (const process of processes) {
      const QueueUrl = name(`${process}Queue`);
      const had = await sqs().send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }));
      const redrive = JSON.parse(had.Attributes?.RedrivePolicy ?? '{}') as { deadLetterTargetArn: string };
      const RedrivePolicy = JSON.stringify({ ...redrive, maxReceiveCount: tries });
      await sqs().send(
        new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: String(again), RedrivePolicy } }),
      );
    }
  };
  const stored = async (): Promise<ReadonlyMap<string, readonly Commit[]>> => {
    const commits: Commit[] = [];
    const pages = paginateScan({ client: dynamodb }, { TableName: name('CommitsTable'), ConsistentRead: true });
    for await (const { Items = [] } of pages) commits.push(...Items.map(commitOf));
    const inOrder = commits.toSorted((a, b) => a.commit - b.commit);
    return Map.groupBy(inOrder, ({ stream }) => stream);
  };
  const instanceOf = ({ id }: Asked) => `transferProcess-${id}`;
  const running = (all: ReadonlyMap<string, readonly Commit[]>, asked: readonly Asked[]) =>
    asked.filter((one) => {
      const last = all.get(instanceOf(one))?.at(-1);
      return !last || stillOpen(last)?.status !== 'ended' || (stillOpen(last)?.sends ?? 1) > 0;
    });

  /** Sends one command until it is answered for good; a repeat carries the same key. */
  const send = async (call: Call, path: string, body: object) => {
    const key = fresh();
    for (let tries = 1; ; tries++) {
      const answer = await call('POST', path, body, { 'idempotency-key': key }).catch(() => undefined);
      if (answer && answer.status < 300) return;
      if (tries === 20 || (answer && answer.status < 500 && answer.status !== 429))
        throw new Error(`${path}: ${JSON.stringify(answer)}`);
    }
  };
  const byCallers = (tasks: readonly (() => Promise<void>)[]) => atOnce(callers, tasks, (task) => task());

  beforeAll(() => treat(queues.here));
  afterAll(() => treat(queues.deployed));

  it('leave every transfer completed or undone, and no money made or lost', async () => {
    const dice = diceFor(seed, 'transfers');
    const people = await Promise.all([as('ada'), as('bob')]);
    const all = Array.from({ length: accounts }, (_, i): Account => {
      const closed = i % closedEach === 0;
      return { id: fresh(), call: people[i % 2]!, closed, deposited: closed ? 0 : 1_000 };
    });
    await byCallers(
      all.map(({ id, call, closed, deposited }) => async () => {
        await send(call, `/account/${id}/open`, { currency: 'EUR' });
        if (deposited > 0) await send(call, `/account/${id}/deposit`, { amount: deposited, currency: 'EUR' });
        if (closed) await send(call, `/account/${id}/close`, { reason: 'moved' });
      }),
    );
    const sources = all.filter(({ closed }) => !closed);
    const asked: Asked[] = [];
    const request = async (count: number) => {
      const ones = Array.from({ length: count }, (): Asked => {
        const from = dice.pick(sources);
        // Now and then more than anybody has: a debit that is refused.
        return { id: fresh(), from, to: dice.pick(all.filter((one) => one !== from)), amount: 1 + dice.below(400) };
      });
      asked.push(...ones);
      await byCallers(
        ones.map(
          ({ id, from, to, amount }) =>
            () =>
              send(from.call, `/transfer/${id}/request`, { from: from.id, to: to.id, amount, currency: 'EUR' }),
        ),
      );
    };

    const functions = processes.map((process) => name(`${process}ReactFunction`));
    expect(functions).not.toContain('');
    const killer = killing({ endpoint: theDeployment().endpoint, functions }, diceFor(seed, 'kills').next, longestPause);
    const begun = performance.now();
    const seconds = () => ((performance.now() - begun) / 1_000).toFixed(1);
    let requested = '';
    let kills = 0;
    try {
      await request(transfers);
      requested = seconds();
      // Not for ever: too few kills are said below, and a queue gives up after its tries, and then it is the sweep's.
      const until = performance.now() + killedOn;
      while (performance.now() < until) {
        const few = running(await stored(), asked).length <= asked.length / 5;
        if (few && killer.kills() >= leastKills) break;
        // A fast machine is done with them before it was killed often enough.
        if (few) await request(furtherOnes);
        else await new Promise((resolve) => setTimeout(resolve, betweenLooks));
      }
    } finally {
      kills = await killer.stop();
    }
    const left = running(await stored(), asked).length;
    const end = await eventually(stored, (commits) => running(commits, asked).length === 0, {
      every: betweenLooks,
    });
    const took = seconds();

    const movements = (account: Account) =>
      (end.get(`account-${account.id}`) ?? []).flatMap(({ events }) => events as readonly { type: string; data: Movement }[]);
    const balanceOf = (account: Account) =>
      movements(account).reduce((sum, { type, data: { amount = 0 } }) => {
        if (type === 'MoneyDeposited' || type === 'MoneyCredited') return sum + amount;
        return type === 'MoneyDebited' ? sum - amount : sum;
      }, 0);
    const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
    expect(sum(all.map(balanceOf))).toBe(sum(all.map(({ deposited }) => deposited)));
    for (const account of all) expect(balanceOf(account)).toBeGreaterThanOrEqual(0);

    const ends = { completed: 0, compensated: 0, refused: 0 };
    for (const one of asked) {
      const { id, from, to } = one;
      const of = (account: Account) =>
        movements(account)
          .filter(({ data }) => data.reference === `transfer-${id}`)
          .map(({ type }) => type);
      const events = (end.get(instanceOf(one)) ?? []).flatMap((commit) => commit.events);
      const how = (events.find(({ type }) => type === 'Ended')?.data as { how: string } | undefined)?.how;
      const outcome = (end.get(`transfer-${id}`) ?? []).flatMap((commit) => commit.events.map(({ type }) => type)).at(-1);
      const taken = ['MoneyDebited', 'MovementOpened'];
      const seen = [how, outcome, of(from), of(to)];
      if (how === 'completed') {
        expect(seen).toEqual(['completed', 'TransferCompleted', [...taken, 'MovementSettled'], ['MoneyCredited']]);
        ends.completed += 1;
      } else if (of(from).length > 0) {
        expect(seen).toEqual(['undone', 'TransferFailed', [...taken, 'MoneyCredited', 'MovementSettled'], []]);
        ends.compensated += 1;
      } else {
        expect(seen).toEqual(['undone', 'TransferFailed', [], []]);
        ends.refused += 1;
      }
      // No hole, no fork, and nothing twice.
      for (const stream of [instanceOf(one), `transfer-${id}`])
        expect(end.get(stream)?.map(({ commit }) => commit)).toEqual(end.get(stream)?.map((_, i) => i + 1));
    }
    const commits = [...end.values()].flat();
    const mine = new Set(asked.flatMap((one) => [instanceOf(one), `transfer-${one.id}`]));
    const steps = commits.filter(({ stream }) => mine.has(stream)).length;
    const moves = commits.filter(({ command }) => asked.some((one) => command.startsWith(`process/${instanceOf(one)}/`)));
    const onAccounts = moves.filter(({ stream }) => stream.startsWith('account-')).length;
    expect(new Set(commits.map(({ stream, command }) => `${stream} ${command}`)).size).toBe(commits.length);
    console.log(
      `Seed ${seed}: ${asked.length} transfers by ${callers} callers, requested in ${requested} s, all ended after ${took} s ` +
        `(${left} were left when the killing ended); ${kills} kills; ${JSON.stringify(ends)}; ` +
        `${((steps + onAccounts) / asked.length).toFixed(2)} commits for each transfer: ${(steps / asked.length).toFixed(2)} of its own and its process's, ` +
        `${(onAccounts / asked.length).toFixed(2)} on accounts`,
    );
    for (const count of Object.values(ends)) expect(count).toBeGreaterThan(0);
    expect(kills).toBeGreaterThanOrEqual(leastKills);
  });
});

import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifest } from '../../domains/index.ts';
import { sqs } from '../../lib/aws/delivery/queue.ts';
import { changedTo } from '../../lib/aws/store/commit-item.ts';
import type { Commit } from '../../lib/core/commit.ts';
import { handledTypes, sourceOf } from '../../lib/core/projection.ts';
import { pascal } from '../../lib/core/stream.ts';
import { atOnce } from '../../lib/engine/at-once.ts';
import { diceFor } from '../../lib/testing/simulation/dice.ts';
import { eventually } from '../support/eventually.ts';
import { faults, isNote, isSpare, type Stored } from '../support/over-http/folded.ts';
import { as, type Call, fresh, theDeployment } from '../support/over-http/http.ts';
import { killing } from '../support/over-http/killing.ts';
import { overHttp } from '../support/over-http/over-http.ts';

const [streams, commits, callers] = [40, 400, 16];
/** Accounts that are opened and closed; all others take money. */
const closed = 8;
const seed = Number(process.env.FOLDSTREAM_SEED ?? 1);
/** The longest pause between two kills (ms): each function is killed many times, and gets something done in between. */
const longestPause = 400;
/** How a queue treats the messages of a killed function. Handing out again sooner is only harsher: what is still being worked on may then
 * be handed out a second time. On a busy machine a message may meet any number of kills, and must not end as a dead letter for it. */
const queues = { deployed: { again: 120, tries: 10 }, here: { again: 20, tries: 1_000 } };

/** Each look folds every stream and reads every table (ms). */
const betweenLooks = 5_000;

/** Some of many, from end to end: each comparison is with all that other tests have left in these tables too. */
const spread = <T>(all: readonly T[], most = 20): readonly T[] => {
  const step = Math.ceil(all.length / most);
  return all.filter((_, i) => i % step === 0);
};

type Acknowledged = Readonly<{ stream: string; commit: number; command: string }>;

describe.runIf(overHttp())('projection functions that are killed at any moment', () => {
  const dynamodb = new DynamoDBClient({});
  const name = (part: string) => theDeployment().outputs[part] ?? '';
  const prefix = (projection: { name: string; revision: number }) => `${pascal(projection.name)}R${projection.revision}`;

  const treat = async ({ again, tries }: Readonly<{ again: number; tries: number }>) => {
    const client = sqs();
    for (const projection of manifest.projections) {
      const QueueUrl = name(`${prefix(projection)}Queue`);
      const had = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }));
      const redrive = JSON.parse(had.Attributes?.RedrivePolicy ?? '{}') as { deadLetterTargetArn: string };
      const RedrivePolicy = JSON.stringify({ ...redrive, maxReceiveCount: tries });
      await client.send(
        new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: String(again), RedrivePolicy } }),
      );
    }
  };
  const scan = async (TableName: string) => {
    const items: Record<string, unknown>[] = [];
    for await (const { Items = [] } of paginateScan({ client: dynamodb }, { TableName, ConsistentRead: true }))
      items.push(...Items.map((item) => changedTo(item)));
    return items;
  };

  /** All commits, by stream, in order. */
  const stored = async (): Promise<ReadonlyMap<string, readonly Commit[]>> => {
    const all = ((await scan(name('CommitsTable'))) as Commit[]).toSorted((a, b) => a.commit - b.commit);
    return Map.groupBy(all, ({ stream }) => stream);
  };

  const found = async () => {
    const all = await stored();
    const each = manifest.projections.map(async (projection) =>
      faults(projection, all, (await scan(name(`${prefix(projection)}Table`))) as Stored[]),
    );
    return (await Promise.all(each)).flat();
  };

  beforeAll(() => treat(queues.here));
  afterAll(() => treat(queues.deployed));

  it('leave every view of each kind as the fold of every stream', async () => {
    const dice = diceFor(seed, 'callers');
    const acknowledged: Acknowledged[] = [];
    let again = 0;

    /** Sends one command until it is answered for good; a repeat carries the same key. */
    const send = async (call: Call, id: string, command: string, body: object): Promise<boolean> => {
      const key = fresh();
      for (let tries = 1; ; tries++) {
        const answer = await call('POST', `/account/${id}/${command}`, body, { 'idempotency-key': key }).catch(() => undefined);
        if (answer && answer.status < 300) {
          const { stream, commit } = answer.body as { stream: string; commit: number };
          acknowledged.push({ stream, commit, command: `http/${key}` });
          return true;
        }
        if (answer && answer.status < 500 && answer.status !== 429) {
          expect(answer.body).toMatchObject({ type: expect.stringContaining('insufficient-funds') });
          return false;
        }
        again += 1;
        if (tries === 20) throw new Error(`${command} of ${id}: ${JSON.stringify(answer)}`);
      }
    };

    const people = await Promise.all([as('ada'), as('bob')]);
    const accounts = Array.from({ length: streams }, (_, i) => ({ id: fresh(), call: people[i % 2]!, closes: i < closed }));
    const movements = accounts.filter(({ closes }) => !closes);
    const open = accounts.map(
      ({ id, call }) =>
        () =>
          send(call, id, 'open', { currency: 'EUR' }),
    );
    const close = accounts
      .filter(({ closes }) => closes)
      .map(
        ({ id, call }) =>
          () =>
            send(call, id, 'close', { reason: 'moved' }),
      );
    const move = Array.from({ length: commits - open.length - close.length }, () => {
      const { id, call } = dice.pick(movements);
      const amount = 1 + dice.below(1_000);
      return async () => {
        // Callers meet on accounts: what there is to withdraw is not known before.
        const withdrawn = amount % 3 === 0 && (await send(call, id, 'withdraw', { amount, currency: 'EUR' }));
        return withdrawn || send(call, id, 'deposit', { amount, currency: 'EUR' });
      };
    });
    // Nobody moves money on an account that is still being opened, however long that takes.
    const phases = [open, dice.shuffled([...close, ...move])];

    const functions = manifest.projections.map((projection) => name(`${prefix(projection)}Function`));
    expect(functions).not.toContain('');
    const killer = killing({ endpoint: theDeployment().endpoint, functions }, diceFor(seed, 'kills').next, longestPause);
    const begun = performance.now();
    try {
      for (const todo of phases) await atOnce(callers, todo, async (task) => expect(await task()).toBe(true));
    } catch (error) {
      await killer.stop();
      throw error;
    }
    const ended = performance.now();
    const seconds = (ended - begun) / 1_000;
    // Retried messages meet further kills.
    const until = performance.now() + 1_000 * queues.here.again;
    while (performance.now() < until && (await found()).length > 0)
      await new Promise((resolve) => setTimeout(resolve, betweenLooks));
    const kills = await killer.stop();
    const wrong = await found();
    console.log(
      `Seed ${seed}: ${commits} commits on ${streams} streams by ${callers} callers in ${seconds.toFixed(1)} s, ${(commits / seconds).toFixed(0)} commits/s; ${again} sent again; ${kills} kills; ${wrong.length} items not right when the killing ended`,
    );

    // Every acknowledged commit is there exactly once, and no other.
    const all = new Map([...(await stored())].filter(([stream]) => accounts.some(({ id }) => stream === `account-${id}`)));
    const there = [...all.values()].flat();
    expect(acknowledged).toHaveLength(commits);
    const line = ({ stream, commit, command }: Pick<Commit, 'stream' | 'commit' | 'command'>) => `${stream}/${commit} ${command}`;
    expect(there.map(line).toSorted()).toEqual(acknowledged.map(line).toSorted());
    expect(new Set(there.map(({ command }) => command)).size).toBe(commits);
    for (const [stream, history] of all)
      expect(
        history.map(({ commit }) => commit),
        stream,
      ).toEqual(history.map((_, i) => i + 1));
    expect(all.size).toBe(streams);

    const left = await eventually(found, (wrong) => wrong.length === 0, { every: betweenLooks });
    expect(left).toEqual([]);
    console.log(
      `All views right ${((performance.now() - ended) / 1_000).toFixed(1)} s after the last commit (a queue hands out again after ${queues.here.again} s)`,
    );
    expect(kills).toBeGreaterThanOrEqual(20);
  });

  it('would be seen if any one item of a view were missing, old, or too many', async () => {
    const all = await stored();
    for (const projection of manifest.projections) {
      const items = (await scan(name(`${prefix(projection)}Table`))) as Stored[];
      expect(faults(projection, all, items)).toEqual([]);
      const amountOf = (item: Stored) => Object.keys(item).find((each) => /^(sum|count)\//.test(each));
      // A part without amounts has highest values alone.
      const tried = [amountOf, (item: Stored) => !amountOf(item) && !item.sort.startsWith('part#')].flatMap((chosen) =>
        spread([...items.entries()].filter(([, item]) => !isSpare(projection, item) && chosen(item))),
      );
      for (const [i, item] of tried) {
        const amount = amountOf(item);
        const wrong: readonly (readonly Stored[])[] =
          amount === undefined
            ? // A note stays when its stream has left the row, so that one too many says nothing.
              [items.toSpliced(i, 1), ...(isNote(item) ? [] : [items.toSpliced(i, 0, { ...item, key: `${item.key}x` })])]
            : // A part of a row may come to nothing by itself, so that one less or one more says nothing.
              [items.with(i, { ...item, [amount]: Number(item[amount]) + 1 })];
        for (const mutant of wrong) expect(faults(projection, all, mutant), `${item.key} ${item.sort}`).not.toEqual([]);
      }
      const begins = ([first]: readonly Commit[]) => first!.events.some(({ type }) => handledTypes(projection).includes(type));
      const [stream, history] = [...all].find(([name, own]) => sourceOf(projection, name) && begins(own)) ?? [];
      // Of some categories nothing happens here.
      if (stream === undefined || history === undefined) continue;
      // One commit that no view has seen.
      const longer = new Map(all).set(stream, [...history, { ...history[0]!, commit: history.length + 1 }]);
      expect(faults(projection, longer, items)).not.toEqual([]);
    }
  });
});

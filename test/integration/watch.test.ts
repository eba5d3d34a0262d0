import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account } from '../../domains/account/decider.ts';
import { dynamo } from '../../lib/aws/client/dynamo.ts';
import { systemProofs } from '../../lib/aws/delivery/proofs.ts';
import { sqs, sqsQueue } from '../../lib/aws/delivery/queue.ts';
import { commitStore } from '../../lib/aws/store/commit-store.ts';
import { systemKeys } from '../../lib/aws/system.ts';
import type { Commit } from '../../lib/core/commit.ts';
import { stateCache } from '../../lib/engine/command/cache.ts';
import { handleCommand } from '../../lib/engine/command/handle.ts';
import { toEntry } from '../../lib/engine/delivery/publish.ts';
import { defaultSettings } from '../../lib/engine/settings.ts';
import { memorySnapshots } from '../../lib/testing/memory/snapshots.ts';
import { memoryClock, memoryLog } from '../../lib/testing/memory/system.ts';
import { eventually } from '../support/eventually.ts';
import { as, type Call, fresh, theDeployment } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';
import { setRule } from '../support/over-http/ruled.ts';

const ada = { id: 'ada', kind: 'user', roles: [] } as const;
const rule = 'Commits that fraudWatch reacts to.';

describe.runIf(overHttp())('the watch on accounts', () => {
  let operator: Call;
  const name = (part: string) => theDeployment().outputs[part] ?? '';
  const client = new DynamoDBClient({});
  /** An account whose withdrawals lie so far apart, in the history's own time: nobody has to wait for it. */
  const withdrawn = async (times: number, secondsApart: number): Promise<readonly Commit[]> => {
    const clock = memoryClock(Date.now() - 3_600_000);
    const commanding = {
      decider: account,
      code: '',
      store: commitStore(client, name('CommitsTable')),
      snapshots: memorySnapshots(),
      keys: systemKeys(client, name('ControlTable')),
      clock,
      log: memoryLog(),
      settings: defaultSettings,
      cache: stateCache(100_000),
    };
    const stream = `account-${fresh()}`;
    const commits: Commit[] = [];
    const ask = async (type: string, data: object) => {
      const id = `request/${fresh()}`;
      const meta = { correlation: id, causation: id };
      const answer = await handleCommand(commanding, { stream, command: { type, data }, actor: ada, id, meta });
      if (answer.outcome !== 'committed') throw new Error(JSON.stringify(answer));
      commits.push(answer.commit);
      clock.advance(secondsApart * 1_000);
    };
    await ask('Open', { currency: 'EUR' });
    await ask('Deposit', { amount: 10_000, currency: 'EUR' });
    for (let i = 0; i < times; i++) await ask('Withdraw', { amount: 10, currency: 'EUR' });
    return commits;
  };
  /** Delivers commits as the bus would, in an order that the test chooses. */
  const deliver = async (commits: readonly Commit[]) => {
    const queue = sqsQueue(sqs(), name('FraudWatchQueue'), systemProofs(dynamo(), name('ControlTable')));
    for (const commit of commits) await queue.send([{ detail: JSON.parse(toEntry(commit).detail) }]);
  };
  const idOf = ([commit]: readonly Commit[]) => commit!.stream.slice('account-'.length);
  const suspicionsOn = async (commits: readonly Commit[]) => {
    const { body } = await operator('GET', `/views/suspicions/${idOf(commits)}`);
    return (body.items ?? []) as { suspicion: string; figures: Record<string, unknown> }[];
  };
  /** Waits until the watch has applied the account's last withdrawal. */
  const watched = (commits: readonly Commit[]) =>
    eventually(
      async () => (await operator('GET', `/ops/processes/fraudWatch/${idOf(commits)}`)).body as { story?: string },
      ({ story = '' }) => story.split('MoneyWithdrawn').length > commits.length - 2,
      { every: 250 },
    );

  beforeAll(async () => {
    operator = await as('operator');
    // Only what the test delivers arrives, in the test's order.
    await setRule(rule, false);
  });
  afterAll(() => setRule(rule, true));

  it('raises a flag at the fifth withdrawal within a minute, and not at the fifth in five, in whichever order they are delivered', async () => {
    const [quick, slow, backwards, shuffled] = [
      await withdrawn(5, 10),
      await withdrawn(5, 60),
      await withdrawn(5, 10),
      await withdrawn(5, 60),
    ];
    await deliver(quick);
    await deliver(slow);
    await deliver(backwards.toReversed());
    await deliver([3, 6, 0, 5, 1, 4, 2, 6].map((i) => shuffled[i]!));
    await Promise.all([quick, slow, backwards, shuffled].map(watched));
    for (const commits of [quick, backwards]) {
      const found = await eventually(
        () => suspicionsOn(commits),
        (rows) => rows.length > 0,
      );
      expect(found.map(({ suspicion }) => suspicion)).toEqual(['RapidWithdrawalsSuspected']);
    }
    for (const commits of [slow, shuffled]) expect(await suspicionsOn(commits)).toEqual([]);
    const [first] = await suspicionsOn(quick);
    expect(JSON.stringify(first?.figures)).toContain('5');
  });
});

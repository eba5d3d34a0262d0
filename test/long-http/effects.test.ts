import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sqs } from '../../lib/aws/delivery/queue.ts';
import { deploy } from '../../lib/cli/local/deploy.ts';
import { type Deployment, root, toDeployment } from '../../lib/cli/local/deployment.ts';
import { diceFor } from '../../lib/testing/simulation/dice.ts';
import { home } from '../integration/setup.ts';
import { callersOf, rolesClaim } from '../support/access/callers.ts';
import { audience, servedIssuer } from '../support/access/issuer.ts';
import { startProvider } from '../support/apps/paying/provider.ts';
import { foundByAxe } from '../support/console/axe.ts';
import { pastedIn } from '../support/console/signed-in.ts';
import { eventually } from '../support/eventually.ts';
import { type Call, caller, fresh } from '../support/over-http/http.ts';
import { killing } from '../support/over-http/killing.ts';
import { overHttp } from '../support/over-http/over-http.ts';
import { atRest } from '../support/over-http/pausing.ts';

const payments = 30;
const seed = Number(process.env.FOLDSTREAM_SEED ?? 1);
const dice = diceFor(seed, 'provider');
const receiverSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const bankKey = Buffer.alloc(32, 9);
/** The longest pause between two kills (ms). */
const longestPause = 6_000;
/** Seconds until a queue hands out again what a killed function had; the deployment's are six timeouts. */
const handedOutAgainAfter = 15;

type Stream = Readonly<{ commits: readonly { events: readonly { type: string }[] }[] }>;

describe.runIf(overHttp())('payments through a provider, over HTTP', () => {
  let paying: Deployment;
  let provider: Awaited<ReturnType<typeof startProvider>>;
  let issuer: Awaited<ReturnType<typeof servedIssuer>>;
  let [ada, operator] = [undefined, undefined] as unknown as [Call, Call];

  beforeAll(async () => {
    const endpoint = inject('endpoint');
    issuer = await servedIssuer();
    provider = await startProvider(() => dice.next(), receiverSecret);
    const secrets = new SecretsManagerClient({ endpoint });
    for (const [Name, SecretString] of [
      ['dev/provider', provider.url],
      ['dev/receiver', receiverSecret],
      ['dev/bank', `whsec_${bankKey.toString('base64')}`],
    ] as const)
      await secrets.send(new CreateSecretCommand({ Name, SecretString }));
    const stacks = await deploy({
      endpoint,
      app: `node ${join(root, 'test/support/apps/paying/app.ts')}`,
      logFile: join(home, 'paying.log'),
      outputsFile: join(home, 'paying.json'),
      outDir: join(home, 'paying.out'),
      context: { issuer: issuer.url, audience, rolesClaim },
    });
    paying = toDeployment(endpoint, stacks);
    for (const effect of ['ChargeCardEffect', 'TellReceiverEffect'])
      await sqs().send(
        new SetQueueAttributesCommand({
          QueueUrl: paying.outputs[`${effect}Queue`],
          Attributes: { VisibilityTimeout: String(handedOutAgainAfter) },
        }),
      );
    const callers = callersOf(issuer);
    const as = (name: string) => caller(paying.api, callers.find((each) => each.name === name)?.token);
    [ada, operator] = [as('the owner'), as('an operator')];
  });
  afterAll(async () => {
    await atRest(`${paying.stack}-`);
    provider.stop();
    await issuer.stop();
  });

  const typesOf = async (id: string): Promise<readonly string[]> => {
    const { body } = await operator('GET', `/streams/payment/${id}`);
    return (body as Stream).commits.flatMap(({ events }) => events.map(({ type }) => type));
  };

  it('charge nobody twice and forget none, though the provider fails and functions are killed', async () => {
    const ids = Array.from({ length: payments }, () => fresh());
    const functions = ['ChargeCardEffectFunction', 'TellReceiverEffectFunction', 'PaymentProcessReactFunction'].flatMap(
      (name) => paying.outputs[name] ?? [],
    );
    expect(functions).toHaveLength(3);
    // A function that is killed must start again: with shorter pauses nothing would ever be done.
    const kills = killing({ endpoint: inject('endpoint'), functions }, () => dice.next(), longestPause);
    for (const [i, id] of ids.entries())
      expect((await ada('POST', `/payment/${id}/ask`, { amount: i, receiver: `${provider.url}/told` })).status).toBe(201);
    const isOver = (types: readonly string[]) => types.includes('ReceiverTold') || types.includes('PaymentDeclined');
    const open = new Set(ids);
    const over = async () => {
      for (const id of open) if (isOver(await typesOf(id))) open.delete(id);
      return payments - open.size;
    };
    await eventually(over, (many) => many >= payments / 3, { every: 2_000 });
    const killed = await kills.stop();
    await eventually(over, (many) => many === payments, { every: 2_000 });

    const charged = Map.groupBy(provider.charges.values(), ({ payment }) => payment);
    for (const [i, id] of ids.entries()) {
      const isDeclined = i % 10 === 7;
      expect([id, charged.get(id)?.length ?? 0, provider.declined.has(id)]).toEqual([id, isDeclined ? 0 : 1, isDeclined]);
      const types = await typesOf(id);
      expect(types).toEqual(
        isDeclined ? ['PaymentAsked', 'PaymentDeclined'] : ['PaymentAsked', 'PaymentCharged', 'ReceiverTold'],
      );
    }
    // The receiver got each message under one id, and could verify every one.
    const told = new Set(provider.told);
    expect([told.size, new Set([...told].map((line) => line.split(' ')[1])).size]).toEqual([payments * 0.9, payments * 0.9]);
    expect(provider.seen.invalid).toBe(0);
    console.log(`${payments} payments, ${provider.seen.calls} calls of the provider, ${killed} functions killed`);
  });

  it('are listed and shown to operators', async () => {
    const { body } = await operator('GET', '/ops/effects?status=answered&effect=chargeCard&limit=1');
    expect(body).toMatchObject({
      effects: [
        { effect: 'chargeCard', circuit: 'closed' },
        { effect: 'tellReceiver', circuit: 'closed' },
      ],
      performances: [{ effect: 'chargeCard', status: 'answered' }],
    });
    const [{ performance }] = (body as { performances: [{ performance: string }] }).performances;
    const one = await operator('GET', `/ops/effects/${performance}`);
    expect(one).toMatchObject({ status: 200, body: { performance, status: 'answered' } });
    expect(await operator('POST', `/ops/effects/${performance}/retry`, { why: 'a test' })).toMatchObject({ status: 409 });
  });

  it('are shown in the console, with what was asked and each step, to an operator who pastes a token', async () => {
    const token = callersOf(issuer).find(({ name }) => name === 'an operator')?.token ?? '';
    const { page, faults } = await pastedIn('effects?status=answered&effect=chargeCard', token, { deployment: paying });
    await page.getByText('circuit closed').first().waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await page
      .getByRole('link', { name: /^chargeCardEffect-/ })
      .first()
      .click();
    await page.getByText('EffectAnswered').waitFor();
    // What has its outcome is neither tried again nor answered by hand.
    expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Its trace' }).getAttribute('href')).toMatch(/^#\/traces\/./);
    expect(await foundByAxe(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('are settled by a signed event of the bank, once for each event', async () => {
    const id = fresh();
    const deliver = (body: string, signature: string, timestamp: string) =>
      caller(paying.api, undefined)('POST', '/hooks/bank', body, {
        'webhook-id': 'msg-1',
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      });
    const body = JSON.stringify({ event: `evt-${id}`, type: 'settled', payment: id, amount: 5 }, null, 2);
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac('sha256', bankKey).update(`msg-1.${timestamp}.${body}`).digest('base64');
    const answers = await Promise.all([1, 2, 3].map(() => deliver(body, signature, timestamp)));
    expect(answers.map(({ status, body: answer }) => [status, answer.outcome])).toEqual(Array(3).fill([200, 'taken']));
    expect(await typesOf(id)).toEqual(['PaymentSettled']);
    const forged = createHmac('sha256', 'other').update(`msg-1.${timestamp}.${body}`).digest('base64');
    expect((await deliver(body, forged, timestamp)).status).toBe(401);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  type ListRolePoliciesCommandOutput,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { deploy } from '../../lib/cli/local/deploy.ts';
import { type Deployment, root, toDeployment } from '../../lib/cli/local/deployment.ts';
import { logsVerb } from '../../lib/cli/operate/logs.ts';
import { type Caller, callersOf, ownerId, rolesClaim } from '../support/access/callers.ts';
import { audience, servedIssuer, type TestIssuer } from '../support/access/issuer.ts';
import { cellsOf, type Fixture, faultOf, type Send } from '../support/access/matrix.ts';
import { manifest } from '../support/apps/parcel/manifest.ts';
import { consoleAt, pastedIn } from '../support/console/signed-in.ts';
import { eventually } from '../support/eventually.ts';
import { type Answer, type Call, caller, fresh } from '../support/over-http/http.ts';
import { logLines } from '../support/over-http/logs.ts';
import { overHttp } from '../support/over-http/over-http.ts';
import { home } from './setup.ts';

describe.runIf(overHttp())("a team's own manifest, through the same constructs and handlers", () => {
  let parcels: Deployment;
  let issuer: TestIssuer & Readonly<{ stop(): Promise<void> }>;
  let callers: readonly Caller[];

  beforeAll(async () => {
    const endpoint = inject('endpoint');
    issuer = await servedIssuer();
    callers = callersOf(issuer);
    const stacks = await deploy({
      endpoint,
      app: `node ${join(root, 'test/support/apps/parcel/app.ts')}`,
      logFile: join(home, 'parcels.log'),
      outputsFile: join(home, 'parcels.json'),
      outDir: join(home, 'parcels.out'),
      // As on AWS; elsewhere in these tests stacks are updated, which this engine cannot do with nested ones.
      context: { nested: 'true', issuer: issuer.url, audience, rolesClaim },
    });
    parcels = toDeployment(endpoint, stacks);
  });
  afterAll(() => issuer.stop());

  const named = { ada: 'the owner', bob: 'another customer', operator: 'an operator' };
  const as = (name: keyof typeof named) => caller(parcels.api, callers.find((each) => each.name === named[name])?.token);

  const balanceOf = async (call: Call, id: string) => {
    const { commits } = (await call('GET', `/streams/purse/${id}`)).body as { commits: { version: number }[] };
    const { body } = await call('GET', `/streams/purse/${id}/state?version=${commits.at(-1)?.version}`);
    return (body.state as { balance: number }).balance;
  };

  it('takes its commands and answers from its view', async () => {
    const [ada, operator] = [as('ada'), as('operator')];
    const id = fresh();
    expect((await ada('POST', `/parcel/${id}/send`, { code: id })).status).toBe(201);
    expect((await operator('POST', `/parcel/${id}/scan`, { places: ['Graz', 'Wien'] })).body).toMatchObject({
      version: 3,
      commit: 2,
    });
    const track = await eventually(
      () => ada('GET', `/views/parcel-track/${id}`),
      ({ body }) => body.scans === 2,
    );
    expect(track.body).toMatchObject({ id, last: 'Wien' });
    // Nothing of the reference application is here, and what is for processes alone has no route.
    expect((await ada('POST', `/account/${id}/open`, { currency: 'EUR' })).status).toBe(404);
    expect((await operator('POST', `/parcel/${id}/deliver`, {})).status).toBe(404);
  });

  it('takes commands and answers queries without a token where anyone may, and asks for one everywhere else', async () => {
    const [ada, bob, nobody] = [as('ada'), as('bob'), caller(parcels.api, undefined)];
    const id = fresh();
    await ada('POST', `/parcel/${id}/send`, { code: id });
    const sighted = await nobody('POST', `/parcel/${id}/sight`, { place: 'Linz' });
    expect(sighted).toMatchObject({ status: 200, body: { commit: 2 } });
    // A token that nobody has verified counts for nothing, whatever it says.
    const forged = caller(parcels.api, 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.x');
    expect((await forged('POST', `/parcel/${id}/sight`, { place: 'Wels' })).status).toBe(200);
    const { commits } = (await ada('GET', `/streams/parcel/${id}`)).body as { commits: { actor: string }[] };
    expect(commits.map(({ actor }) => actor === 'anyone')).toEqual([false, true, true]);
    const awaited = { 'consistent-with': sighted.headers.get('consistency-token') ?? '' };
    for (const path of ['/views/parcel-places/all', '/views/parcel-places'])
      expect((await nobody('GET', path, undefined, awaited)).status).toBe(200);
    // Of a user, whosever the parcel is; but of nobody without a token.
    expect((await bob('POST', `/parcel/${id}/follow`, {})).status).toBe(200);
    for (const [method, path] of [
      ['POST', `/parcel/${id}/follow`],
      ['POST', `/parcel/${id}/scan`],
      ['GET', '/views/parcel-track'],
      ['GET', `/streams/parcel/${id}`],
    ] as const)
      expect((await nobody(method, path, method === 'POST' ? {} : undefined)).status, path).toBe(401);
  });

  it('has the console unchanged: a parcel is walked through by its own code, and the model is its own', async () => {
    const [ada, operator] = [as('ada'), as('operator')];
    const id = fresh();
    await ada('POST', `/parcel/${id}/send`, { code: id });
    await operator('POST', `/parcel/${id}/scan`, { places: ['Graz', 'Wien'] });
    const token = callers.find(({ name }) => name === named.operator)?.token ?? '';
    const { page, faults } = await pastedIn(`streams/parcel/${id}`, token, { deployment: parcels });
    await page.getByText('chain holds').waitFor();
    await page.getByText('ParcelScanned').first().waitFor();
    await page.goto(consoleAt('model', parcels));
    await page.getByRole('link', { name: 'event ParcelScanned' }).first().waitFor();
    expect(faults).toEqual([]);
  });

  it('takes no id token, though the gateway does', async () => {
    const idToken = issuer.sign({ sub: ownerId, at_hash: 'x' });
    expect(await caller(parcels.api, idToken)('GET', '/views/parcel-track')).toMatchObject({
      status: 401,
      body: { type: 'urn:foldstream:problem:unauthorized' },
    });
  });

  it('answers every route to every kind of caller as the declarations say, with real tokens of another issuer', async () => {
    const mine = fresh();
    expect((await as('ada')('POST', `/parcel/${mine}/send`, { code: mine })).status).toBe(201);
    await eventually(
      () => as('ada')('GET', `/views/parcel-track/${mine}`),
      ({ status }) => status === 200,
    );
    const fixture: Fixture = {
      manifest,
      unused: fresh(),
      stream: () => mine,
      row: (view) => (view === 'parcel-track' ? mine : undefined),
    };
    const out = join(home, 'parcels.out');
    const routes = readdirSync(out)
      .filter((file) => file.endsWith('.template.json'))
      .flatMap((file) => Object.values(JSON.parse(readFileSync(join(out, file), 'utf8')).Resources as object))
      .flatMap(({ Type, Properties }) => (Type === 'AWS::ApiGatewayV2::Route' ? [Properties.RouteKey as string] : []));
    const send: Send = async ({ method, path, body, headers }, token) => {
      const response = await fetch(`${parcels.api}${path}`, {
        method,
        redirect: 'manual',
        headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    };
    // All kinds of callers and all cells are tried in one process; here one of each, on what is there.
    const some = callers.filter(({ name }) => !/changed|with the id|who is|contain|id token/.test(name));
    const ofParcels = routes.filter((route) => !/ \/(purse|move)\//.test(route));
    const cells = ofParcels.flatMap((route) => cellsOf(fixture, route));
    const faults: (string | undefined)[] = [];
    for (const cell of cells.filter(({ path }) => path.startsWith('/ops') || !path.includes(fixture.unused)))
      faults.push(...(await Promise.all(some.map((each) => faultOf(send, cell, each)))));
    expect(faults.length).toBeGreaterThan(200);
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it('moves money between streams of another aggregate by one command, or nothing, with the rights of its own function', async () => {
    const [ada, bob] = [as('ada'), as('bob')];
    const [mine, another, bobs] = [fresh(), fresh(), fresh()];
    for (const id of [mine, another]) await ada('POST', `/purse/${id}/open`, {});
    await bob('POST', `/purse/${bobs}/open`, {});
    await ada('POST', `/purse/${mine}/fill`, { amount: 100 });
    const move = (to: string[], amount: number, key = fresh()) =>
      ada('POST', `/move/${fresh()}/make`, { from: mine, to, amount }, { 'idempotency-key': key });
    const balances = async () => {
      const states = [balanceOf(ada, mine), balanceOf(ada, another), balanceOf(bob, bobs)];
      return await Promise.all(states);
    };
    expect((await move([another, bobs], 20)).status).toBe(201);
    expect(await balances()).toEqual([60, 20, 20]);
    // Refused by the first of them, and by the last: nothing is stored in any.
    expect(await move([another], 61)).toMatchObject({
      status: 422,
      body: { type: 'urn:foldstream:problem:insufficient-funds', refusedBy: `purse-${mine}` },
    });
    expect(await move([another, fresh()], 5)).toMatchObject({ status: 422, body: { type: 'urn:foldstream:problem:not-open' } });
    expect(await balances()).toEqual([60, 20, 20]);
    // At once: as many as there is money for.
    const many = await Promise.all(Array.from({ length: 8 }, () => move([bobs], 20)));
    expect(many.map(({ status }) => status).sort()).toEqual([201, 201, 201, 422, 422, 422, 422, 422]);
    expect(await balances()).toEqual([0, 20, 80]);
  });

  it('stores all commands of an atomic batch, or none', async () => {
    const ada = as('ada');
    const [one, other] = [fresh(), fresh()];
    for (const id of [one, other]) await ada('POST', `/purse/${id}/open`, {});
    const fill = (ids: readonly string[], key = fresh()) => {
      const commands = ids.map((id) => ({ id, command: 'fill', body: { amount: 5 } }));
      return ada('POST', '/purse/batch', { atomic: true, commands }, { 'idempotency-key': key });
    };
    const statuses = ({ body }: Answer) => (body.answers as { status: number }[]).map(({ status }) => status);
    const key = fresh();
    for (const _ of ['first', 'repeated']) expect(statuses(await fill([one, other], key))).toEqual([200, 200]);
    expect(statuses(await fill([one, fresh()]))).toEqual([424, 422]);
    expect(await Promise.all([one, other].map((id) => balanceOf(ada, id)))).toEqual([5, 5]);
  });

  it('gives a unique value to only one stream, under concurrent commands', async () => {
    const [ada, bob] = [as('ada'), as('bob')];
    const code = fresh();
    const answers = await Promise.all([ada, bob, ada, bob].map((call) => call('POST', `/parcel/${fresh()}/send`, { code })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422]);
    for (const { body } of answers.filter(({ status }) => status === 422))
      expect(body).toMatchObject({ type: 'urn:foldstream:problem:code-taken', title: 'Code taken' });
  });

  it('parks the stream that its projection throws on, and no other', async () => {
    const [ada, operator] = [as('ada'), as('operator')];
    const [poisoned, healthy, began] = [fresh(), fresh(), Date.now()];
    for (const id of [poisoned, healthy]) await ada('POST', `/parcel/${id}/send`, { code: id });
    await operator('POST', `/parcel/${poisoned}/scan`, { places: ['Linz'] });
    const nowhere = await operator('POST', `/parcel/${poisoned}/scan`, { places: ['nowhere'] });
    await operator('POST', `/parcel/${healthy}/scan`, { places: ['Linz'] });
    await eventually(
      () => ada('GET', `/views/parcel-track/${healthy}`),
      ({ body }) => body.last === 'Linz',
    );
    const parked = await eventually(
      () => logLines(parcels.outputs.ParcelTrackR1Function ?? '', began),
      (lines) => lines.some(({ message, stream }) => message === 'A stream is parked.' && stream === `parcel-${poisoned}`),
    );
    expect(parked.find(({ message }) => message === 'A stream is parked.')).toMatchObject({
      commit: 3,
      projection: 'parcel-track',
    });
    expect((await ada('GET', `/views/parcel-track/${poisoned}`)).body).toMatchObject({ last: 'Linz', scans: 1 });
    const awaited = { 'consistent-with': nowhere.headers.get('consistency-token') ?? '' };
    for (const path of [`/views/parcel-track/${poisoned}`, '/views/parcel-track'])
      expect(await operator('GET', path, undefined, awaited)).toMatchObject({
        status: 503,
        body: { type: 'urn:foldstream:problem:stream-parked', parkedAt: 3 },
      });
  });

  it('is refused by the engine as soon as a grant is taken away, and says nothing of it to the caller', async () => {
    const ada = as('ada');
    const [lambda, iam] = [new LambdaClient({}), new IAMClient({})];
    const FunctionName = parcels.outputs.ParcelCommandFunction;
    const { Role = '' } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const RoleName = Role.split('/').at(-1);
    const { PolicyNames = [] }: ListRolePoliciesCommandOutput = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const policies = await Promise.all(
      PolicyNames.map((PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))),
    );
    const documents = policies.map(({ PolicyName, PolicyDocument = '' }) => ({
      PolicyName,
      PolicyDocument: decodeURIComponent(PolicyDocument),
    }));
    expect((await ada('POST', `/parcel/${fresh()}/send`, { code: fresh() })).status).toBe(201);
    for (const { PolicyName, PolicyDocument } of documents) {
      const without = PolicyDocument.replaceAll('"dynamodb:PutItem",', '')
        .replaceAll(',"dynamodb:PutItem"', '')
        .replaceAll('"dynamodb:PutItem"', '"dynamodb:DescribeTable"');
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: without }));
    }
    const refused = await ada('POST', `/parcel/${fresh()}/send`, { code: fresh() });
    expect(refused.status).toBe(500);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(refused.body).toMatchObject({ type: 'urn:foldstream:problem:internal' });
    expect(JSON.stringify(refused.body)).not.toMatch(/AccessDenied|dynamodb|arn:/i);
    // The command that the problem names shows the exception, with its stack.
    const correlation = String(refused.body.correlation);
    expect(refused.body.detail).toContain('foldstream logs <correlation>');
    const lines: string[] = [];
    await logsVerb({ stack: parcels.stack, correlation, follow: false, since: 600_000 }, (line) => void lines.push(line));
    expect(lines[0]).toMatch(/ {2}command-parcel +ERROR {2}Failed\. {2}/);
    expect(lines.join('\n')).toMatch(/^ {4}AccessDenied\w*: .*\n {8}at /m);
    for (const policy of documents) await iam.send(new PutRolePolicyCommand({ RoleName, ...policy }));
    expect((await ada('POST', `/parcel/${fresh()}/send`, { code: fresh() })).status).toBe(201);
  });
});

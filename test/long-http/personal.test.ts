import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateBackupCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  RestoreTableFromBackupCommand,
} from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sqs } from '../../lib/aws/delivery/queue.ts';
import { hpkeBox } from '../../lib/aws/personal/box.ts';
import { kmsKeyPairs } from '../../lib/aws/personal/kms.ts';
import { openingKeys, sealingKeys } from '../../lib/aws/personal/subject-keys.ts';
import { commitStore } from '../../lib/aws/store/commit-store.ts';
import { checkVerb } from '../../lib/cli/history/check.ts';
import { exportHistory } from '../../lib/cli/history/export.ts';
import { importVerb } from '../../lib/cli/history/import.ts';
import { verify } from '../../lib/cli/history/verify.ts';
import { deploy } from '../../lib/cli/local/deploy.ts';
import { type Deployment, root, toDeployment } from '../../lib/cli/local/deployment.ts';
import { retentionVerb } from '../../lib/cli/personal/retention.ts';
import { eraseVerb, exportVerb } from '../../lib/cli/personal/subjects.ts';
import { rebuildVerb } from '../../lib/cli/rebuild/rebuilds.ts';
import { patientDynamo } from '../../lib/cli/stack.ts';
import { subjectsKeys } from '../../lib/cli/subjects-keys.ts';
import { storedEvents } from '../../lib/core/commit.ts';
import { Unsealed } from '../../lib/core/personal/personal.ts';
import { handleCommand } from '../../lib/engine/command/handle.ts';
import { opened } from '../../lib/engine/personal/open.ts';
import { sealCommit } from '../../lib/engine/personal/seal.ts';
import { home } from '../integration/setup.ts';
import { callersOf, rolesClaim } from '../support/access/callers.ts';
import { audience, servedIssuer } from '../support/access/issuer.ts';
import { roleOf } from '../support/access/role.ts';
import { customer } from '../support/apps/customer/decider.ts';
import { manifest } from '../support/apps/customer/deployed.ts';
import { foundByAxe } from '../support/console/axe.ts';
import { pastedIn } from '../support/console/signed-in.ts';
import { eventually } from '../support/eventually.ts';
import { asks, instanceOver, memoryTable } from '../support/examples/commanding.ts';
import { exported, linesIn } from '../support/exporting.ts';
import { describedBy } from '../support/over-http/described.ts';
import { everythingIn, type Found, itemsOf, resourcesOf } from '../support/over-http/everything.ts';
import { type Call, caller, fresh } from '../support/over-http/http.ts';
import { keysOf, triedWithAllThatIsLeft } from '../support/over-http/left.ts';
import { mailReceiver } from '../support/over-http/mail-receiver.ts';
import { type Mark, placesOf, showing } from '../support/over-http/marked.ts';
import { overHttp } from '../support/over-http/over-http.ts';
import { atRest } from '../support/over-http/pausing.ts';
import { disguises, plants } from '../support/over-http/planted.ts';

const tables = patientDynamo();
const keySeconds = 1;
const bobsEmail = `bob.${fresh()}@example.com`;
const marked = ['Ada Markedly', `ada.${fresh()}@example.com`, 'Bob Markedly', 'kind-markedly'] as const;
const [name, email, friendName, note] = marked;
const erased = { erased: true };
const masked = { masked: true };

/** The keys of a deployment, as the command line has them. */
const cliKeysOf = ({ outputs, stack }: Deployment) => subjectsKeys({ outputs, client: tables }, stack)!;
const sealingOf = (deployment: Deployment) => ({ keys: sealingKeys(cliKeysOf(deployment)), box: hpkeBox() });
const silent = () => ({ show: () => {}, end: () => {} });

type KeysItem = Readonly<{
  hashSecret: Uint8Array;
  pairs: Readonly<Record<string, Readonly<{ publicKey: Uint8Array; wrapped: Uint8Array }>>>;
}>;

async function* lies(...found: readonly Found[]): AsyncGenerator<Found> {
  yield* found;
}

describe.runIf(overHttp())('persons, over HTTP', () => {
  let customers: Deployment;
  let issuer: Awaited<ReturnType<typeof servedIssuer>>;
  let mails: Awaited<ReturnType<typeof mailReceiver>>;
  let [ada, operator, teller, auditor] = [] as unknown as [Call, Call, Call, Call];
  const [id, other, gone] = [fresh(), fresh(), fresh()];
  const kept = {
    sealed: join(home, `sealed-${id}`),
    anonymised: join(home, `anonymised-${id}`),
    lost: '',
    backup: undefined as string | undefined,
  };

  beforeAll(async () => {
    const endpoint = inject('endpoint');
    issuer = await servedIssuer();
    mails = await mailReceiver(endpoint);
    const stacks = await deploy({
      endpoint,
      app: `node ${join(root, 'test/support/apps/customer/app.ts')}`,
      logFile: join(home, 'customers.log'),
      outputsFile: join(home, 'customers.json'),
      outDir: join(home, 'customers.out'),
      context: { issuer: issuer.url, audience, rolesClaim, keySeconds: String(keySeconds) },
    });
    customers = toDeployment(endpoint, stacks);
    // Else notes of the sweep's journal could not be searched for a quarter of an hour.
    const { QueueUrl } = await sqs().send(new GetQueueUrlCommand({ QueueName: `${customers.stack}--journal` }));
    await sqs().send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '0' } }));
    // And else it would look at what has not arrived, note it and look again without a pause.
    await atRest(`${customers.stack}-Sweep`);
    const callers = callersOf(issuer);
    const described = describedBy(manifest);
    const as = (who: string) => caller(customers.api, callers.find((each) => each.name === who)?.token, described);
    [ada, operator, teller, auditor] = [as('the owner'), as('an operator'), as('a teller'), as('an auditor')];
  });
  afterAll(async () => {
    await atRest(`${customers.stack}-`);
    mails.stop();
    await issuer.stop();
  });

  const row = async (who: Call, of: string) => (await who('GET', `/views/customers/${of}`)).body;
  /** Of whom the mails have a status. */
  const sent = async (status: string): Promise<string> =>
    JSON.stringify((await operator('GET', `/ops/effects?status=${status}&effect=sendMail`)).body.performances);
  const includesAll = (ids: readonly string[]) => (text: string) => ids.every((each) => text.includes(`mailing-${each}`));
  const history = async (of: string) => JSON.stringify((await operator('GET', `/streams/customer/${of}`)).body);

  /** The item of a subject's keys. */
  const keysItem = async (subject: string) => {
    for await (const item of itemsOf(customers.outputs.KeysTable!)) if (item.id === `pairs/${subject}`) return item as KeysItem;
    throw new Error(`${subject} has no keys.`);
  };
  /** What the keys that are left make of a value that its readers are shown so. */
  const openedAs = (shown: unknown) => (JSON.stringify(shown) === JSON.stringify(erased) ? [] : [JSON.stringify(shown)]);
  const places = (more: readonly Mark[] = []) => placesOf([...marked, ...more], everythingIn(customers.stack));
  const tried = () => triedWithAllThatIsLeft(customers, everythingIn(customers.stack));

  it('are sealed from the request to the row, and opened for whoever may see them', async () => {
    expect((await ada('POST', `/customer/${id}/register`, { name, email })).status).toBe(201);
    expect((await ada('POST', `/customer/${id}/recommend`, { friend: other, friendName, note })).status).toBe(200);
    expect((await ada('POST', `/customer/${other}/register`, { name: 'Bob', email: bobsEmail })).status).toBe(201);
    const seen = await eventually(
      () => row(operator, id),
      ({ friend }) => friend !== undefined,
    );
    expect(seen).toEqual({ id, name, email, friend: friendName });
    expect(await row(teller, id)).toEqual({ id, name: masked, email: masked, friend: masked });
    const found = { list: 'by-email', by: email };
    expect((await operator('POST', '/views/customers', found)).body).toEqual({ items: [seen] });
    expect((await operator('GET', `/views/customers?list=by-email&by=${encodeURIComponent(email)}`)).status).toBe(400);
    for (const each of marked) expect(await history(id)).toContain(each);
    // By a process, which sealed a greeting and passed the others on.
    const greeted = await eventually(
      async () => JSON.stringify((await operator('GET', `/streams/greeting/${other}`)).body),
      (text) => text.includes(`MARK-${other}.`),
    );
    for (const each of [friendName, note]) expect(greeted).toContain(each);
    // By an effect, whose first try was refused with the address.
    await eventually(
      async () => mails.came(email),
      (kinds) => kinds.length === 2,
    );
    await eventually(() => sent('answered'), includesAll([id, other]));
    expect((await places()).places).toEqual([]);
    // All of it can be read by whoever has the keys, and by nobody else.
    const values = await tried();
    for (const { subject, shown, opened } of values) expect([subject, opened]).toEqual([subject, openedAs(shown)]);
    expect(values.filter(({ subject }) => subject === id).map(({ shown }) => shown)).toEqual(
      expect.arrayContaining([name, email, note]),
    );
  });

  it('would be found by the search in any form and any place, and if any key opened them', async () => {
    const shows = showing(marked);
    for (const text of marked)
      for (const [form, value] of Object.entries(disguises(text))) expect([form, shows(value)]).toEqual([form, true]);
    const named = (await resourcesOf(customers.stack)).map(({ type, name }) => [type, name] as const);
    const [dead, handled] = named.flatMap(([, one]) => (one.includes('DeadLetters') ? [one] : []));
    const { SnapshotsTable: table, FailedBatchesBucket: bucket } = customers.outputs;
    const log = named.find(([type]) => type === 'AWS::Logs::LogGroup')![1];
    const where = { table: table!, bucket: bucket!, queue: dead!, handledQueue: handled!, log };
    const planted = plants(note, where);
    const takeAway = await Promise.all(Object.values(planted).map((plant) => plant()));
    expect((await places()).places.sort()).toEqual(Object.keys(planted).sort());
    for (const one of takeAway) await one();
    // Sealed to somebody whose key is left, in a row and in a commit.
    const spare = fresh();
    const commit = { stream: `customer-${spare}`, commit: 1, version: 1, command: 'http/1', at: new Date().toISOString() };
    const events = [{ type: 'FriendRecommended', v: 1, data: { note: new Unsealed(note, {}) } }];
    const meta = { actor: 'ada', correlation: 'c', causation: 'r' };
    const sealing = { keys: keysOf(customers).sealing, box: hpkeBox() };
    const sealed = await sealCommit(sealing, { ...commit, meta, events }, () => spare);
    if ('erased' in sealed) throw new Error(`${spare} is erased.`);
    const lying = [sealed.commit, { text: JSON.stringify(storedEvents(sealed.commit)[0]) }];
    for (const value of lying)
      expect(await triedWithAllThatIsLeft(customers, lies({ place: 'planted', value }))).toEqual([
        { places: ['planted'], subject: spare, shown: note, opened: [JSON.stringify(note)] },
      ]);
  });

  it('are exported sealed, or with made-up values: what is kept from before an erasure', async () => {
    await exportHistory({ out: kept.sealed, segments: 2, stack: customers.stack }, () => {}, silent);
    await exportHistory({ out: kept.anonymised, segments: 2, stack: customers.stack, anonymised: manifest }, () => {}, silent);
    const made = (await linesIn(kept.anonymised)).join();
    for (const text of [(await linesIn(kept.sealed)).join(), made]) for (const each of marked) expect(text).not.toContain(each);
    expect(made).toMatch(/"email":"[a-z]+@example\.com"/);
    for (const against of [kept.sealed, kept.anonymised]) expect((await checkVerb({ manifest, against })).ok).toBe(true);
    const { BackupDetails } = await tables.send(
      new CreateBackupCommand({ TableName: customers.outputs.CommitsTable, BackupName: 'before-the-erasure' }),
    );
    kept.backup = BackupDetails?.BackupArn;
    // A stream that the deployment has lost: sealed to its subjects, and in an export alone.
    const lost = memoryTable();
    const commanding = instanceOver(lost, { decider: customer as never, personal: sealingOf(customers) });
    const sends = (type: string, data: object) => handleCommand(commanding, asks(type, data, { stream: `customer-${gone}` }));
    await sends('Register', { name: 'Gwen', email: `${gone}@example.com` });
    await sends('Recommend', { friend: id, friendName, note });
    kept.lost = await exported(lost, home);
  });

  const exportOf = async (of: string, why = 'request 6') =>
    (await auditor('GET', `/subjects/${of}/export?${new URLSearchParams({ why })}`)).body as Readonly<{
      values: readonly Readonly<Record<string, unknown>>[];
    }>;
  const brief = ({ values }: Awaited<ReturnType<typeof exportOf>>) =>
    values.map(({ event, field, value }) => [event, field, value]);

  it('are exported to whoever may, from streams of others too, and the request is recorded', async () => {
    expect((await operator('GET', `/subjects/${other}/export?why=curious`)).status).toBe(403);
    expect((await auditor('GET', `/subjects/${other}/export`)).status).toBe(400);
    const ofOther = [
      [`customer-${id}/2`, '/friendName', friendName],
      [`customer-${other}/1`, '/name', 'Bob'],
      [`customer-${other}/1`, '/email', bobsEmail],
      // What a process wrote when he was recommended.
      [`greeting-${other}/1`, '/text', expect.any(String)],
      [`greeting-${other}/1`, '/name', friendName],
    ];
    const exported = await eventually(
      () => exportOf(other),
      ({ values }) => values.length === ofOther.length,
    );
    await eventually(
      () => exportOf(id),
      ({ values }) => values.some(({ stream }) => stream === `greeting-${other}`),
    );
    expect(exported).toMatchObject({ subject: other, record: `subject-${other}`, copies: { views: ['customers'] } });
    expect(brief(exported)).toEqual(ofOther);
    const { TableName, Key } = {
      TableName: customers.outputs.CommitsTable,
      Key: { stream: { S: `subject-${other}` }, commit: { N: '1' } },
    };
    const { Item } = await tables.send(new GetItemCommand({ TableName, Key }));
    expect(JSON.stringify(Item)).toMatch(/SubjectExported.*request 6/);
  });

  it('have a screen in the console for whoever may erase, who sees no other, and for no operator who may not', async () => {
    const token = (who: string) => callersOf(issuer).find(({ name }) => name === who)!.token!;
    const at = { deployment: customers };
    const { page, faults } = await pastedIn(`subjects/${other}`, token('an auditor'), at);
    await page.getByText('What is held').waitFor();
    await page.getByText(`customer-${other}`).first().waitFor();
    const screens = (seen: Page) => seen.getByRole('navigation', { name: 'Screens' }).locator('a.place').allInnerTexts();
    // Beside what everybody sees.
    expect((await screens(page)).map((text) => text.split('\n')[0]!.trim())).toEqual(['Subjects', 'Desk']);
    expect(await page.locator('main a').count()).toBe(0);
    expect(await foundByAxe(page)).toEqual([]);
    expect(faults).toEqual([]);
    const operators = await pastedIn('model', token('an operator'), at);
    await operators.page.getByRole('heading', { name: 'Model' }).waitFor();
    expect((await screens(operators.page)).join()).not.toContain('Subjects');
  });

  it('are erased by whoever may, for good, and others are read as before', async () => {
    const before = await keysItem(id);
    expect((await operator('POST', `/subjects/${id}/erase`, { why: 'request 7' })).status).toBe(403);
    const { status, body } = await auditor('POST', `/subjects/${id}/erase`, { why: 'request 7' });
    const processes = ['greeter', 'mailing'];
    const holds = { streams: 2, categories: { customer: 1, greeting: 1 }, views: ['customers'], processes };
    expect([status, body]).toMatchObject([200, { subject: id, record: `subject-${id}`, readsAs: erased, holds }]);
    const again = (await auditor('POST', `/subjects/${id}/erase`, { why: 'again' })).body;
    expect(again).toEqual({ ...(body as object), holds: { ...holds, asOf: expect.any(String) } });
    const left = await eventually(
      () => exportOf(id),
      (seen) => !JSON.stringify(seen).includes(name),
    );
    expect(left.values.length).toBeGreaterThan(2);
    for (const { value } of left.values) expect(value).toEqual(erased);
    // Each instance of a function goes by its own time.
    const after = await eventually(
      () => row(operator, id),
      (seen) => JSON.stringify(seen.name) === JSON.stringify(erased),
    );
    expect(after).toEqual({ id, name: erased, email: erased, friend: friendName });
    expect(await row(operator, other)).toMatchObject({ name: 'Bob', email: bobsEmail });
    const past = await eventually(
      () => history(id),
      (text) => !text.includes(name),
    );
    for (const gone of [name, email, note]) expect(past).not.toContain(gone);
    // What is sent to the erased one reaches nobody.
    const mailed = [mails.all(), mails.came(email)];
    expect((await ada('POST', `/customer/${id}/remind`, {})).status).toBe(200);
    await eventually(() => sent('refused'), includesAll([id]));
    expect([mails.all(), mails.came(email)]).toEqual(mailed);
    const late = await eventually(
      () => ada('POST', `/customer/${id}/change-email`, { email: 'new@example.com' }),
      ({ status }) => status !== 200,
    );
    expect(late).toMatchObject({ status: 422, body: { type: 'urn:foldstream:problem:subject-erased' } });

    // Neither the values nor the keys lie about anywhere, and what is left of all keys opens the values of others alone.
    const keys = Object.values(before.pairs).flatMap(({ wrapped, publicKey }) => [wrapped, publicKey]);
    const { places: found, looked } = await places([before.hashSecret, ...keys]);
    expect(found).toEqual([]);
    expect(Object.keys(looked)).toEqual(expect.arrayContaining(['table', 'stream', 'backup', 'log', 'function']));
    const values = await tried();
    const backedUp = values.filter(({ places }) => places.includes('backup before-the-erasure'));
    expect(backedUp.map(({ subject }) => subject)).toContain(id);
    for (const { subject, shown, opened } of values)
      expect([subject, shown, opened]).toEqual(subject === id ? [id, erased, []] : [subject, shown, openedAs(shown)]);
    const of = new Map(values.map(({ subject, opened }) => [subject, opened.length]));
    expect([of.get(id), of.get(other)]).toEqual([0, 1]);
  });

  it('are erased by the command line too', async () => {
    const lines: string[] = [];
    await eraseVerb({ manifest, stack: customers.stack, subject: other, why: 'request 8' }, (line) => lines.push(line));
    expect(lines.join()).toContain(`recorded in subject-${other}`);
    expect(lines.join()).toContain('values were held in 3 streams (2 of customer, 1 of greeting)');
    const printed: string[] = [];
    await exportVerb({ manifest, stack: customers.stack, subject: other, why: 'request 8' }, (line) => printed.push(line));
    expect(JSON.parse(printed.join()).values).toHaveLength(5);
    expect(printed.join()).not.toContain(friendName);
    const shown = await eventually(
      () => row(operator, other),
      (seen) => JSON.stringify(seen.name) === JSON.stringify(erased),
    );
    expect(shown).toMatchObject({ email: erased });
    // The friend's name in another one's row was sealed to this subject.
    expect(await row(operator, id)).toMatchObject({ friend: erased });
  });

  it('are erased by themselves, some time after their stream has ended', async () => {
    const leaver = fresh();
    await ada('POST', `/customer/${leaver}/register`, { name: 'Lea', email: `${leaver}@example.com` });
    expect((await ada('POST', `/customer/${leaver}/leave`, {})).status).toBe(200);
    const listed = async () => {
      const lines: string[] = [];
      await retentionVerb({ manifest, stack: customers.stack, dryRun: true }, (line) => lines.push(line));
      return lines.join('\n');
    };
    const lines = await eventually(listed, (text) => text.includes(`${leaver}: is erased by the next run`));
    expect(lines).toContain('Nobody was erased.');
    expect(await row(operator, leaver)).toMatchObject({ name: 'Lea' });
    // As its rule calls it, each hour.
    const { RetentionFunction: FunctionName } = customers.outputs;
    const { FunctionError } = await new LambdaClient({}).send(new InvokeCommand({ FunctionName, Payload: '{}' }));
    expect(FunctionError).toBeUndefined();
    const shown = await eventually(
      () => row(operator, leaver),
      (seen) => JSON.stringify(seen.name) === JSON.stringify(erased),
    );
    expect(shown).toMatchObject({ email: erased });
    expect((await auditor('POST', `/subjects/${leaver}/erase`, { why: 'again' })).body).toMatchObject({
      erased: { by: 'retention', why: expect.stringMatching(/^retention of customer: ended /) },
    });
  });

  it('do not come back with an export from before the erasure', async () => {
    const said: string[] = [];
    const imports = (path: string) =>
      importVerb(
        { manifest, path, stack: customers.stack },
        (line) => said.push(line),
        () => ({
          show: () => {},
          end: (line) => said.push(line ?? ''),
        }),
      );
    expect(await imports(kept.sealed)).toBe(true);
    expect(said.join()).toContain('0 commits written');
    expect(await imports(kept.lost)).toBe(true);
    expect(await row(operator, id)).toMatchObject({ name: erased, email: erased, friend: erased });
    const seen = await eventually(
      () => row(operator, gone),
      ({ friend }) => friend !== undefined,
    );
    // Who was not erased is read again, and nobody else.
    expect(seen).toMatchObject({ name: 'Gwen', friend: erased });
    const past = await history(gone);
    expect(past).toContain('Gwen');
    expect(past).not.toContain(friendName);
    // In plain, as another system has it: no key is made, and nothing is stored.
    const plain = join(home, 'plain.ndjson');
    const event = { type: 'FriendRecommended', v: 1, data: { friend: id, friendName, note } };
    writeFileSync(
      plain,
      JSON.stringify({ stream: `customer-${gone}`, commit: 3, at: new Date().toISOString(), events: [event] }),
    );
    expect(await imports(plain)).toBe(false);
    expect(said.join()).toContain(`it has personal values of ${id}, who is erased`);
    expect(await history(gone)).toBe(past);
  });

  it('do not come back with a table that is restored from before the erasure', async () => {
    const name = `restored-${fresh()}`;
    await tables.send(new RestoreTableFromBackupCommand({ TargetTableName: name, BackupArn: kept.backup }));
    const restored = commitStore(tables, name);
    const { commits } = await restored.read(`customer-${id}`, { from: 1 });
    const personal = { keys: openingKeys(cliKeysOf(customers)), box: hpkeBox() };
    const read = await Promise.all(
      commits.map((commit) =>
        opened(
          personal,
          storedEvents(commit).map(({ data }) => data),
        ),
      ),
    );
    expect(read).toEqual([[{ name: erased, email: erased }], [{ friend: other, friendName: erased, note: erased }]]);
    const commanding = instanceOver(
      { ...memoryTable(), store: restored as never },
      { decider: customer as never, personal: sealingOf(customers) },
    );
    const late = asks('ChangeEmail', { email: 'late@example.com' }, { stream: `customer-${id}` });
    expect(await handleCommand(commanding, late)).toMatchObject({
      outcome: 'refused',
      refusal: { refused: 'subject-erased' },
    });
  });

  it('are opened by the roles of the functions that answer alone: the engine refuses all others', async () => {
    const [kim, gone] = [fresh(), id];
    expect((await ada('POST', `/customer/${kim}/register`, { name: 'Kim', email: `${kim}@example.com` })).status).toBe(201);
    const { wrapped } = (await keysItem(kim)).pairs[1]!;
    const { outputs, stack: deployment } = customers;
    const errorOf = (asked: Promise<unknown>) =>
      asked.then(
        () => 'done',
        (error: Error) => error.name,
      );
    const decrypts = async (of: string, subject = kim) => {
      const kms = new KMSClient({ credentials: await roleOf(of) });
      return errorOf(kmsKeyPairs(outputs.SubjectsKey!, kms).unwrap(wrapped, { deployment, subject, version: 1 }));
    };
    const { QueryFunction, HistoryFunction, CustomerCommandFunction, CustomersR1Function, SubjectsFunction } = outputs;
    const [query, command, project] = [QueryFunction!, CustomerCommandFunction!, CustomersR1Function!];
    const [subjects, guard] = [SubjectsFunction!, outputs.GuardFunction!];
    for (const answers of [query, HistoryFunction!]) {
      expect(await decrypts(answers)).toBe('done');
      expect(await decrypts(answers, gone)).toBe('InvalidCiphertextException');
    }
    for (const of of [command, project, subjects, guard, outputs.PublishFunction!])
      expect([of, await decrypts(of)]).toEqual([of, 'AccessDeniedException']);
    const TableName = outputs.KeysTable!;
    const [pairs, tombstone] = [{ id: { S: `pairs/${kim}` } }, { id: { S: `erased/${gone}` } }];
    // Which items of the table a role may take away the local cloud does not check: the test of the template does.
    const forbidden = [
      ...[command, query, project, guard].map((of) => [of, new DeleteItemCommand({ TableName, Key: pairs })] as const),
      ...[command, query, project].map((of) => [of, new DeleteItemCommand({ TableName, Key: tombstone })] as const),
      ...[query, project].map((of) => [of, new PutItemCommand({ TableName, Item: tombstone })] as const),
      ...[query, project].map((of) => [of, new PutItemCommand({ TableName, Item: pairs })] as const),
      ...[project, guard].map((of) => [of, new GetItemCommand({ TableName, Key: pairs })] as const),
    ];
    for (const [of, asked] of forbidden) {
      const client = new DynamoDBClient({ credentials: await roleOf(of) });
      const what = `${of} ${asked.constructor.name}`;
      expect([what, await errorOf(client.send(asked as GetItemCommand))]).toEqual([what, 'AccessDeniedException']);
    }
    expect(await keysItem(kim)).toBeDefined();
  });

  it('stay erased while commands come and a view is rebuilt; history, checks and exports go on', async () => {
    const [late, kim] = [fresh(), fresh()];
    for (const one of [late, kim])
      expect((await ada('POST', `/customer/${one}/register`, { name: 'Kim', email: `${one}@example.com` })).status).toBe(201);
    for (const one of [late, kim])
      await eventually(
        () => row(operator, one),
        (seen) => seen.name !== undefined,
      );
    const liveOf = async () => {
      for await (const item of itemsOf(customers.outputs.ControlTable!))
        if (item.id === 'view/customers') return Number(item.revision);
      throw new Error('No revision of customers is live.');
    };
    const revision = 3 - (await liveOf());
    const said: string[] = [];
    const bar = () => ({ show: () => {}, end: (line?: string) => void said.push(line ?? '') });
    const order = { manifest, view: 'customers', revision, why: 'an erasure', stack: customers.stack };
    const recommend = () => ada('POST', `/customer/${late}/recommend`, { friend: kim, friendName, note });
    const [rebuilt, erasure, ...answers] = await Promise.all([
      rebuildVerb(order, (line) => void said.push(line), bar),
      auditor('POST', `/subjects/${late}/erase`, { why: 'request 9' }),
      ...Array.from({ length: 6 }, recommend),
    ]);
    expect([rebuilt, said]).toEqual([true, said]);
    expect([await liveOf(), erasure.status]).toEqual([revision, 200]);
    for (const { status } of answers) expect([200, 409, 422, 503]).toContain(status);
    await eventually(recommend, ({ status }) => status === 422);
    // Whoever was first: one tombstone, no pair, and nothing opens.
    const about: unknown[] = [];
    for await (const item of itemsOf(customers.outputs.KeysTable!)) if (String(item.id).endsWith(`/${late}`)) about.push(item.id);
    expect(about).toEqual([`erased/${late}`]);
    const ofLate = (await tried()).filter(({ subject }) => subject === late);
    expect(ofLate.length).toBeGreaterThan(0);
    for (const { shown, opened: found } of ofLate) expect([shown, found]).toEqual([erased, []]);
    // Rebuilt from the history, after erasures: byte for byte the rows that were live.
    const rows = async (of: number) => {
      const heads: Record<string, unknown> = {};
      for await (const { key, sort, row: held } of itemsOf(customers.outputs[`CustomersR${of}Table`]!))
        if (sort === 'head') heads[String(key)] = held;
      return heads;
    };
    const differing = async () => {
      const [one, two] = [await rows(1), await rows(2)];
      expect(one).toHaveProperty(late);
      const keys = Object.keys({ ...one, ...two });
      return keys.map((key) => [one[key], two[key]]).filter(([a, b]) => JSON.stringify(a) !== JSON.stringify(b));
    };
    await eventually(differing, ({ length }) => length === 0);
    expect(await row(operator, kim)).toMatchObject({ name: 'Kim' });
    expect(await row(operator, late)).toMatchObject({ name: erased });
    const state = await operator('GET', `/streams/customer/${id}/state?version=1`);
    expect([state.status, state.body]).toMatchObject([200, { state: { name: erased, email: erased } }]);
    expect((await operator('GET', `/streams/customer/${id}/diff?from=1&to=2`)).status).toBe(200);
    expect(await verify({ all: true, stack: customers.stack }, () => {})).toBe(true);
    const out = join(home, `after-${late}`);
    await exportHistory({ out, segments: 1, stack: customers.stack }, () => {}, silent);
    expect(await checkVerb({ manifest, against: out })).toMatchObject({ ok: true });
    expect((await places()).places).toEqual([]);
  });

  it('whose keys are lost are a problem that says so, and no other value', async () => {
    const lost = fresh();
    expect((await ada('POST', `/customer/${lost}/register`, { name: 'Cleo', email: `${lost}@example.com` })).status).toBe(201);
    await eventually(
      () => row(operator, lost),
      (seen) => seen.name === 'Cleo',
    );
    const Key = { id: { S: `pairs/${lost}` } };
    await tables.send(new DeleteItemCommand({ TableName: customers.outputs.KeysTable!, Key }));
    const seen = await eventually(
      () => operator('GET', `/views/customers/${lost}`),
      ({ status }) => status !== 200,
    );
    expect(seen).toMatchObject({ status: 500, body: { type: 'urn:foldstream:problem:does-not-open' } });
    expect(JSON.stringify(seen.body)).not.toContain('Cleo');
  });
});

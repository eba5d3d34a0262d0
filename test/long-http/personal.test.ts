import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { deploy } from '../../lib/cli/local/deploy.ts';
import { type Deployment, root, toDeployment } from '../../lib/cli/local/deployment.ts';
import { eraseVerb } from '../../lib/cli/personal/subjects.ts';
import { home } from '../integration/setup.ts';
import { callersOf, rolesClaim } from '../support/access/callers.ts';
import { audience, servedIssuer } from '../support/access/issuer.ts';
import { manifest } from '../support/apps/customer/manifest.ts';
import { eventually } from '../support/eventually.ts';
import { describedBy } from '../support/over-http/described.ts';
import { type Call, caller, fresh } from '../support/over-http/http.ts';
import { placesOf } from '../support/over-http/marked.ts';
import { overHttp } from '../support/over-http/over-http.ts';

const keySeconds = 1;
const marked = ['Ada Markedly', 'ada.markedly@example.com', 'Bob Markedly', 'kind-markedly'] as const;
const [name, email, friendName, note] = marked;
const erased = { erased: true };
const masked = { masked: true };

describe.runIf(overHttp())('persons, over HTTP', () => {
  let customers: Deployment;
  let issuer: Awaited<ReturnType<typeof servedIssuer>>;
  let [ada, operator, teller, auditor] = [] as unknown as [Call, Call, Call, Call];
  const [id, other] = [fresh(), fresh()];

  beforeAll(async () => {
    const endpoint = inject('endpoint');
    issuer = await servedIssuer();
    const stacks = await deploy({
      endpoint,
      app: `node ${join(root, 'test/support/apps/customer/app.ts')}`,
      logFile: join(home, 'customers.log'),
      outputsFile: join(home, 'customers.json'),
      outDir: join(home, 'customers.out'),
      context: { issuer: issuer.url, audience, rolesClaim, keySeconds: String(keySeconds) },
    });
    customers = toDeployment(endpoint, stacks);
    const callers = callersOf(issuer);
    const described = describedBy(manifest);
    const as = (who: string) => caller(customers.api, callers.find((each) => each.name === who)?.token, described);
    [ada, operator, teller, auditor] = [as('the owner'), as('an operator'), as('a teller'), as('an auditor')];
  });
  afterAll(() => issuer.stop());

  const row = async (who: Call, of: string) => (await who('GET', `/views/customers/${of}`)).body;
  const history = async (of: string) => JSON.stringify((await operator('GET', `/streams/customer/${of}`)).body);

  it('are sealed from the request to the row, and opened for whoever may see them', async () => {
    expect((await ada('POST', `/customer/${id}/register`, { name, email })).status).toBe(201);
    expect((await ada('POST', `/customer/${id}/recommend`, { friend: other, friendName, note })).status).toBe(200);
    expect((await ada('POST', `/customer/${other}/register`, { name: 'Bob', email: 'bob@example.com' })).status).toBe(201);
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
    const { places, looked } = await placesOf(marked);
    expect(places).toEqual([]);
    expect(Object.keys(looked)).toEqual(expect.arrayContaining(['table', 'log']));
  });

  it('are found by the search if they lie about anywhere', async () => {
    const table = { TableName: customers.outputs.SnapshotsTable };
    const Item = {
      stream: { S: 'a' },
      code: { S: 'b' },
      text: { B: Buffer.from(`x${Buffer.from(`y${note}z`).toString('base64')}`) },
    };
    await new DynamoDBClient({}).send(new PutItemCommand({ ...table, Item }));
    expect((await placesOf(marked)).places).toEqual([`table ${table.TableName}`]);
    await new DynamoDBClient({}).send(new PutItemCommand({ ...table, Item: { ...Item, text: { S: '' } } }));
  });

  it('are erased by whoever may, for good, and others are read as before', async () => {
    expect((await operator('POST', `/subjects/${id}/erase`, { why: 'request 7' })).status).toBe(403);
    const { status, body } = await auditor('POST', `/subjects/${id}/erase`, { why: 'request 7' });
    expect([status, body]).toMatchObject([200, { subject: id, record: `subject-${id}`, readsAs: erased }]);
    expect((await auditor('POST', `/subjects/${id}/erase`, { why: 'again' })).body).toEqual(body);
    // Each instance of a function goes by its own time.
    const after = await eventually(
      () => row(operator, id),
      (seen) => JSON.stringify(seen.name) === JSON.stringify(erased),
    );
    expect(after).toEqual({ id, name: erased, email: erased, friend: friendName });
    expect(await row(operator, other)).toMatchObject({ name: 'Bob', email: 'bob@example.com' });
    const past = await eventually(
      () => history(id),
      (text) => !text.includes(name),
    );
    for (const gone of [name, email, note]) expect(past).not.toContain(gone);
    expect((await placesOf(marked)).places).toEqual([]);
    const late = await eventually(
      () => ada('POST', `/customer/${id}/change-email`, { email: 'new@example.com' }),
      ({ status }) => status !== 201,
    );
    expect(late).toMatchObject({ status: 422, body: { type: 'urn:foldstream:problem:subject-erased' } });
  });

  it('are erased by the command line too', async () => {
    const lines: string[] = [];
    await eraseVerb({ stack: customers.stack, subject: other, why: 'request 8' }, (line) => lines.push(line));
    expect(lines.join()).toContain(`recorded in subject-${other}`);
    const shown = await eventually(
      () => row(operator, other),
      (seen) => JSON.stringify(seen.name) === JSON.stringify(erased),
    );
    expect(shown).toMatchObject({ email: erased });
    // The friend's name in another one's row was sealed to this subject.
    expect(await row(operator, id)).toMatchObject({ friend: erased });
  });
});

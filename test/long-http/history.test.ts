import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { toItem } from '../../lib/aws/attributes.ts';
import { ensureUser } from '../../lib/aws/local/users.ts';
import { commitOf } from '../../lib/aws/store/commit-item.ts';
import { exportHistory } from '../../lib/cli/history/export.ts';
import { linesOf } from '../../lib/cli/history/export-lines.ts';
import { importVerb } from '../../lib/cli/history/import.ts';
import { verify } from '../../lib/cli/history/verify.ts';
import { deploy } from '../../lib/cli/local/deploy.ts';
import { type Deployment, demoUsers, root, toDeployment } from '../../lib/cli/local/deployment.ts';
import { accessTo } from '../../lib/cli/local/endpoint.ts';
import { auditVerb, rebuildVerb } from '../../lib/cli/rebuild/rebuilds.ts';
import { streamAtHome } from '../../lib/engine/view/kinds/homes.ts';
import { customers } from '../integration/setup.ts';
import { manifest } from '../support/apps/moved/manifest.ts';
import { eventually } from '../support/eventually.ts';
import { as, type Call, fresh } from '../support/over-http/http.ts';
import { otherTeam } from '../support/over-http/other-team.ts';
import { overHttp } from '../support/over-http/over-http.ts';

const stack = 'moved';
const silent = { show: () => {}, end: () => {} };

describe.runIf(overHttp())('a history that is moved', () => {
  let moved: Deployment;
  let tables: DynamoDBDocumentClient;
  const home = mkdtempSync(join(tmpdir(), 'foldstream-moved-'));
  afterAll(() => rmSync(home, { recursive: true }));
  const ids = Array.from({ length: 4 }, fresh);

  beforeAll(async () => {
    const endpoint = inject('endpoint');
    const stacks = await deploy({
      endpoint,
      app: `node ${join(root, 'test/support/apps/moved/app.ts')}`,
      logFile: join(home, 'moved.log'),
      outputsFile: join(home, 'moved.json'),
      outDir: join(home, 'moved.out'),
    });
    moved = toDeployment(endpoint, stacks);
    tables = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    for (const user of [demoUsers.operator, ...customers]) await ensureUser(accessTo(endpoint), moved.userPool, user);
  });

  const table = (name: string) => moved.outputs[name] ?? '';
  const itemsIn = async (TableName: string) => {
    const items: Record<string, unknown>[] = [];
    for await (const { Items = [] } of paginateScan({ client: tables }, { TableName, ConsistentRead: true }))
      items.push(...Items);
    return items;
  };
  const viewTables = () => ['AccountBalanceR2Table', 'AccountTotalsR2Table'].map(table);
  /** The parts of each shared row as one: which of them a commit was added to depends on the batch that it came in. */
  const partsAsOne = (items: readonly Record<string, unknown>[]) => {
    const isPart = ({ sort }: Record<string, unknown>) => String(sort).startsWith('part#');
    const rows = Map.groupBy(items.filter(isPart), ({ key }) => key);
    const sumOf = (parts: readonly Record<string, unknown>[]) => {
      const sums: Record<string, unknown> = {};
      for (const { sort: _, ...part } of parts)
        for (const [name, value] of Object.entries(part))
          if (streamAtHome(name) === undefined) sums[name] = typeof value === 'number' ? Number(sums[name] ?? 0) + value : value;
          else {
            const { writes: __, refolded: ___, ...head } = value as Record<string, unknown>;
            sums[name] = head;
          }
      return sums;
    };
    return [...items.filter((item) => !isPart(item)), ...[...rows.values()].map(sumOf)];
  };
  /** Everything that is in the views, in one order; how often a row was written is no part of what it says. */
  const views = async () =>
    (await Promise.all(viewTables().map(itemsIn))).map((items) =>
      partsAsOne(items)
        .map(({ changes: _, writes: __, ...item }) => canonicalize(item) ?? '')
        .sort(),
    );
  const empty = async (TableName: string, keys: readonly string[]) => {
    for (const item of await itemsIn(TableName))
      await tables.send(new DeleteCommand({ TableName, Key: Object.fromEntries(keys.map((key) => [key, item[key]])) }));
  };
  const exported = async (folder: string) => {
    const out = join(home, folder);
    const said: string[] = [];
    expect(
      await exportHistory(
        { out, segments: 4, stack },
        (line) => said.push(line),
        () => silent,
      ),
    ).toBe(true);
    expect(said).toEqual([]);
    return out;
  };
  const linesIn = async (path: string) => {
    const lines: string[] = [];
    for await (const { text } of linesOf(path)) lines.push(text.replace(/"imported":"[^"]*",/, ''));
    return lines.sort();
  };

  /** Waits until a transfer is through and its payer settled, then pays in a unit more: the views know the last commit of each account. */
  const throughAndOneMore = async (ada: Call, transfer: string, payer: string | undefined) => {
    await eventually(
      () => itemsIn(table('CommitsTable')),
      (all) => {
        const inStream = (name: string) =>
          JSON.stringify(all.filter(({ stream }) => stream === name).map((item) => commitOf(toItem(item))));
        return (
          inStream(`transferProcess-${transfer}`).includes('"Ended"') && inStream(`account-${payer}`).includes('MovementSettled')
        );
      },
    );
    expect((await ada('POST', `/account/${payer}/deposit`, { amount: 1, currency: 'EUR' })).status).toBe(200);
  };

  it('comes back unchanged: commits byte for byte, the hash chain, unique values, views; it is not announced, and processes do not react', async () => {
    const [ada, bob] = await Promise.all([as('ada', moved), as('bob', moved)]);
    const code = fresh();
    const filling = async (id: string) => {
      expect((await ada('POST', `/account/${id}/open`, { currency: 'EUR' })).status).toBe(201);
      // More than nine, so that an engine that puts numbers in the order of texts is noticed.
      for (let n = 1; n <= 11; n++) await ada('POST', `/account/${id}/deposit`, { amount: n, currency: 'EUR' });
    };
    await Promise.all(ids.map(filling));
    expect((await ada('POST', `/parcel/${ids[0]}/send`, { code })).status).toBe(201);
    // A process that took the imported request for news would debit and credit once more.
    const terms = { from: ids[0], to: ids[1], amount: 5, currency: 'EUR' };
    const transferred = fresh();
    expect((await ada('POST', `/transfer/${transferred}/request`, terms)).status).toBe(201);
    await throughAndOneMore(ada, transferred, ids[0]);
    const [balances = []] = await eventually(
      views,
      ([rows = []]) =>
        rows.filter((row) => /"commit":1[235]/.test(row)).length === ids.length && rows.join().includes('"balance":62'),
    );
    expect(balances).toHaveLength(ids.length);
    const totals = () => ada('GET', `/views/account-totals?limit=10`);
    const total = await eventually(totals, ({ body }) => JSON.stringify(body).includes(`"EUR":${66 * ids.length + 1}`));
    const before = await views();

    const out = await exported('moved.export');
    const lines = await linesIn(out);
    // Two of the parcel, with its reservation; of the transfer two, its process's four, a debit, a credit and a settlement; and one deposit more.
    expect(lines).toHaveLength(12 * ids.length + 2 + 9 + 1);

    await empty(table('CommitsTable'), ['stream', 'commit']);
    for (const name of Object.keys(moved.outputs).filter((output) => /R\d+Table$/.test(output)))
      await empty(table(name), ['key', 'sort']);
    // As in another deployment: no process has come to any of these commits yet.
    for (const { id } of await itemsIn(table('ControlTable')))
      if (String(id).startsWith('cursor/'))
        await tables.send(new DeleteCommand({ TableName: table('ControlTable'), Key: { id } }));
    const team = await otherTeam(table('BusName'), ['AccountOpened', 'AccountClosed']);
    try {
      const said: string[] = [];
      const bar = { show: () => {}, end: (line: string) => said.push(line) };
      const importing = () =>
        importVerb(
          { manifest, path: out, stack },
          (line) => said.push(line),
          () => bar,
        );
      expect(await importing()).toBe(true);
      expect(await importing()).toBe(true);
      expect(said).toEqual([
        `${lines.length} commits written, 0 there already, 0 refused.`,
        `0 commits written, ${lines.length} there already, 0 refused.`,
      ]);
      expect(await linesIn(await exported('moved.again'))).toEqual(lines);
      expect(await verify({ all: true, stack }, () => {})).toBe(true);
      // The differences, if there are any.
      const other = async () => (await views()).flatMap((items, i) => items.filter((item) => !before[i]?.includes(item)));
      await eventually(other, (items) => items.length === 0);
      expect(await views()).toEqual(before);
      expect((await totals()).body).toEqual(total.body);
      expect((await bob('POST', `/parcel/${ids[1]}/send`, { code })).status).toBe(422);
      // A new commit of a stream is announced, after everything that was not.
      expect((await ada('POST', `/account/${ids[0]}/withdraw`, { amount: 62, currency: 'EUR' })).status).toBe(200);
      expect((await ada('POST', `/account/${ids[0]}/close`, { reason: 'moved' })).status).toBe(200);
      const heard = await eventually(team.receive, (received) => received.has(`account-${ids[0]}/18`));
      expect([...heard.keys()]).toEqual([`account-${ids[0]}/18`]);
      // A request that is news is carried out, so the process is awake; of the imported one it made nothing more.
      const next = fresh();
      expect((await ada('POST', `/transfer/${next}/request`, { ...terms, from: ids[1], to: ids[2] })).status).toBe(201);
      await throughAndOneMore(ada, next, ids[1]);
      expect(await itemsIn(table('CommitsTable'))).toHaveLength(lines.length + 2 + 9 + 1);
    } finally {
      await team.leave();
    }
  });

  it('is exported into one file by the command line, which says so and ends well', async () => {
    const out = join(home, 'moved.ndjson.gz');
    const args = ['bin/foldstream.ts', 'export', '--out', out, '--category', 'parcel', '--stack', stack];
    const { stderr } = await promisify(execFile)(process.execPath, args, { cwd: root });
    expect(stderr).toContain(`2 commits of 2 streams are in ${out}.`);
    const streams = (await linesIn(out)).map((line) => (JSON.parse(line) as { subject: string }).subject).sort();
    expect(streams).toEqual([`parcel-${ids[0]}`, expect.stringMatching(/^unique-parcel\.code\./)]);
  });

  it('is audited: tampering with a table is found, named and repaired, and nothing else is changed', async () => {
    const audit = async (name: string, repair = false) => {
      const said: string[] = [];
      const print = (line: string) => said.push(line);
      const bar = { show: () => {}, end: print };
      return {
        ok: await auditVerb({ manifest, view: name, repair, stack, why: 'a test', segments: 1 }, print, () => bar),
        said,
      };
    };
    const both = (repair?: boolean) => Promise.all([audit('account-balance', repair), audit('account-totals', repair)]);
    const [balances = '', totals = ''] = viewTables();
    await eventually(views, ([rows = []]) => rows.filter((row) => /"commit":1[67]/.test(row)).length === 2);
    const before = await views();

    const set = (TableName: string, Key: Record<string, unknown>, field: string, value: number) =>
      tables.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: 'SET #row.#field = :value',
          ExpressionAttributeNames: { '#row': 'row', '#field': field },
          ExpressionAttributeValues: { ':value': value },
        }),
      );
    await set(balances, { key: ids[1], sort: 'head' }, 'balance', 1_000_000);
    const part = (await itemsIn(totals)).find(({ sort }) => String(sort).startsWith('part#'))!;
    const amount = Object.keys(part).find((name) => name.includes('EUR'))!;
    await tables.send(
      new UpdateCommand({
        TableName: totals,
        Key: { key: part.key, sort: part.sort },
        UpdateExpression: 'SET #amount = :value',
        ExpressionAttributeNames: { '#amount': amount },
        ExpressionAttributeValues: { ':value': 7 },
      }),
    );
    const spoiled = await views();

    const [ofBalances, ofTotals] = await both();
    // The one line for each is the only one: nothing else is found.
    expect([ofBalances.ok, ofBalances.said.slice(1)]).toEqual([false, [expect.stringContaining(`account-${ids[1]}`)]]);
    const row = String(part.key).replace(/^@/, '');
    expect([ofTotals.ok, ofTotals.said.slice(1)]).toEqual([false, [expect.stringContaining(row)]]);
    // It only looked.
    expect(await views()).toEqual(spoiled);

    const mended = await both(true);
    expect(mended).toMatchObject([{ ok: true }, { ok: true }]);
    expect(mended.map(({ said }) => said.length)).toEqual([1, 1]);
    expect(await views()).toEqual(before);
  });

  it('is refolded by category, to the same views', async () => {
    const before = await views();
    const verb = { manifest, view: 'account-balance', category: 'account', segments: 1, stack };
    expect(
      await rebuildVerb(
        verb,
        () => {},
        () => silent,
      ),
    ).toBe(true);
    expect(await views()).toEqual(before);
  });
});

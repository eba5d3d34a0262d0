import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBackupCommand, DynamoDBClient, RestoreTableFromBackupCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureUser } from '../../lib/aws/local/users.ts';
import { verify } from '../../lib/cli/history/verify.ts';
import { deploy } from '../../lib/cli/local/deploy.ts';
import { type Deployment, demoUsers, root, toDeployment } from '../../lib/cli/local/deployment.ts';
import { accessTo } from '../../lib/cli/local/endpoint.ts';
import { auditVerb } from '../../lib/cli/rebuild/rebuilds.ts';
import { adoptVerb } from '../../lib/cli/restore/adopt.ts';
import { restoredVerb } from '../../lib/cli/restore/restored.ts';
import { customers } from '../integration/setup.ts';
import { manifest } from '../support/apps/moved/manifest.ts';
import { eventually } from '../support/eventually.ts';
import { as, fresh } from '../support/over-http/http.ts';
import { otherTeam } from '../support/over-http/other-team.ts';
import { overHttp } from '../support/over-http/over-http.ts';

const stack = 'restored';
const euros = (amount: number) => ({ amount, currency: 'EUR' });

describe.runIf(overHttp())('commits that are restored into another table', () => {
  let house: Deployment;
  const home = mkdtempSync(join(tmpdir(), 'foldstream-restored-'));
  afterAll(() => rmSync(home, { recursive: true }));
  const endpoint = inject('endpoint');

  /** What was synthesized before with the same context is deployed as it is. */
  const deployed = async (context: Readonly<Record<string, string>> = {}) => {
    const outDir = join(home, `${['restored', ...Object.values(context)].join('-')}.out`);
    const stacks = await deploy({
      endpoint,
      app: existsSync(outDir) ? outDir : `node ${join(root, 'test/support/apps/restored/app.ts')}`,
      context,
      logFile: join(home, 'restored.log'),
      outputsFile: join(home, 'restored.json'),
      outDir,
    });
    house = toDeployment(endpoint, stacks);
    for (const user of [demoUsers.operator, ...customers]) await ensureUser(accessTo(endpoint), house.userPool, user);
  };
  beforeAll(() => deployed());

  it('take the place of the old one as a whole: runbook, from the backup to what goes on from there', async () => {
    const ada = await as('ada', house);
    const [a, b, kept, lost] = [fresh(), fresh(), fresh(), fresh()];
    const transferOf = async (id: string) => (await ada('GET', `/streams/transfer/${id}`)).body;
    const done = (id: string) =>
      eventually(
        () => transferOf(id),
        (body) => JSON.stringify(body).includes('TransferCompleted'),
      );
    const balance = async (id: string) => (await ada('GET', `/views/account-balance/${id}`)).body as { balance?: number };
    for (const id of [a, b]) expect((await ada('POST', `/account/${id}/open`, { currency: 'EUR' })).status).toBe(201);
    await ada('POST', `/account/${a}/deposit`, euros(100));
    await ada('POST', `/transfer/${kept}/request`, { from: a, to: b, ...euros(10) });
    await done(kept);

    // The engine's restore to a point in time restores what is there now: a backup stands for the instant.
    const client = new DynamoDBClient({});
    const { BackupDetails } = await client.send(
      new CreateBackupCommand({ TableName: house.outputs.CommitsTable, BackupName: 'before' }),
    );
    const to = new Date().toISOString();

    // The loss: cursors of views, of the process and of public events are beyond the commits of the restored table.
    await ada('POST', `/account/${a}/deposit`, euros(1));
    await ada('POST', `/transfer/${lost}/request`, { from: a, to: b, ...euros(20) });
    await done(lost);
    await eventually(
      () => balance(b),
      (row) => row.balance === 30,
    );

    const name = `restored-${fresh()}`;
    await client.send(new RestoreTableFromBackupCommand({ TargetTableName: name, BackupArn: BackupDetails?.BackupArn }));
    const said: string[] = [];
    const print = (line: string) => said.push(line);
    // Nothing goes by a table that lacks what no restore brings along.
    await expect(deployed({ commitsTable: name })).rejects.toThrow();
    await adoptVerb({ table: 'commits', name, stack }, print);
    expect(said).toContain(`${name} now has a stream with new and old images.`);
    await deployed({ commitsTable: name });
    expect(house.outputs.CommitsTable).toBe(name);

    const bar = { show: () => {}, end: print };
    expect(await restoredVerb({ manifest, to, late: 24, stack }, print, () => bar)).toBe(true);
    expect(said.join('\n')).toMatch(/transferProcess: \d+ cursors, of which [1-9]/);
    expect(said.join('\n')).toMatch(/public-events: \d+ cursors/);
    expect(await verify({ all: true, stack }, () => {})).toBe(true);
    const audit = async (view: string) =>
      auditVerb(
        { manifest, view, stack, why: 'a restore', segments: 1 },
        () => {},
        () => bar,
      );
    const right = () => Promise.all(['account-balance', 'account-totals'].map(audit));
    await eventually(right, (all) => all.every(Boolean));
    expect([(await balance(a)).balance, (await balance(b)).balance]).toEqual([90, 10]);

    // New commits get the numbers of lost ones, and arrive: in views, in the process, and at other teams.
    const team = await otherTeam(house.outputs.BusName ?? '', ['AccountClosed']);
    try {
      expect((await ada('POST', `/account/${a}/deposit`, euros(5))).status).toBe(200);
      expect((await ada('POST', `/transfer/${lost}/request`, { from: a, to: b, ...euros(7) })).status).toBe(201);
      await done(lost);
      await eventually(
        () => balance(b),
        (row) => row.balance === 17,
      );
      expect((await ada('POST', `/account/${b}/withdraw`, euros(17))).status).toBe(200);
      expect((await ada('POST', `/account/${b}/close`, { reason: 'moved' })).status).toBe(200);
      await eventually(team.receive, (heard) => [...heard.keys()].some((id) => id.startsWith(`account-${b}/`)));
    } finally {
      await team.leave();
    }
    expect(await verify({ all: true, stack }, () => {})).toBe(true);

    // A deployment that forgets it would begin with an empty table.
    await expect(deployed()).rejects.toThrow();
    expect((await ada('POST', `/account/${a}/deposit`, euros(1))).status).toBe(200);
    await eventually(
      () => balance(a),
      (row) => row.balance === 89,
    );
  });
});

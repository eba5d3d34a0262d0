import { DynamoDBClient, PutItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { commitItem } from '../../lib/aws/store/commit-item.ts';
import { commitStore } from '../../lib/aws/store/commit-store.ts';
import { verify } from '../../lib/cli/history/verify.ts';
import { purgeVerb } from '../../lib/cli/personal/purge.ts';
import { eventually } from '../support/eventually.ts';
import { as, fresh, theDeployment } from '../support/over-http/http.ts';
import { logLines } from '../support/over-http/logs.ts';
import { overHttp } from '../support/over-http/over-http.ts';

describe.runIf(overHttp())('the guard of the commits', () => {
  it('raises the alarm on a change and on a removal, and on nothing else', async () => {
    const ada = await as('ada');
    const began = Date.now();
    const [changed, removed, untouched] = [fresh(), fresh(), fresh()];
    for (const id of [changed, removed, untouched]) await ada('POST', `/account/${id}/open`, { currency: 'EUR' });
    const { CommitsTable, GuardFunction = '' } = theDeployment().outputs;
    const tables = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    await ada('POST', `/account/${changed}/deposit`, { amount: 5, currency: 'EUR' });
    const key = (id: string) => ({ TableName: CommitsTable, Key: { stream: `account-${id}`, commit: 1 } });
    const store = commitStore(new DynamoDBClient({}), CommitsTable!);
    const opened = (await store.find(`account-${changed}`, 1))!;
    const events = opened.events.map(({ data, ...event }) => ({ ...event, data: { ...(data as object), owner: 'mallory' } }));
    // As the deployment stores it.
    const Item = commitItem({ ...opened, events }, 'packed');
    await tables.send(new PutItemCommand({ TableName: CommitsTable, Item }));
    await tables.send(new DeleteCommand(key(removed)));
    const raised = (lines: readonly Record<string, unknown>[]) =>
      lines.filter(({ message }) => message === 'History was tampered with.');
    const lines = await eventually(
      () => logLines(GuardFunction, began),
      (all) => [changed, removed].every((id) => raised(all).some(({ stream }) => stream === `account-${id}`)),
    );
    expect(raised(lines)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ stream: `account-${changed}`, commit: 1, kind: 'MODIFY' }),
        expect.objectContaining({ stream: `account-${removed}`, commit: 1, kind: 'REMOVE' }),
      ]),
    );
    expect(raised(lines).map(({ stream }) => stream)).not.toContain(`account-${untouched}`);

    const said: string[] = [];
    const verified = async (stream: string) => verify({ stream, all: false, stack: 'foldstream-dev' }, (line) => said.push(line));
    expect(await verified(`account-${untouched}`)).toBe(true);
    expect(await verified(`account-${changed}`)).toBe(false);
    expect(said.at(-1)).toBe(
      `account-${changed}: commit 2 does not fit: it does not have the hash of commit 1: one of the two was changed.`,
    );
    expect(await verify({ all: true, stack: 'foldstream-dev' }, (line) => said.push(line))).toBe(false);
    expect(said.filter((line) => line.includes('does not fit')).at(-1)).toContain(`account-${changed}`);
  });

  it('takes a purge for what it is: it is named by verify, refused to commands, gone from views, and nowhere in the tables', async () => {
    const ada = await as('ada');
    const [id, began] = [fresh(), Date.now()];
    const stream = `account-${id}`;
    const marked = 7_654_321;
    await ada('POST', `/account/${id}/open`, { currency: 'EUR' });
    await ada('POST', `/account/${id}/deposit`, { amount: marked, currency: 'EUR' });
    await eventually(
      () => ada('GET', `/views/account-balance/${id}`),
      ({ status }) => status === 200,
    );
    const said: string[] = [];
    const print = (line: string) => said.push(line);
    await purgeVerb({ stream, why: 'request 4711', stack: 'foldstream-dev' }, print);
    expect(said[1]).toContain('2 commits with 2 events went; commit 3 is the signed record');
    expect(await ada('POST', `/account/${id}/deposit`, { amount: 1, currency: 'EUR' })).toMatchObject({
      status: 410,
      body: { type: 'urn:foldstream:problem:stream-purged' },
    });
    await eventually(
      () => ada('GET', `/views/account-balance/${id}`),
      ({ status }) => status === 404,
    );
    expect(await verify({ stream, stack: 'foldstream-dev' }, print)).toBe(true);
    expect(said.at(-1)).toContain(`${stream}: purged at`);
    const { CommitsTable, SnapshotsTable, GuardFunction = '' } = theDeployment().outputs;
    const client = new DynamoDBClient({});
    for (const TableName of [CommitsTable, SnapshotsTable]) {
      const pages = paginateScan({ client }, { TableName });
      for await (const { Items = [] } of pages)
        expect(JSON.stringify(Items.filter((item) => item.stream?.S === stream))).not.toContain(String(marked));
    }
    // The guard has seen the blanks by now, if it has seen a change that came after them.
    const later = fresh();
    await ada('POST', `/account/${later}/open`, { currency: 'EUR' });
    await DynamoDBDocumentClient.from(client).send(
      new DeleteCommand({ TableName: CommitsTable, Key: { stream: `account-${later}`, commit: 1 } }),
    );
    const lines = await eventually(
      () => logLines(GuardFunction, began),
      (all) => all.some((line) => line.stream === `account-${later}`),
    );
    expect(lines.filter((line) => line.stream === stream)).toEqual([]);
  });
});

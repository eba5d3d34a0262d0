import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../../lib/cli/history/verify.ts';
import { gauge } from '../support/apps/rebuild/gauge.ts';
import { betweenRequests, isWhole, rebuildHouse } from '../support/apps/rebuild/house.ts';
import { foundByAxe } from '../support/console/axe.ts';
import { consoleAt, signedIn } from '../support/console/signed-in.ts';
import { eventually } from '../support/eventually.ts';
import { killing } from '../support/over-http/killing.ts';
import { overHttp } from '../support/over-http/over-http.ts';
import { commitsOf } from '../support/over-http/seeding.ts';
import { putAll } from '../support/store/history.ts';

/** Slow enough for a page to be in the middle of it. */
const slowly = { segments: 2, concurrency: 2, unitsPerSecond: 200 };
const quickly = { segments: 2 };

describe.runIf(overHttp())('rebuilding views', () => {
  const house = rebuildHouse('rebuild');
  const { name, begin, ended, report, order, statusOf, install, page, expectFolded } = house;
  let streams: readonly string[] = [];
  let commits = 0;
  const rollBack = (why: string) => house.calls().operator('POST', '/ops/projections/gauge-latest/roll-back', { why });
  const answering = (revision: number) =>
    eventually(
      () => page(''),
      ({ revisions }) => revisions.has(revision),
    );

  beforeAll(async () => {
    await house.deployAs('history');
    await install('own');
    const reads = (count: number, note = '') =>
      Array.from({ length: count }, (_, value) => ({ type: 'Read', data: { value, note } }));
    const whole = (stream: string, count: number, note?: string) => ({
      stream,
      commands: [{ type: 'Install', data: {} }, ...reads(count, note)],
    });
    const history = await commitsOf(gauge as never, await house.owner('own'), [
      ...Array.from({ length: 60 }, (_, i) => whole(`gauge-s${i}`, 4)),
      // So large that a page of the scan takes a few of them.
      ...Array.from({ length: 4 }, (_, i) => whole(`gauge-l${i}`, 9, 'x'.repeat(100_000))),
    ]);
    await putAll(house.dynamodb, name('CommitsTable'), history);
    streams = [...new Set(history.map(({ stream }) => stream))];
    commits = history.length + 1;
    await house.deployAs('both');
  });

  it('answers 503 with progress for a first revision over existing history, until it is there', async () => {
    const { ada } = house.calls();
    expect(await verify({ all: true, stack: house.stack }, () => {})).toBe(true);
    const building = { type: 'urn:foldstream:problem:view-is-being-built', view: 'gauge-latest' };
    expect(await ada('GET', '/views/gauge-latest')).toMatchObject({ status: 503, body: building });
    const dry = await order({ projection: 'gauge-latest', revision: 1, dryRun: true });
    expect(dry).toMatchObject({
      status: 200,
      body: { projection: 'gauge-latest', revision: 1, commits, streams: streams.length + 1 },
    });
    const id = await begin({ projection: 'gauge-latest', revision: 1, settings: slowly });
    const second = await order({ projection: 'gauge-latest', revision: 2 });
    expect(second).toMatchObject({ status: 409, body: { type: 'urn:foldstream:problem:rebuild-running', rebuild: id } });
    const begun = await eventually(
      () => ada('GET', '/views/gauge-latest'),
      ({ status, body }) => status !== 503 || Number(body.commits) > 0,
    );
    expect(begun).toMatchObject({ status: 503, body: { ...building, rebuild: id, aboutCommits: expect.any(Number) } });
    expect(begun.headers.get('retry-after')).toBe('5');
    expect(await ended(id)).toMatchObject({ state: 'switched', found: 0, progress: { commits } });
    await answering(1);
    await expectFolded(1, streams);
    expect(await statusOf(id)).toBe('succeeded');
  });

  it('goes on where a killed child was, while others write, and no walk and no answer mixes two revisions', async () => {
    const { ada } = house.calls();
    const id = await begin({ projection: 'gauge-latest', settings: slowly });
    const reading = house.reading();
    let [going, written] = [true, 0];
    const writing = (async () => {
      for (; going; written += 1) {
        const { status } = await ada('POST', `/gauge/s${written % 60}/read`, { value: written });
        expect(status).toBe(200);
        await pause(betweenRequests);
      }
    })();
    await eventually(
      () => report(id),
      ({ state, progress }) => state === 'filling' && progress.commits > 0 && progress.segments.done < 2,
    );
    const killer = killing({ endpoint: house.endpoint(), functions: [name('GaugeLatestR2RebuildFunction')] }, () => 0, 50);
    await report(id);
    expect(await killer.stop()).toBeGreaterThan(0);
    const result = await ended(id);
    await eventually(
      async () => reading.saw(2),
      (saw) => saw,
    );
    going = false;
    const [walks] = await Promise.all([reading.stop(), writing]);
    expect(result).toMatchObject({ state: 'switched', found: 0 });
    expect(await statusOf(id)).toBe('succeeded');
    // A page counts when its place is saved: what was read again after the kill had not counted before.
    expect(result.progress.commits).toBeLessThanOrEqual(commits + written);
    expect(walks.flat().filter((seen) => !isWhole(seen))).toEqual([]);
    for (const walk of walks) expect(new Set(walk.flatMap(({ revisions }) => [...revisions])).size).toBe(1);
    expect(new Set(walks.flat().flatMap(({ revisions }) => [...revisions]))).toEqual(new Set([1, 2]));
    expect(written).toBeGreaterThan(10);
    await expectFolded(2, streams);
  });

  it('rolls back to a revision that was kept up to date meanwhile, and forward again', async () => {
    const { ada } = house.calls();
    await install('later', 5, 6);
    expect(await rollBack('worse')).toMatchObject({ status: 200, body: { revision: 1, previous: 2, why: 'worse' } });
    const reads = (revision: number) =>
      eventually(
        () => ada('GET', '/views/gauge-latest/later'),
        ({ body }) => body.revision === revision && body.readings === 2,
      );
    await reads(1);
    await expectFolded(1, ['gauge-later', ...streams.slice(0, 5)]);
    expect(await rollBack('better')).toMatchObject({ status: 200, body: { revision: 2, previous: 1 } });
    await reads(2);
    const { rebuilds } = (await house.calls().operator('GET', '/ops/rebuilds?projection=gauge-latest')).body;
    expect((rebuilds as object[]).slice(0, 2)).toMatchObject([
      { kind: 'roll-back', from: 1, revision: 2, why: 'better' },
      { kind: 'roll-back', from: 2, revision: 1, why: 'worse' },
    ]);
  });

  it('is done in the console, by a wizard of which each step has an address: estimate, progress, switch, and back', async () => {
    const deployment = house.deployed();
    const { page, faults } = await signedIn('views/gauge-latest/history', { deployment });
    const why = async (title: string, reason: string) => {
      await page.getByRole('button', { name: title, exact: true }).click();
      const dialog = page.getByRole('dialog', { name: title });
      await dialog.getByLabel('Why').fill(reason);
      expect(await foundByAxe(page)).toEqual([]);
      await dialog.getByRole('button', { name: title, exact: true }).click();
    };
    await why('Roll back', 'the new one looks wrong');
    await answering(1);
    await page.getByRole('cell', { name: 'the new one looks wrong' }).waitFor();
    expect(await foundByAxe(page)).toEqual([]);

    await page.goto(consoleAt('views/gauge-latest/rebuild?revision=2', deployment));
    await page.getByText('Price, about').waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await why('Begin the rebuild', 'its code was mended');
    await page.waitForURL(/#\/views\/gauge-latest\/rebuild\/[\w-]+$/);
    await page.getByRole('list', { name: 'Steps' }).waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    // Its address alone brings it back.
    await page.reload();
    await page.getByText('Revision 2 answers now.').waitFor({ timeout: 120_000 });
    await answering(2);
    expect(await foundByAxe(page)).toEqual([]);
    await why('Roll back', 'worse');
    await answering(1);
    expect(faults).toEqual([]);
    expect(await rollBack('better')).toMatchObject({ status: 200, body: { revision: 2 } });
    await answering(2);
  });

  it('keeps a deployment from taking away the revision that answers, which goes on answering', async () => {
    expect((await rollBack('worse')).status).toBe(200);
    await expect(house.deployAs('second')).rejects.toThrow(
      /remove gauge-latest\.r1, which answers queries\. gauge-latest\.r2 is kept up to date beside it: foldstream roll-back/,
    );
    expect(isWhole(await answering(1))).toBe(true);
    await install('after', 1);
    await expectFolded(1, ['gauge-after']);
    await expectFolded(2, ['gauge-after']);
    expect((await rollBack('better')).status).toBe(200);
  });

  it('stops at a commit that the new revision cannot take, names it, and leaves the old one as it was; so does a cancel', async () => {
    const { operator } = house.calls();
    await install('p', 7);
    const first = await begin({ projection: 'gauge-log', revision: 1, settings: quickly });
    expect(await ended(first)).toMatchObject({ state: 'switched' });
    const log = () => operator('GET', '/views/gauge-log/p');
    const before = await eventually(log, ({ status }) => status === 200);
    expect(before.body.items).toEqual([{ value: 7 }]);

    const slow = await begin({ projection: 'gauge-log', settings: { ...slowly, unitsPerSecond: 20 } });
    expect(await operator('POST', `/ops/rebuilds/${slow}/cancel`)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await statusOf(slow)).toBe('failed');
    expect((await log()).body).toEqual(before.body);

    expect((await operator('POST', '/gauge/p/read', { value: 1, note: 'poison' })).status).toBe(200);
    const poisoned = await begin({ projection: 'gauge-log', settings: quickly });
    expect(await ended(poisoned)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('gauge-p (parked)'),
      differences: [{ stream: 'gauge-p', what: 'parked' }],
    });
    const after = await eventually(log, ({ body }) => (body.items as object[])?.length === 2);
    expect(after.headers.get('etag')).toMatch(/^"r1-/);
    const { rebuilds } = (await operator('GET', '/ops/rebuilds?projection=gauge-log')).body as {
      rebuilds: { id: string; state: string }[];
    };
    expect(rebuilds.map(({ id, state }) => [id, state])).toEqual([
      [poisoned, 'failed'],
      [slow, 'cancelled'],
      [first, 'switched'],
    ]);
  });

  it('takes a view that was removed and comes back under the same names for one that is to be built', async () => {
    const { ada, operator } = house.calls();
    const before = await answering(2);
    await house.deployAs('history');
    expect((await ada('GET', '/views/gauge-latest')).status).toBe(404);
    await house.deployAs('both');
    expect(await ada('GET', '/views/gauge-latest')).toMatchObject({
      status: 503,
      body: { type: 'urn:foldstream:problem:view-is-being-built' },
    });
    expect(await operator('POST', '/ops/projections/gauge-latest/roll-back', { why: 'it was there' })).toMatchObject({
      status: 409,
    });
    expect(await ended(await begin({ projection: 'gauge-latest', settings: quickly }))).toMatchObject({ state: 'switched' });
    const after = await answering(2);
    expect(isWhole(after)).toBe(true);
    expect(after.etag).not.toBe(before.etag);
    await expectFolded(2, streams);
  });
});

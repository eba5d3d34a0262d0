import { join } from 'node:path';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { DisableRuleCommand, EnableRuleCommand, EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { fromItem } from '../../lib/aws/attributes.ts';
import { systemProofs } from '../../lib/aws/delivery/proofs.ts';
import { sqs } from '../../lib/aws/delivery/queue.ts';
import { ensureUser } from '../../lib/aws/local/users.ts';
import { commitStore } from '../../lib/aws/store/commit-store.ts';
import { deploy } from '../../lib/cli/local/deploy.ts';
import { type Deployment, demoUsers, root, toDeployment } from '../../lib/cli/local/deployment.ts';
import { accessTo } from '../../lib/cli/local/endpoint.ts';
import { listDeadLetters, showDeadLetters } from '../../lib/cli/operate/dead-letters.ts';
import { listProjections, redriveProjection, resumeProjection } from '../../lib/cli/view/projections.ts';
import { pascal } from '../../lib/core/stream.ts';
import { toPointer } from '../../lib/engine/delivery/delivered.ts';
import { toProvedBody } from '../../lib/engine/delivery/proof.ts';
import { note, toNoted } from '../../lib/engine/operate/sweep/journal.ts';
import { projectBatch } from '../../lib/engine/view/project.ts';
import { memoryClock, memoryLog } from '../../lib/testing/memory/system.ts';
import { memoryView } from '../../lib/testing/memory/view.ts';
import { manifest } from '../support/apps/parking-mended/manifest.ts';
import { foundByAxe } from '../support/console/axe.ts';
import { signedIn } from '../support/console/signed-in.ts';
import { eventually } from '../support/eventually.ts';
import { as, type Call, fresh } from '../support/over-http/http.ts';
import { otherTeam } from '../support/over-http/other-team.ts';
import { overHttp } from '../support/over-http/over-http.ts';
import { whilePaused } from '../support/over-http/pausing.ts';
import { customers, home } from './setup.ts';

type Status = Readonly<{
  name: string;
  active: boolean;
  parked: { stream: string; commit: number; reason: string; since: string }[];
}>;
type Item = Readonly<Record<string, unknown>>;

describe.runIf(overHttp())('what goes wrong between the commits and the views', () => {
  const stack = 'parking';
  let parking: Deployment;
  let [ada, operator]: [Call, Call] = [] as never;
  const ids: string[] = [];
  const dynamodb = new DynamoDBClient({});
  const lambda = new LambdaClient({});
  const name = (part: string) => parking.outputs[part] ?? '';

  const deployFrom = async (folder: string) => {
    const endpoint = inject('endpoint');
    const stacks = await deploy({
      endpoint,
      app: `node ${join(root, `test/support/apps/${folder}/app.ts`)}`,
      logFile: join(home, `${folder}.log`),
      outputsFile: join(home, `${folder}.json`),
      outDir: join(home, `${folder}.out`),
    });
    parking = toDeployment(endpoint, stacks);
  };
  const send = async (id: string, ...places: string[]) => {
    ids.push(id);
    expect((await ada('POST', `/parcel/${id}/send`, { code: id })).status).toBe(201);
    for (const place of places) await operator('POST', `/parcel/${id}/scan`, { places: [place] });
  };
  const status = async (projection: string): Promise<Status> => {
    const { status, body } = await operator('GET', '/ops/projections');
    expect(status).toBe(200);
    return (body.projections as Status[]).find((each) => each.name === projection)!;
  };
  const itemsOf = async (projection: string): Promise<readonly Item[]> => {
    const items: Item[] = [];
    for await (const { Items = [] } of paginateScan(
      { client: dynamodb },
      { TableName: name(`${pascal(projection)}R1Table`), ConsistentRead: true },
    ))
      items.push(...Items.map(fromItem));
    return items;
  };
  /** In their order, however often a head was written. */
  const sorted = (items: readonly Item[]) =>
    items.map(({ writes: _, ...item }) => item).toSorted((a, b) => `${a.key}${a.sort}`.localeCompare(`${b.key}${b.sort}`));

  /** Folds every stream anew, and compares each item of each view. */
  const expectRefolded = async () => {
    const store = commitStore(dynamodb, name('CommitsTable'));
    for (const projection of manifest.projections) {
      const view = memoryView();
      for (const id of ids) {
        const { commits } = await store.read(`parcel-${id}`, { from: 1 });
        const delivered = toPointer(commits.at(-1)!);
        await projectBatch({ projection, store, view, clock: memoryClock(), log: memoryLog() }, [{ id: 'm', delivered }]);
      }
      const wanted = JSON.stringify(sorted(view.items()));
      const came = await eventually(
        async () => sorted(await itemsOf(projection.name)),
        (items) => JSON.stringify(sorted(items)).length === wanted.length,
      );
      expect(came).toEqual(sorted(view.items()));
    }
  };
  /** Looks through the whole table at least once, whatever place the sweep has come to by itself. */
  const sweepAll = async () => {
    const runs: { lagging: number; sent: number; passEnded: boolean }[] = [];
    for (let passes = 0; passes < 2 && runs.length < 300; ) {
      const { Payload, FunctionError } = await lambda.send(
        new InvokeCommand({ FunctionName: name('SweepFunction'), Payload: JSON.stringify({ graceSeconds: 0 }) }),
      );
      const run = JSON.parse(Buffer.from(Payload ?? []).toString());
      expect([FunctionError, run]).toEqual([undefined, expect.objectContaining({ passEnded: expect.any(Boolean) })]);
      runs.push(run);
      if (run.passEnded) passes += 1;
    }
    return runs.reduce((sum, { lagging }) => sum + lagging, 0);
  };

  beforeAll(async () => {
    await deployFrom('parking');
    for (const user of [demoUsers.operator, ...customers]) await ensureUser(accessTo(parking.endpoint), parking.userPool, user);
    [ada, operator] = await Promise.all([as('ada', parking), as('operator', parking)]);
  });

  it('parks one stream with its reason while 50 others arrive; after a fix and a resume, all views are as if it had never parked', async () => {
    const poisoned = fresh();
    await send(poisoned, 'Linz', 'nowhere', 'Graz');
    const sendSome = async () => {
      for (let i = 0; i < 10; i++) await send(fresh(), 'Wien');
    };
    // More at once would only wait for this machine's processors.
    await Promise.all(Array.from({ length: 5 }, sendSome));
    const [, ...healthy] = ids;
    await eventually(
      async () =>
        (await itemsOf('parking-track')).filter(({ row }) => (row as { last?: string } | undefined)?.last === 'Wien').length,
      (arrived) => arrived === healthy.length,
    );
    for (const projection of ['parking-track', 'parking-scans']) {
      const { parked, active } = await eventually(
        () => status(projection),
        ({ parked }) => parked.length === 1,
      );
      expect(active).toBe(true);
      expect(parked).toEqual([
        {
          stream: `parcel-${poisoned}`,
          commit: 3,
          reason: 'Error: no parcel is ever scanned nowhere',
          since: expect.stringMatching(/^\d{4}-.*Z$/),
        },
      ]);
    }

    // A caller who is not an operator sees nothing, and cannot request anything.
    const resume = (projection: string) => `/ops/projections/${projection}/parked/parcel-${poisoned}/resume`;
    expect((await ada('GET', '/ops/projections')).status).toBe(403);
    expect((await ada('POST', resume('parking-track'))).status).toBe(403);
    expect((await operator('POST', '/ops/projections/no-view/parked/parcel-1/resume')).status).toBe(404);
    expect((await operator('POST', `/ops/projections/parking-track/parked/parcel-${healthy[0]}/resume`)).status).toBe(409);

    // Found in the console from its first page by keys alone: what stands still, where, since which commit, and why.
    const { page, faults } = await signedIn('', { deployment: parking });
    const needing = page.getByRole('region', { name: 'What needs somebody' });
    await needing.getByRole('link', { name: 'parking-track' }).focus();
    await page.keyboard.press('Enter');
    const stopped = page.getByRole('table', { name: 'Parked streams' });
    await stopped.getByText('Error: no parcel is ever scanned nowhere').waitFor();
    expect(await stopped.getByRole('link', { name: 'commit 3' }).getAttribute('href')).toBe(
      `#/streams/parcel/${poisoned}?commit=3`,
    );
    expect(await foundByAxe(page)).toEqual([]);
    // What it asks while functions are replaced may fail.
    expect(faults).toEqual([]);

    // Nothing is mended yet: it parks again, at the same commit.
    const [before] = (await status('parking-track')).parked;
    expect(await operator('POST', resume('parking-track'))).toMatchObject({
      status: 202,
      body: { projection: 'parking-track', revision: 1, stream: `parcel-${poisoned}`, commit: 3 },
    });
    const again = await eventually(
      () => status('parking-track'),
      ({ parked: [now] }) => now !== undefined && now.since !== before?.since,
    );
    expect(again.parked).toEqual([{ ...before, since: expect.any(String) }]);

    await deployFrom('parking-mended');
    await operator('POST', `/parcel/${poisoned}/scan`, { places: ['Bregenz'] });
    const tracked = /#\/views\/parking-track\?revision=1$/;
    if (!tracked.test(page.url())) await page.goto(`${page.url().split('#')[0]}#/views/parking-track?revision=1`);
    await page.getByLabel(`Choose parcel-${poisoned}`).check();
    await page.getByRole('button', { name: 'Resume 1' }).click();
    await page.getByRole('dialog', { name: 'Resume' }).getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByText('No stream is parked').waitFor();
    const said: string[] = [];
    const print = (line: string) => void said.push(line);
    await listProjections({ manifest, stack }, print);
    expect(said.join('\n')).toMatch(
      new RegExp(`parking-scans.r1: .* 1 parked\n  parcel-${poisoned} at commit 3 since .*: Error: no parcel`),
    );
    await resumeProjection({ manifest, stack, view: 'parking-scans', stream: `parcel-${poisoned}` }, print);
    expect(said.at(-1)).toContain(`parcel-${poisoned} is resumed in parking-scans.r1, at commit 3`);
    await eventually(
      async () => [...(await status('parking-track')).parked, ...(await status('parking-scans')).parked],
      (parked) => parked.length === 0,
    );
    await expectRefolded();
    await expect(
      resumeProjection({ manifest, stack, view: 'parking-scans', stream: `parcel-${poisoned}` }, print),
    ).rejects.toThrow('is not parked');
  });

  it('sweeps up what the publisher never sent, public events too, and what one rule never delivered', async () => {
    await whilePaused(name('PublishFunction'), async () => {
      const lost = [fresh(), fresh(), fresh()];
      for (const id of lost) await send(id, 'Steyr');
      const others = await otherTeam(name('BusName'), ['ParcelSent']);
      // Each of them is missing in two views, and was not told to others.
      expect(await sweepAll()).toBeGreaterThanOrEqual(3 * lost.length);
      await expectRefolded();
      const told = await eventually(others.receive, ({ size }) => size >= lost.length);
      expect([...told.keys()].sort()).toEqual(lost.map((id) => `parcel-${id}/1`).sort());
      await others.leave();
      expect(await status('public-events')).toMatchObject({ parked: [], lag: { deadLetters: 0 } });
    });

    const events = new EventBridgeClient({});
    const bus = { EventBusName: name('BusName') };
    const { Rules = [] } = await events.send(new ListRulesCommand(bus));
    const Name = Rules.find(({ Description }) => Description?.includes('parking-scans'))?.Name;
    await events.send(new DisableRuleCommand({ ...bus, Name }));
    const one = fresh();
    await send(one, 'Wels');
    await eventually(
      () => ada('GET', `/views/parking-track/${one}`),
      ({ body }) => body.last === 'Wels',
    );
    expect((await itemsOf('parking-scans')).filter(({ key }) => key === one)).toEqual([]);
    expect(await sweepAll()).toBeGreaterThanOrEqual(1);
    await expectRefolded();
    await events.send(new EnableRuleCommand({ ...bus, Name }));
    await eventually(sweepAll, (lagging) => lagging === 0);
  });

  it('notes new commits in a journal that holds them back; what it hands out is looked at, and sent where it has not arrived', async () => {
    const queues = sqs();
    const { QueueUrl } = await queues.send(new GetQueueUrlCommand({ QueueName: `${stack}--journal` }));
    const counted = async () => {
      const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
      const { Attributes = {} } = await queues.send(asked);
      const count = (state: '' | 'Delayed' | 'NotVisible') => Number(Attributes[`ApproximateNumberOfMessages${state}`]);
      return { heldBack: count('Delayed'), handedOut: count('') + count('NotVisible') };
    };
    await whilePaused(name('PublishFunction'), async () => {
      const [before, one] = [await counted(), fresh()];
      await send(one, 'Gmunden');
      // By the guard, which gathers nothing here.
      await eventually(counted, ({ heldBack }) => heldBack > before.heldBack);
      expect(await ada('GET', `/views/parking-track/${one}`)).toMatchObject({ status: 404 });
      const { commits } = await commitStore(dynamodb, name('CommitsTable')).read(`parcel-${one}`, { from: 1 });
      const atOnce = async (notes: readonly unknown[]) => {
        for (const each of notes)
          await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(each), DelaySeconds: 0 }));
        return [];
      };
      await note({ queue: { send: atOnce }, most: 60_000 }, commits.map(toNoted));
      await expectRefolded();
      // A look that failed would be handed out again: so what was sent is noted again as well.
      await eventually(counted, ({ handedOut }) => handedOut === 0);
    });
  });

  it('shows dead letters and leaves them there; puts them back into the queue that they came from, by the route and by the command line', async () => {
    const [id] = ids;
    const store = commitStore(dynamodb, name('CommitsTable'));
    const { commits } = await store.read(`parcel-${id}`, { from: 1 });
    const [queues, proofs] = [sqs(), systemProofs(dynamodb, name('ControlTable'))];
    const newest = commits.at(-1)!;
    const die = async () =>
      queues.send(
        new SendMessageCommand({
          QueueUrl: name('ParkingTrackR1DeadLetters'),
          MessageBody: await toProvedBody(proofs, { detail: toPointer(newest) }),
        }),
      );
    const lag = async () =>
      (await status('parking-track')) as Status & { lag: { waiting: number; inFlight: number; deadLetters: number } };
    const emptied = () =>
      eventually(lag, ({ lag: { waiting, inFlight, deadLetters } }) => waiting + inFlight + deadLetters === 0);
    await die();
    expect((await lag()).lag.deadLetters).toBe(1);
    const path = '/ops/dead-letters/view/parking-track.r1';
    for (const [method, asked] of [
      ['GET', '/ops/dead-letters'],
      ['GET', path],
      ['POST', `${path}/redrive`],
    ] as const)
      expect((await ada(method, asked)).status).toBe(403);
    expect((await operator('GET', '/ops/dead-letters')).body.consumers).toContainEqual({
      ...{ kind: 'view', name: 'parking-track.r1', deadLetters: 1 },
    });
    const seen = { what: 'commit', stream: `parcel-${id}`, commit: newest.commit, correlation: newest.meta.correlation };
    // As often as one looks: what was looked at is not hidden.
    for (const _ of [1, 2])
      expect(await operator('GET', path)).toMatchObject({ status: 200, body: { deadLetters: 1, letters: [seen], acts: [] } });
    expect(await operator('POST', `${path}/redrive`, { why: 'the table answers again' })).toMatchObject({
      status: 200,
      body: { kind: 'view', name: 'parking-track.r1', moved: 1, isEmpty: true, left: 0 },
    });
    await emptied();
    await expectRefolded();

    await die();
    const said: string[] = [];
    const print = (line: string) => void said.push(line);
    await listDeadLetters({ manifest, stack }, print);
    await showDeadLetters({ manifest, stack, kind: 'view', name: 'parking-track' }, print);
    await redriveProjection({ manifest, stack, view: 'parking-track', why: 'once more' }, print);
    expect(said).toEqual([
      'view parking-track.r1: 1 dead letter',
      'view parking-track.r1: 1 dead letter',
      expect.stringContaining(
        `parcel-${id} commit ${newest.commit} (ParcelScanned); its consumer gave up on it; foldstream logs `,
      ),
      expect.stringMatching(/^ {2}\S+ \S+ put letters back: the table answers again$/),
      '1 dead letter put back into the queue of parking-track.r1.',
    ]);
    await emptied();
    await expectRefolded();
    expect((await operator('GET', path)).body).toMatchObject({
      letters: [],
      acts: [{ act: 'redrive', by: expect.stringMatching(/^cli\//), why: 'once more' }, { why: 'the table answers again' }],
    });

    const acts = (await operator('GET', '/ops/projections/parking-scans/acts')).body.acts;
    expect(acts).toMatchObject([
      { act: 'resume', by: expect.stringMatching(/^cli\//), stream: expect.stringMatching(/^parcel-/) },
    ]);

    // In the console from its first page: seen, understood, put back.
    await die();
    const { page, faults } = await signedIn('', { deployment: parking });
    await page
      .getByRole('link', { name: /parking-track.*1 dead letter: look, redrive/ })
      .first()
      .click();
    const letters = page.getByRole('table', { name: 'Dead letters' });
    const what = letters.getByRole('link', { name: `parcel-${id} commit ${newest.commit}` });
    expect(await what.getAttribute('href')).toBe(`#/streams/parcel/${id}?commit=${newest.commit}`);
    await letters.getByText('its consumer gave up on it').waitFor();
    await page.getByRole('table', { name: 'Put back before' }).getByText('the table answers again').waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Redrive' }).click();
    await page.getByRole('dialog', { name: 'Redrive' }).getByRole('button', { name: 'Redrive', exact: true }).click();
    await page.getByText('One dead letter was put back.').waitFor();
    await page.getByText('It has no dead letters').waitFor();
    expect(faults).toEqual([]);
    await emptied();
    await expectRefolded();
  });
});

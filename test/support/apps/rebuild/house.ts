import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, inject } from 'vitest';
import { ensureUser } from '../../../../lib/aws/local/users.ts';
import { sfn, stateMachineExecutions } from '../../../../lib/aws/rebuild/executions.ts';
import { commitStore } from '../../../../lib/aws/store/commit-store.ts';
import { viewTable } from '../../../../lib/aws/view/table.ts';
import { deploy } from '../../../../lib/cli/local/deploy.ts';
import { type Deployment, demoUsers, root, toDeployment } from '../../../../lib/cli/local/deployment.ts';
import { accessTo } from '../../../../lib/cli/local/endpoint.ts';
import type { AnyProjection } from '../../../../lib/core/projection.ts';
import { toPointer } from '../../../../lib/engine/delivery/delivered.ts';
import type { RebuildReport } from '../../../../lib/engine/rebuild/operator/report.ts';
import { isOver } from '../../../../lib/engine/rebuild/ports.ts';
import { projectBatch } from '../../../../lib/engine/view/project.ts';
import { memoryStore } from '../../../../lib/testing/memory/store.ts';
import { memoryClock, memoryLog } from '../../../../lib/testing/memory/system.ts';
import { memoryView } from '../../../../lib/testing/memory/view.ts';
import { customers, home } from '../../../integration/setup.ts';
import { eventually } from '../../eventually.ts';
import { as, type Call } from '../../over-http/http.ts';
import { latest } from './views.ts';

/** Between two requests of somebody who reads or writes beside a rebuild (milliseconds): without it they take the processors from the rebuild. */
export const betweenRequests = 50;

/** A reader's answers, in order. */
export type Seen = Readonly<{ status: number; revisions: ReadonlySet<number>; etag: string | null }>;

/** True if all of an answer is of one revision, and tagged with it. */
export const isWhole = ({ status, revisions, etag }: Seen): boolean =>
  status === 200 && revisions.size === 1 && etag?.startsWith(`"r${[...revisions][0]}-`) === true;

/** A deployment of gauges, under a name of its own, and what its tests do with it. */
export const rebuildHouse = (stack: string) => {
  const dynamodb = new DynamoDBClient({});
  let deployment: Deployment;
  let [ada, operator]: [Call, Call] = [] as never;
  let isFirst = true;
  const name = (part: string) => deployment.outputs[part] ?? '';
  const report = async (id: string) => (await operator('GET', `/ops/rebuilds/${id}`)).body as unknown as RebuildReport;
  const order = (body: object) => operator('POST', '/ops/rebuilds', { why: 'a test', ...body });
  const page = async (query: string): Promise<Seen & { cursor?: string }> => {
    const { status, headers, body } = await ada('GET', `/views/gauge-latest?limit=100${query}`);
    const items = (body.items ?? []) as { revision: number }[];
    const cursor = body.cursor as string | undefined;
    const revisions = new Set(items.map(({ revision }) => revision));
    return { status, revisions, etag: headers.get('etag'), ...(cursor !== undefined && { cursor }) };
  };
  return {
    stack,
    dynamodb,
    name,
    report,
    order,
    calls: () => ({ ada, operator }),
    endpoint: () => deployment.endpoint,
    deployed: () => deployment,
    deployAs: async (which: 'history' | 'first' | 'pair' | 'both' | 'second') => {
      const stacks = await deploy({
        endpoint: inject('endpoint'),
        app: `node ${join(root, 'test/support/apps/rebuild/app.ts')}`,
        context: { deployment: which, stack },
        logFile: join(home, `${stack}-${which}.log`),
        outputsFile: join(home, `${stack}.json`),
        outDir: join(home, `${stack}.out`),
      });
      deployment = toDeployment(inject('endpoint'), stacks);
      if (!isFirst) return;
      isFirst = false;
      for (const user of [demoUsers.operator, ...customers])
        await ensureUser(accessTo(deployment.endpoint), deployment.userPool, user);
      [ada, operator] = await Promise.all([as('ada', deployment), as('operator', deployment)]);
    },
    begin: async (body: object): Promise<string> => {
      const answer = await order(body);
      expect(answer).toMatchObject({ status: 202, body: { id: expect.any(String) } });
      return String(answer.body.id);
    },
    ended: (id: string) =>
      eventually(
        () => report(id),
        (report) => isOver(report),
        { every: 500 },
      ),
    statusOf: (id: string) => stateMachineExecutions(sfn(), name('RebuildMachine')).status(id),
    install: async (id: string, ...values: number[]) => {
      expect((await ada('POST', `/gauge/${id}/install`, {})).status).toBe(201);
      for (const value of values) expect((await ada('POST', `/gauge/${id}/read`, { value })).status).toBe(200);
    },
    /** Her actor id, so that a history can be made for her. */
    owner: async (id: string) => (await commitStore(dynamodb, name('CommitsTable')).find(`gauge-${id}`, 1))?.meta.actor ?? '',
    page,
    /** Reads all the while, page after page of each walk, until it is stopped; answers what it saw, walk by walk. */
    reading: () => {
      let going = true;
      const all: Seen[][] = [];
      const walks = (async () => {
        while (going) {
          const walk: Seen[] = [];
          for (let cursor: string | undefined = ''; cursor !== undefined; ) {
            const seen: Seen & { cursor?: string } = await page(cursor === '' ? '' : `&cursor=${cursor}`);
            walk.push(seen);
            await pause(betweenRequests);
            cursor = seen.cursor;
          }
          all.push(walk);
        }
        return all;
      })();
      return {
        /** True if all pages of a list were of this revision. */
        saw: (revision: number) => all.some((walk) => walk.some(({ revisions }) => revisions.has(revision))),
        stop: () => {
          going = false;
          return walks;
        },
      };
    },
    /** Compares rows with what a fresh fold of what is stored comes to. */
    expectFolded: async (revision: number, streams: readonly string[]) => {
      const projection = latest(revision) as unknown as AnyProjection;
      const store = commitStore(dynamodb, name('CommitsTable'));
      const view = viewTable(dynamodb, name(`GaugeLatestR${revision}Table`));
      for (const stream of streams) {
        const { commits } = await store.read(stream, { from: 1 });
        const [memory, afresh] = [memoryStore(), memoryView()];
        memory.restore(commits);
        const batch = [{ id: 'm', delivered: toPointer(commits.at(-1)!) }];
        await projectBatch({ projection, store: memory, view: afresh, clock: memoryClock(), log: memoryLog() }, batch);
        const key = stream.slice('gauge-'.length);
        const wanted = await afresh.head(key);
        const came = await eventually(
          () => view.head(key),
          (head) => head?.commit === wanted?.commit,
        );
        // The number of writes of a head is not part of its content.
        expect({ ...came, writes: undefined }).toEqual({ ...wanted, writes: undefined });
      }
    },
  };
};

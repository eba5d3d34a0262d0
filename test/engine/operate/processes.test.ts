import { describe, expect, it } from 'vitest';
import { instanceLines, processLines } from '../../../lib/cli/process/processes.ts';
import { withRows } from '../../../lib/cli/rows.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import type { InstanceRow } from '../../../lib/core/process/instances-view.ts';
import { watchMemory } from '../../../lib/core/watch/formats.ts';
import { toPointer } from '../../../lib/engine/delivery/delivered.ts';
import { type ProcessOperating, readInstance, reportProcesses } from '../../../lib/engine/operate/processes.ts';
import type { ProcessMessage } from '../../../lib/engine/process/ports.ts';
import type { Reacting } from '../../../lib/engine/process/react.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { answerProcesses } from '../../../lib/http/operate/processes.ts';
import type { HttpRequest } from '../../../lib/http/request.ts';
import { memoryQueue } from '../../../lib/testing/memory/queue.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { type ProcessWorld, processWorld } from '../../support/examples/attending.ts';
import { moving, transfer, wallet } from '../../support/examples/moving.ts';

const manifest = defineManifest({ aggregates: [wallet, transfer], projections: [], processes: [moving] });
const [projection] = manifest.projections;
const request = { from: 'a', to: 'b', amount: 30 };
const page = { limit: 20, direction: 'oldest-first' } as const;

/** Closes the wallet that would get its money back, as soon as the other one has refused it. */
const closingIn = (world: ProcessWorld): Reacting => {
  const reacting = world.instance();
  return {
    ...reacting,
    target: (category) => {
      const target = reacting.target(category);
      return (
        target && {
          ...target,
          store: {
            ...target.store,
            append: async (commit) => {
              const appended = await target.store.append(commit);
              if (commit.stream === 'wallet-b' && commit.refused) await world.ask('wallet-a', 'Close');
              return appended;
            },
          },
        }
      );
    },
  };
};

const house = async () => {
  const world = processWorld(moving, [wallet, transfer]);
  for (const name of ['a', 'c']) {
    await world.ask(`wallet-${name}`, 'Open');
    await world.ask(`wallet-${name}`, 'Add', { amount: 100 });
  }
  const [view, queue] = [memoryView(), memoryQueue()];
  const { store, clock, log } = world;
  const project = async () => {
    const batch = world.store.stored().map((commit, i) => ({ id: String(i), delivered: toPointer(commit) }));
    expect(await projectBatch({ projection: projection!, store, view, clock, log }, batch)).toEqual([]);
  };
  const operating: ProcessOperating = {
    processes: [{ process: moving, queueName: 'q', queue, loading: world.instance().own }],
    instances: {
      deployed: [{ projection: projection!, reader: view, clock }],
      active: async (name) => ({ projection: name, revision: 2, since: '', by: '', why: '' }),
      built: async () => undefined,
      tableOf: async () => undefined,
    },
    ages: { ofQueues: async () => new Map([['q', 3]]) },
    log,
  };
  /** An operator's HTTP request. */
  const asks = (route: string, over: Partial<HttpRequest> = {}) => {
    const [process, instance] = route.includes('{instance}') ? ['moving', 's'] : [];
    return answerProcesses(operating, {
      route,
      path: { process, instance },
      query: {},
      headers: {},
      body: '',
      actor: { id: 'olga', kind: 'user', roles: ['operator'] },
      correlation: 'order-1',
      requestId: 'r',
      ...over,
    });
  };
  const carryOut = async () => {
    for (const message of queue.sent.splice(0)) await world.tell(message as ProcessMessage);
    await project();
  };
  return { world, view, operating, project, asks, carryOut, queue };
};

/** One stuck, one parked, one running and one ended. */
const busy = async () => {
  const all = await house();
  const { world, project } = all;
  await world.ask('transfer-s', 'Request', request);
  await world.deliver(closingIn(world));
  world.clock.advance(60_000);
  await world.ask('transfer-e', 'Request', { ...request, from: 'c', to: 'c' });
  await world.ask('transfer-p', 'Note', { notes: ['throw'] });
  await world.ask('transfer-r', 'Note', { notes: ['fine'] });
  await world.settle();
  await project();
  return all;
};

const path = '/ops/processes/{process}/{instance}';
const why = JSON.stringify({ why: 'paid out by hand' });

describe('the list of instances', () => {
  it('has those that stand still, with the reason, and how far each process is behind', async () => {
    const { operating, queue } = await busy();
    queue.depths = { waiting: 1, inFlight: 2, deadLetters: 3 };
    const report = await reportProcesses(operating, page);
    expect(report.processes).toEqual([{ process: 'moving', lag: { waiting: 1, inFlight: 2, deadLetters: 3, oldestSeconds: 3 } }]);
    expect(report.instances).toMatchObject([
      { id: 'moving-s', process: 'moving', instance: 's', status: 'stuck', why: 'wallet-a refuses Add: closed' },
      { id: 'moving-p', instance: 'p', status: 'parked', why: 'Error: As asked.' },
    ]);
    expect(processLines(report)).toEqual([
      'moving: 1 waiting, 2 in work, oldest 3 s, 3 dead letters',
      expect.stringMatching(/^ {2}moving s: stuck since .*Z; wallet-a refuses Add: closed$/),
      expect.stringMatching(/^ {2}moving p: parked since .*Z; Error: As asked\.$/),
    ]);
    expect(processLines({ ...report, instances: [] }).at(-1)).toBe('  no instance is stuck or parked');
    expect(processLines({ ...report, instances: [] }, 'ended').at(-1)).toBe('  no instance is ended');
  });

  it('has those of one status, a page at a time, of all processes or one', async () => {
    const { asks } = await busy();
    const ids = async (query: Record<string, string>) => {
      const { body } = await asks('GET /ops/processes', { query });
      return (body as { instances: { instance: string }[] }).instances.map(({ instance }) => instance);
    };
    expect(await ids({ status: 'ended' })).toEqual(['e']);
    expect(await ids({ status: 'running' })).toEqual(['r']);
    expect(await ids({ status: 'stuck', process: 'moving' })).toEqual(['s']);
    expect(await ids({ status: 'stuck', process: 'other' })).toEqual([]);
    expect(await ids({ status: 'stuck', order: 'newest-first' })).toEqual(['s']);
    await expect(asks('GET /ops/processes', { query: { status: 'ended', order: 'newest-first' } })).rejects.toThrow(
      'in no order',
    );
    await expect(asks('GET /ops/processes', { query: { status: 'tired' } })).rejects.toThrow('status: one of');
    await expect(asks('GET /ops/processes', { query: { cursor: 'x' } })).rejects.toThrow('give status=');
    await expect(asks('GET /ops/processes', { query: { owner: 'x' } })).rejects.toThrow('is not a parameter');
  });

  it('has those that have had their status for long enough, in the order of that time, whatever their status', async () => {
    const { asks, operating } = await busy();
    const since = async (id: string) => {
      const all = await Promise.all(
        ([undefined, 'running', 'ended'] as const).map((status) =>
          reportProcesses(operating, { ...page, ...(status && { status }) }),
        ),
      );
      const row = all.flatMap(({ instances }) => instances as readonly InstanceRow[]).find(({ instance }) => instance === id);
      return row?.since ?? '';
    };
    const ids = async (query: Record<string, string>) => {
      const { body } = await asks('GET /ops/processes', { query });
      const { instances, cursor } = body as { instances: { instance: string }[]; cursor?: string };
      return [...instances.map(({ instance }) => instance), ...(cursor === undefined ? [] : ['…'])];
    };
    const [stuck, parked] = [await since('s'), await since('p')];
    expect(stuck < parked).toBe(true);
    expect(await ids({ until: stuck })).toEqual(['s']);
    expect(await ids({ until: parked })).toEqual(['s', 'p']);
    expect(await ids({ until: parked, order: 'newest-first' })).toEqual(['p', 's']);
    expect(await ids({ until: '2020-01-01T00:00:00Z' })).toEqual([]);
    expect(await ids({ status: 'parked', until: stuck })).toEqual([]);
    expect(await ids({ status: 'running', until: await since('r') })).toEqual(['r']);
    expect(await ids({ status: 'running', until: '2020-01-01T00:00:00Z' })).toEqual([]);
    await expect(asks('GET /ops/processes', { query: { until: 'yesterday' } })).rejects.toThrow('until: an instant');
  });

  it('ends a walk from the oldest on at the first that is too young, and goes on from the newest', async () => {
    const all = await house();
    for (const each of ['1', '2', '3', '4']) {
      await all.world.ask(`transfer-${each}`, 'Note', { notes: ['throw'] });
      await all.world.settle();
      all.world.clock.advance(60_000);
    }
    await all.project();
    const report = (over: Partial<Parameters<typeof reportProcesses>[1]>) =>
      reportProcesses(all.operating, { ...page, status: 'parked', limit: 1, ...over });
    const { instances } = await report({ limit: 20 });
    const until = (instances as readonly InstanceRow[])[1]!.since;
    const walk = async (direction: 'oldest-first' | 'newest-first') => {
      const [seen, pages]: [string[], number[]] = [[], []];
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const part: Awaited<ReturnType<typeof report>> = await report({ until, direction, ...(cursor !== '' && { cursor }) });
        pages.push(part.instances.length);
        seen.push(...(part.instances as readonly InstanceRow[]).map(({ instance }) => instance));
        cursor = part.cursor;
      }
      return { seen, pages };
    };
    expect(await walk('oldest-first')).toEqual({ seen: ['1', '2'], pages: [1, 1, 0] });
    expect((await walk('newest-first')).seen).toEqual(['2', '1']);
  });

  it('is in the order of time whatever the status is, where none is asked for', async () => {
    const { world, project, operating } = await house();
    const parked = async (id: string) => {
      await world.ask(`transfer-${id}`, 'Note', { notes: ['throw'] });
      await world.settle();
      world.clock.advance(60_000);
    };
    await parked('1');
    await world.ask('transfer-2', 'Request', request);
    await world.deliver(closingIn(world));
    world.clock.advance(60_000);
    await parked('3');
    await project();
    const ids = async (direction: 'oldest-first' | 'newest-first') =>
      ((await reportProcesses(operating, { ...page, direction })).instances as readonly InstanceRow[]).map(
        ({ instance }) => instance,
      );
    expect(await ids('oldest-first')).toEqual(['1', '2', '3']);
    expect(await ids('newest-first')).toEqual(['3', '2', '1']);
  });

  it('is of what stands still alone: no step of what runs or has ended writes to a list, where all would share a key', async () => {
    const { view, world, project } = await busy();
    const listed = () => Object.fromEntries(view.items().map(({ key, lists }) => [key, lists?.['standing-still']?.in]));
    expect(listed()).toEqual({ 'moving-s': '["stuck"]', 'moving-p': '["parked"]', 'moving-r': undefined, 'moving-e': undefined });
    await world.tell({ resolve: { instance: 'moving-s', reason: 'paid', by: 'olga', correlation: 'c' } });
    await project();
    expect(listed()).toMatchObject({ 'moving-s': undefined, 'moving-p': '["parked"]' });
  });

  it('does not count a watch as running, which it does for ever, unless it is named', async () => {
    const { operating } = await busy();
    const watches: ProcessOperating = {
      ...operating,
      processes: operating.processes.map((each) => ({ ...each, process: { ...each.process, memory: watchMemory } })),
    };
    const running = async (of: ProcessOperating, process?: string) => {
      const asked = { ...page, status: 'running', ...(process !== undefined && { process }) } as const;
      return (await reportProcesses(of, asked)).instances.length;
    };
    expect([await running(operating), await running(watches), await running(watches, 'moving')]).toEqual([1, 0, 1]);
    expect((await reportProcesses(watches, page)).instances).toHaveLength(2);
  });

  it('is walked by the command line through pages without rows, until it has a page full or all', async () => {
    const found = [[], [1, 2], [], [3], [4]].map((ids, i, all) => ({
      rows: ids.map((id) => ({ id })),
      ...(i < all.length - 1 && { cursor: String(i + 1) }),
    }));
    const walked = (limit: number) => withRows('rows', limit, async (cursor = '0') => found[Number(cursor)]!);
    expect(await walked(3)).toEqual({ rows: [{ id: 1 }, { id: 2 }, { id: 3 }], cursor: '4' });
    expect(await walked(9)).toEqual({ rows: [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }] });
  });

  it('a request takes a reason of one character to five hundred', async () => {
    const { asks } = await busy();
    const resolve = (reason: string) => asks(`POST ${path}/resolve`, { body: JSON.stringify({ why: reason }) });
    for (const reason of ['', ' ', 'x'.repeat(501)]) await expect(resolve(reason)).rejects.toThrow('is invalid');
    for (const reason of ['x', 'x'.repeat(500)]) expect((await resolve(reason)).status).toBe(202);
  });

  it('is for operators alone', async () => {
    const { asks } = await busy();
    for (const route of ['GET /ops/processes', `GET ${path}`, `POST ${path}/resolve`])
      await expect(asks(route, { actor: { id: 'ada', kind: 'user', roles: [] }, body: why })).rejects.toThrow('another role');
  });
});

describe('one instance', () => {
  it('is shown step by step, with its memory and what it waits for', async () => {
    const { asks } = await busy();
    const { body } = await asks(`GET ${path}`);
    expect(body).toMatchObject({
      process: 'moving',
      instance: 's',
      status: 'stuck',
      memory: { from: 'a', to: 'b', amount: 30 },
      waits: [{ instance: 'moving-s', for: 'person', status: 'stuck', why: 'wallet-a refused Add: closed' }],
      earlier: 0,
    });
    const { steps } = body as { steps: { commit: number; says: string; actor: string }[] };
    expect(steps.map(({ commit }) => commit)).toEqual(steps.map((_, i) => i + 1));
    expect(steps.map(({ says }) => says).join('\n')).toMatch(/sends Take to wallet-a(.|\n)*sends Add to wallet-b(.|\n)*is stuck/);
  });

  it('reads the same on the command line', async () => {
    const { operating } = await busy();
    const lines = instanceLines(await readInstance(operating, { process: 'moving', instance: 's' }));
    expect(lines[0]).toBe('moving s: stuck');
    expect(lines.join('\n')).toMatch(/waits for a person: it is stuck \(wallet-a refused Add: closed\)/);
  });

  it('that is not there, or of no process, is not found', async () => {
    const { asks } = await busy();
    await expect(asks(`GET ${path}`, { path: { process: 'moving', instance: 'nobody' } })).rejects.toThrow('no instance');
    await expect(asks(`GET ${path}`, { path: { process: 'nothing', instance: 's' } })).rejects.toThrow('no process');
  });
});

describe('an order', () => {
  it('resolves by hand, and the reason is history', async () => {
    const { asks, carryOut, operating, world } = await busy();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { status, body } = await asks(`POST ${path}/resolve`, { body: why, headers: { traceparent } });
    expect([status, body]).toEqual([
      202,
      { process: 'moving', instance: 's', order: 'resolve', status: 'stuck', correlation: 'order-1' },
    ]);
    await carryOut();
    expect(await world.stateOf('moving-s')).toMatchObject({ status: 'ended', ended: 'resolved' });
    const ordered = world.commitsOf('moving-s').find(({ meta }) => meta.actor === 'olga');
    expect(ordered?.meta).toMatchObject({ correlation: 'order-1', traceparent });
    const { steps } = await readInstance(operating, { process: 'moving', instance: 's' });
    expect(steps.at(-1)).toMatchObject({ actor: 'olga', correlation: 'order-1', version: ordered?.version });
    expect(steps.at(-1)?.says).toContain('resolved by olga: paid out by hand');
    expect((await reportProcesses(operating, page)).instances).toMatchObject([{ instance: 'p' }]);
    expect((await reportProcesses(operating, { ...page, status: 'ended' })).instances).toContainEqual(
      expect.objectContaining({ instance: 's', how: 'resolved' }),
    );
  });

  it('sends again what was refused, and resumes what was parked', async () => {
    const { asks, carryOut, operating, world } = await busy();
    await world.ask('wallet-a', 'Open');
    await asks(`POST ${path}/retry`, { body: why });
    await asks(`POST ${path}/resume`, { body: why, path: { process: 'moving', instance: 'p' } });
    await carryOut();
    expect(await world.stateOf('moving-s')).toMatchObject({ status: 'ended', ended: 'undone' });
    const [ended] = (await reportProcesses(operating, { ...page, status: 'ended', process: 'moving' })).instances.filter(
      (row) => (row as { instance: string }).instance === 's',
    );
    expect(ended).toMatchObject({ how: 'undone' });
    expect(ended).not.toHaveProperty('why');
    // Nothing is fixed: it parks again, with a new `since`.
    expect((await reportProcesses(operating, page)).instances).toMatchObject([{ instance: 'p', status: 'parked' }]);
    expect(world.commitsOf('moving-p')).toHaveLength(2);
  });

  it.each([
    ['retry', 'p', 'not-stuck'],
    ['resume', 's', 'not-parked'],
    ['resolve', 'e', 'not-stuck-or-parked'],
    ['retry', 'r', 'not-stuck'],
  ])('to %s is not for %s: 409 %s', async (order, instance, kind) => {
    const { asks, queue } = await busy();
    const asked = asks(`POST ${path}/${order}`, { body: why, path: { process: 'moving', instance } });
    await expect(asked).rejects.toMatchObject({ problem: { kind, status: 409 } });
    expect(queue.sent).toEqual([]);
  });

  it.each(['', '{}', '{"why":" "}', '{"why":"x","by":"me"}'])('without a reason is none: %j', async (body) => {
    const { asks, queue } = await busy();
    await expect(asks(`POST ${path}/resolve`, { body })).rejects.toMatchObject({ problem: { status: 400 } });
    expect(queue.sent).toEqual([]);
  });

  it('that the queue does not take is no 202', async () => {
    const { asks, queue } = await busy();
    queue.failing.push([0]);
    await expect(asks(`POST ${path}/resolve`, { body: why })).rejects.toThrow('did not accept a request');
  });
});

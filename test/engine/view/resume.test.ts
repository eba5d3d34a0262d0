import { describe, expect, it } from 'vitest';
import { accountBalance } from '../../../domains/account/projections/balance.ts';
import { accountStatement } from '../../../domains/account/projections/statement.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { toPointer } from '../../../lib/engine/delivery/delivered.ts';
import type { ViewItem } from '../../../lib/engine/ports.ts';
import { withCursors } from '../../../lib/engine/view/kinds/index.ts';
import { resumeBatch } from '../../../lib/engine/view/orders.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import { resumeStream } from '../../../lib/engine/view/resume.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryLog } from '../../../lib/testing/memory/system.ts';
import { type MemoryView, memoryView } from '../../../lib/testing/memory/view.ts';
import { commitOf } from '../../support/store/commits.ts';

const stream = 'account-1';
const deposit = (n: number) =>
  commitOf(stream, n, { events: [{ type: 'MoneyDeposited', v: 1, data: { amount: n, currency: 'EUR' } }] });
const opened = commitOf(stream, 1, { events: [{ type: 'AccountOpened', v: 1, data: { owner: 'ada', currency: 'EUR' } }] });
const history = (to: number): readonly Commit[] => [opened, ...Array.from({ length: to - 1 }, (_, i) => deposit(i + 2))];

/** A view that throws on commit 3, until it is fixed. */
const poisoned = (projection: AnyProjection): AnyProjection => {
  const guard = (handle: unknown) => (before: never, event: { version: number }) => {
    if (event.version === 3) throw new Error('three is too many');
    return (handle as (before: never, event: unknown) => unknown)(before, event);
  };
  return {
    ...projection,
    on: Object.fromEntries(Object.entries(projection.on).map(([type, on]) => [type, guard(on)])),
  } as AnyProjection;
};

const views = [accountBalance, accountStatement] as unknown as readonly AnyProjection[];

const parked = async (sound: AnyProjection, commits = history(5)) => {
  const store = memoryStore();
  const view = withCursors(sound, memoryView());
  for (const commit of commits) await store.append(commit);
  const projecting: Projecting = { projection: poisoned(sound), store, view, clock: memoryClock(), log: memoryLog() };
  const deliver = (to: Projecting, commit: Commit) => projectBatch(to, [{ id: 'm', delivered: toPointer(commit) }]);
  expect(await deliver(projecting, commits.at(-1)!)).toEqual([]);
  expect((await view.head('1'))?.parked).toMatchObject({ commit: 3, reason: 'Error: three is too many' });
  return { store, view, projecting, mended: { ...projecting, projection: sound, log: memoryLog() }, deliver };
};

/** The table as it is when nothing ever went wrong. */
const refolded = async (projection: AnyProjection, commits: readonly Commit[]) => {
  const [store, view] = [memoryStore(), withCursors(projection, memoryView())];
  for (const commit of commits) await store.append(commit);
  await projectBatch({ projection, store, view, clock: memoryClock(), log: memoryLog() }, [
    { id: 'm', delivered: toPointer(commits.at(-1)!) },
  ]);
  return shown(view);
};

/** Its head and its rows in their order, however often a head was written. */
const shown = async (view: MemoryView) =>
  [await view.head('1'), ...view.items().filter(({ sort }) => sort !== 'head')]
    .map(({ writes: _, ...item }: Partial<ViewItem> = {}) => item)
    .toSorted((a, b) => a.sort!.localeCompare(b.sort!));

describe.each(views.map((view) => [view.name, view] as const))('a parked stream in %s', (_, sound) => {
  it('is taken up to the head of the stream, in order, and is then what it would have been', async () => {
    const { store, view, mended, deliver } = await parked(sound);
    // While it is parked deliveries are dropped: the resume has to find them in the table.
    for (const commit of history(300).slice(5)) await store.append(commit);
    expect(await deliver(mended, deposit(300))).toEqual([]);
    expect((await view.head('1'))?.commit).toBe(2);
    await resumeStream(mended, stream);
    expect(await shown(view)).toEqual(await refolded(sound, store.stored()));
  });

  it('parks again at the same commit if nothing was fixed', async () => {
    const { view, projecting } = await parked(sound);
    const before = await view.head('1');
    await resumeStream({ ...projecting, clock: memoryClock(Date.UTC(2026, 11, 1)) }, stream);
    // The mark was taken away, and put again.
    expect(await view.head('1')).toEqual({ ...before, writes: 3, parked: { ...before?.parked, at: '2026-12-01T00:00:00.000Z' } });
  });

  it('misses nothing that comes between the reading and the end of the resume', async () => {
    const { store, view, mended, deliver } = await parked(sound);
    let come = false;
    const read: typeof store.read = async (...asked) => {
      const page = await store.read(...asked);
      if (!come) {
        come = true;
        await store.append(deposit(6));
        expect(await deliver(mended, deposit(6))).toEqual([]);
      }
      return page;
    };
    await resumeStream({ ...mended, store: { ...store, read } }, stream);
    expect(await view.head('1')).toMatchObject({ commit: 6 });
    expect(await view.head('1')).not.toHaveProperty('parked');
  });

  it('goes on where one died after it had taken the mark away', async () => {
    const { view, mended } = await parked(sound);
    const dying: Projecting['view'] = {
      ...view,
      putRow: () => Promise.reject(new Error('died')),
      putHead: async (head, expected) => {
        if (head.commit > 2) throw new Error('died');
        return view.putHead(head, expected);
      },
    };
    const order = [{ id: 'o', order: { resume: { stream, correlation: 'c' } } }];
    expect(await resumeBatch({ ...mended, view: dying }, order)).toEqual(['o']);
    expect(await resumeBatch(mended, order)).toEqual([]);
    expect(await resumeBatch(mended, order)).toEqual([]);
    expect(await view.head('1')).toMatchObject({ commit: 5 });
  });
});

it('nothing is resumed that has no cursor', async () => {
  const [store, view] = [memoryStore(), memoryView()];
  await store.append(opened);
  await resumeStream({ projection: views[0]!, store, view, clock: memoryClock(), log: memoryLog() }, stream);
  expect(view.items()).toEqual([]);
});

it.each([
  ['reading the head', { head: () => Promise.reject(new Error('ThrottlingException')) }],
  ['writing the head', { putHead: () => Promise.reject(new Error('ECONNRESET')) }],
] as const)('an outage at %s parks nothing: the record comes again', async (_, broken) => {
  const [store, view] = [memoryStore(), memoryView()];
  await store.append(opened);
  const projecting = { projection: views[0]!, store, view: { ...view, ...broken }, clock: memoryClock(), log: memoryLog() };
  expect(await projectBatch(projecting, [{ id: 'm', delivered: toPointer(opened) }])).toEqual(['m']);
  expect(view.items()).toEqual([]);
});

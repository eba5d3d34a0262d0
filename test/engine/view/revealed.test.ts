import { expect, test } from 'vitest';
import * as z from 'zod';
import { announcersOf } from '../../../lib/core/announcer.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import { personal, takingPlain, Unsealed } from '../../../lib/core/personal/personal.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { currentSchema, v1 } from '../../../lib/core/version.ts';
import type { Delivered } from '../../../lib/engine/delivery/delivered.ts';
import { sealCommit } from '../../../lib/engine/personal/seal.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { announcing } from '../../../lib/engine/view/public-events.ts';
import { memoryBus } from '../../../lib/testing/memory/bus.ts';
import { memoryBox, memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../../lib/testing/memory/system.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { commitOf } from '../../support/store/commits.ts';

const part = z.object({ city: personal(z.string(), { reveal: true }), street: personal(z.string()) });
const events = {
  Joined: v1(
    z.object({
      name: personal(z.string(), { reveal: true }),
      email: personal(z.string(), { find: true }),
      places: z.array(z.union([part, z.string()])),
      by: z.record(z.string(), personal(z.string(), { reveal: true })),
      anything: z.unknown(),
    }),
  ),
};
const member = {
  category: 'member',
  events,
  commands: {},
  initial: {},
  publishes: ['Joined'],
  decide: {},
  evolve: {},
} as unknown as AnyDecider;

const setUp = async ({ opens = true } = {}) => {
  const [store, view, bus, clock, log] = [memoryStore(), memoryView(), memoryBus(), memoryClock(), memoryLog()];
  const [keys, box] = [memorySubjectKeys(), memoryBox()];
  const [projection] = announcersOf({ aggregates: [member] }) as [AnyProjection];
  const data = {
    name: 'MARK-Ada',
    email: 'MARK-mail',
    places: [{ city: 'MARK-Wien', street: 'MARK-Ring' }, 'none'],
    by: { bob: 'MARK-Bob' },
    anything: 1,
  };
  const checked = takingPlain(() => currentSchema(events.Joined).parse(data)) as object;
  // A sealed value that a process passed on, at a place that declares nothing.
  const passed = { ...checked, anything: { deep: [new Unsealed('MARK-any', {})] } };
  const commit = commitOf('member-m1', 1, { version: 1, events: [{ type: 'Joined', v: 1, data: passed }] });
  const sealed = await sealCommit({ keys, box }, commit, () => 'ada');
  if ('erased' in sealed) throw new Error('Nobody was erased.');
  await store.append(sealed.commit);
  const projecting = announcing({
    ...{ projection, store, view, bus, clock, log, keys: memoryKeys() },
    ...(opens && { opening: { keys, box } }),
  });
  const announce = () => projectBatch(projecting, [{ id: '1', delivered: sealed.commit as unknown as Delivered }]);
  return {
    keys,
    bus,
    view,
    log,
    announce,
    dataSent: () => bus.sent.map(({ detail }) => (JSON.parse(detail) as { data: object }).data),
  };
};

const masked = { masked: true };
const erased = { erased: true };

test('a public event carries the values that are declared reveal, opened, and a mark in place of every other one', async () => {
  const { announce, dataSent, view, log } = await setUp();
  expect(await announce()).toEqual([]);
  expect(dataSent()).toEqual([
    {
      name: 'MARK-Ada',
      email: masked,
      places: [{ city: 'MARK-Wien', street: masked }, 'none'],
      by: { bob: 'MARK-Bob' },
      anything: { deep: [masked] },
    },
  ]);
  expect(JSON.stringify([view.items(), log])).not.toContain('MARK');
});

test('what is announced after an erasure carries the mark of it', async () => {
  const { keys, announce, dataSent } = await setUp();
  await keys.erase('ada');
  await announce();
  expect(dataSent()).toMatchObject([{ name: erased, email: masked, by: { bob: erased } }]);
});

test('a sender that cannot open sends nothing, and leaves the event for one that can', async () => {
  const { announce, bus, view } = await setUp({ opens: false });
  expect(await announce()).toHaveLength(1);
  expect([bus.sent, await view.head('member-m1')]).toEqual([[], undefined]);
});

import { expect, test } from 'vitest';
import * as z from 'zod';
import { command } from '../../../lib/core/decider.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import { personal } from '../../../lib/core/personal/personal.ts';
import { registerName, registerOf } from '../../../lib/core/personal/register.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { v1 } from '../../../lib/core/version.ts';
import { queryById, queryList } from '../../../lib/engine/query/kinds.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { rowPerStream } from '../../../lib/index.ts';
import { memoryClock, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { customer } from '../../support/apps/customer/decider.ts';
import { manifest } from '../../support/apps/customer/manifest.ts';
import { parcel } from '../../support/apps/parcel/decider.ts';
import { commitOf } from '../../support/store/commits.ts';

const auditor = { id: 'ann', kind: 'user', roles: ['auditor'] } as const;
const minute = (n: number) => `2026-11-29T12:0${n}:00.000Z`;
const sealed = (index: number) => ({ '~': `${index}s${'A'.repeat(34)}` });

const registered = (stream: string, commit: number, subject = '') =>
  commitOf(stream, commit, {
    events: [{ type: 'CustomerRegistered', v: 1, data: { name: sealed(0), email: sealed(0) } }],
    at: minute(commit),
    sealed: [`1.${'A'.repeat(44)}${subject && `.${subject}`}`],
  });
const recommended = (commit: number, friend: string) =>
  commitOf('customer-ada', commit, {
    events: [{ type: 'FriendRecommended', v: 1, data: { friend, friendName: sealed(0), note: sealed(1) } }],
    at: minute(commit),
    sealed: [`1.${'A'.repeat(44)}.${friend}`, `1.${'A'.repeat(44)}`],
  });

const register = registerOf(manifest)[0]!;

const registerOver = async (history: readonly ReturnType<typeof commitOf>[], projection: AnyProjection = register) => {
  const [store, view] = [memoryStore(), memoryView()];
  for (const commit of history) await store.append(commit);
  for (const [i, commit] of history.entries()) {
    const delivery = { id: String(i), delivered: { ...commit, types: [] } };
    expect(await projectBatch({ projection, store, view, clock: memoryClock(), log: memoryLog() }, [delivery])).toEqual([]);
  }
  const querying = { projection, reader: view, clock: memoryClock() };
  const streamsOf = async (by: string) => {
    const { items } = await queryList(querying, auditor, { limit: 9, direction: 'oldest-first', list: 'by-subject', by });
    return items;
  };
  return { querying, streamsOf };
};

test('the register has a row for each subject of a stream, with when the stream first held a value of the subject', async () => {
  const { streamsOf, querying } = await registerOver([
    registered('customer-ada', 1),
    recommended(2, 'bob'),
    recommended(3, 'bob'),
    registered('customer-bob', 1),
    recommended(4, '__proto__'),
  ]);
  const [ada, category] = ['customer-ada', 'customer'];
  expect(await streamsOf('ada')).toEqual([{ id: ada, subject: 'ada', stream: ada, category, since: minute(1) }]);
  expect(await streamsOf('bob')).toEqual([
    { id: 'customer-bob', subject: 'bob', stream: 'customer-bob', category, since: minute(1) },
    { id: ada, subject: 'bob', stream: ada, category, since: minute(2) },
  ]);
  expect(await streamsOf('__proto__')).toEqual([{ id: ada, subject: '__proto__', stream: ada, category, since: minute(4) }]);
  expect(await streamsOf('eve')).toEqual([]);
  const { body } = await queryById(querying, auditor, ada, { limit: 9, direction: 'oldest-first' });
  expect((body as { items: unknown[] }).items).toHaveLength(3);
});

test('a value that an upcaster drops is still held, and a type that was personal once is still consumed', async () => {
  const events = {
    NoteTaken: v1(z.object({ text: personal(z.string()), kind: z.string() })).next(
      z.object({ kind: z.string() }),
      ({ kind }) => ({
        kind,
      }),
    ),
    NoteFiled: v1(z.object({})),
  };
  const note = { ...customer, category: 'note', events, commands: { Take: command(['user'], z.object({})) } };
  const [projection] = registerOf({ aggregates: [note as never, parcel] });
  expect(Object.keys(projection!.on)).toEqual(['NoteTaken']);
  const { streamsOf } = await registerOver(
    [
      commitOf('note-1', 1, {
        events: [{ type: 'NoteTaken', v: 1, data: { text: sealed(0), kind: 'x' } }],
        at: minute(1),
        sealed: [`1.${'A'.repeat(44)}.ada`],
      }),
    ],
    { ...projection!, may: ['auditor'] },
  );
  expect(await streamsOf('ada')).toMatchObject([{ stream: 'note-1' }]);
});

test('a manifest has the register if an event has personal values, for whoever may erase, and once', () => {
  const found = (each: { projections: readonly AnyProjection[] }) =>
    each.projections.filter(({ name }) => name === registerName).map(({ may }) => may);
  expect(found(manifest)).toEqual([['auditor']]);
  expect(found(defineManifest({ ...manifest, mayErase: ['teller'] }))).toEqual([['teller']]);
  const own = rowPerStream<object, never>()({
    name: registerName,
    revision: 1,
    from: customer as never,
    may: ['operator'],
    on: { CustomerMoved: () => ({}) } as never,
  });
  expect(() => defineManifest({ aggregates: [customer], projections: [own] })).toThrow(
    'the register of subjects: choose another',
  );
  expect(registerOf({ aggregates: [parcel] })).toEqual([]);
});

import { expect, test } from 'vitest';
import { holdersIn } from '../../../lib/core/personal/holders.ts';
import { recordDecider } from '../../../lib/core/personal/record.ts';
import { isRegister } from '../../../lib/core/personal/register.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { eraseSubject } from '../../../lib/engine/operate/erase.ts';
import {
  type ExportedValue,
  type Exporting,
  type ExportRequest,
  exportSubject,
} from '../../../lib/engine/operate/export-subject.ts';
import { reportSubject } from '../../../lib/engine/operate/subjects/report.ts';
import type { Revisions } from '../../../lib/engine/query/revision.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { memoryBox, memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';
import { memoryLog, memoryView } from '../../../lib/testing/ports.ts';
import { customer } from '../../support/apps/customer/decider.ts';
import { manifest } from '../../support/apps/customer/manifest.ts';
import { asks, instanceOver, memoryTable } from '../../support/examples/commanding.ts';

const request: ExportRequest = {
  subject: 'ada',
  why: 'request 9',
  actor: { id: 'olga' },
  requestId: 'request-1',
  correlation: 'c-1',
  limit: 100,
};

/** Ada and Bob are registered; Bob moves twice and recommends Ada. */
const setUp = async () => {
  const [table, keys, box, view] = [memoryTable(), memorySubjectKeys(), memoryBox(), memoryView()];
  const { clock, store } = table;
  const commanding = instanceOver(table, { decider: customer as never, personal: { keys, box } });
  const does = (stream: string, type: string, data: object) => handleCommand(commanding, asks(type, data, { stream }));
  await does('customer-ada', 'Register', { name: 'Ada', email: 'ada@example.com' });
  await does('customer-bob', 'Register', { name: 'Bob', email: 'bob@example.com' });
  await does('customer-bob', 'Move', { street: 'Elm Row 1', city: 'Ely' });
  await does('customer-bob', 'Recommend', { friend: 'ada', friendName: 'Ada of Ely', note: 'of Bob' });
  const projection = manifest.projections.find(isRegister)!;
  const project = async () => {
    for (const [i, commit] of store.stored().entries())
      await projectBatch({ projection, store, view, clock, log: memoryLog() }, [
        { id: String(i), delivered: { ...commit, types: [] } },
      ]);
  };
  await project();
  const register: Revisions = {
    deployed: [{ projection, reader: view, clock }],
    active: async (name) => ({ projection: name, revision: 1, since: '', by: 'o', why: 'a test' }),
    built: async () => undefined,
    tableOf: async () => undefined,
  };
  const recording = instanceOver(table, { decider: recordDecider });
  const held = { register, holders: holdersIn(manifest) };
  const exporting: Exporting = { ...held, store, opening: { keys, box }, recording };
  const recorded = () => store.stored().flatMap(({ stream, events }) => (stream === 'subject-ada' ? events : []));
  const erase = (of: typeof held = held) =>
    eraseSubject({ keys, opening: keys, recording, keptSeconds: 60, held: of }, { ...request, why: 'request 7' });
  const report = (subject: string, of: typeof held = held) =>
    reportSubject({ keys, store, hash: recording.keys.hash, clock, log: memoryLog(), held: of }, subject);
  return { table, exporting, recorded, held, erase, report };
};

const inBrief = (values: readonly ExportedValue[]) => values.map(({ event, type, field, value }) => [event, type, field, value]);
const ofAda = [
  ['customer-ada/1', 'CustomerRegistered', '/name', 'Ada'],
  ['customer-ada/1', 'CustomerRegistered', '/email', 'ada@example.com'],
  ['customer-bob/3', 'FriendRecommended', '/friendName', 'Ada of Ely'],
];

test('an export of one stream has what it holds and nothing else, page by page, and is recorded too', async () => {
  const { exporting, recorded } = await setUp();
  expect(inBrief((await exportSubject(exporting, { ...request, stream: 'customer-ada' })).values)).toEqual(ofAda.slice(0, 2));
  expect(inBrief((await exportSubject(exporting, { ...request, stream: 'customer-bob' })).values)).toEqual(ofAda.slice(2));
  expect(recorded()).toHaveLength(2);
  const asked = { ...request, subject: 'bob', stream: 'customer-bob', limit: 1 };
  const first = await exportSubject(exporting, asked);
  const second = await exportSubject(exporting, { ...asked, cursor: first.cursor! });
  expect([...first.values, ...second.values].map(({ event }) => event)).toEqual(
    expect.arrayContaining(['customer-bob/1', 'customer-bob/2']),
  );
  // A cursor is good for what it was made for alone.
  const other = exportSubject(exporting, { ...asked, stream: 'customer-ada', cursor: first.cursor! });
  await expect(other).rejects.toMatchObject({ problem: { status: 400 } });
});

test('an export has all values of the subject and of nobody else, with where they are, and is recorded', async () => {
  const { exporting, recorded, table } = await setUp();
  const { values, exported, cursor, ...rest } = await exportSubject(exporting, request);
  expect(inBrief(values)).toEqual(ofAda);
  expect(values[2]).toMatchObject({ stream: 'customer-bob', version: 3, at: table.store.stored().at(-2)!.at });
  expect([exported, cursor]).toMatchObject([{ by: 'olga', why: 'request 9' }, undefined]);
  expect(rest).toEqual({ subject: 'ada', record: 'subject-ada', copies: { views: ['customers'], processes: [] } });
  expect(recorded()).toEqual([{ type: 'SubjectExported', v: 1, data: { subject: 'ada', ...exported } }]);
  expect((await exportSubject(exporting, { ...request, subject: 'eve' })).values).toEqual([]);
});

test('an export that cannot be recorded reads and opens nothing', async () => {
  const { exporting } = await setUp();
  const touched: string[] = [];
  const failing: Exporting = {
    ...exporting,
    store: { read: async () => Promise.reject(touched.push('store')) },
    opening: { ...exporting.opening, keys: { privateHalf: async () => Promise.reject(touched.push('keys')) } },
    recording: {
      ...exporting.recording,
      store: { ...exporting.recording.store, append: () => Promise.reject(new Error('the table is gone')) },
    },
  };
  await expect(exportSubject(failing, request)).rejects.toThrow('the table is gone');
  expect(touched).toEqual([]);
});

test('pages have every value once, whatever their size, and each is recorded', async () => {
  const { exporting, recorded } = await setUp();
  for (const limit of [1, 2, 3]) {
    const values: ExportedValue[] = [];
    const before = recorded().length;
    let [cursor, pages]: [string | undefined, number] = [undefined, 0];
    do {
      const page = await exportSubject(exporting, { ...request, limit, ...(cursor !== undefined && { cursor }) });
      values.push(...page.values);
      cursor = page.cursor;
      pages += 1;
    } while (cursor !== undefined);
    expect(inBrief(values)).toEqual(ofAda);
    expect(recorded().length - before).toBe(pages);
    expect(pages).toBe(limit === 3 ? 1 : 2);
  }
  const { cursor } = await exportSubject(exporting, { ...request, limit: 1 });
  await expect(exportSubject(exporting, { ...request, subject: 'bob', cursor: cursor! })).rejects.toMatchObject({
    problem: { status: 400 },
  });
});

test('after an erasure an export shows the mark in the place of each value, and values of others as before', async () => {
  const { exporting, erase } = await setUp();
  await erase();
  const { values } = await exportSubject(exporting, request);
  expect(inBrief(values)).toEqual(ofAda.map(([event, type, field]) => [event, type, field, { erased: true }]));
  const bob = await exportSubject(exporting, { ...request, subject: 'bob' });
  expect(inBrief(bob.values).map(([, , , value]) => value)).toContain('of Bob');
});

test('the certificate says how many streams hold values, and in which views copies may be', async () => {
  const { erase, table } = await setUp();
  const { holds, ...certificate } = await erase();
  expect(holds).toEqual({
    asOf: certificate.erased.at,
    streams: 2,
    categories: { customer: 2 },
    views: ['customers'],
    processes: [],
  });
  table.clock.advance(1_000);
  const again = await erase();
  expect(again).toEqual({ ...certificate, holds: { ...holds, asOf: again.holds!.asOf } });
  expect(again.holds!.asOf).not.toBe(holds!.asOf);
});

test('an erasure is done and certified while the register does not answer, and says so', async () => {
  const { erase, held, recorded } = await setUp();
  const { holds } = await erase({ ...held, register: { ...held.register, active: async () => undefined } });
  expect(holds).toEqual({
    asOf: expect.any(String),
    unknown: expect.stringContaining('subjects-held has yet to be built'),
    ...held.holders,
  });
  expect(recorded()).toHaveLength(1);
});

test('a report tells where values are held and how many streams there are, and none of the values; also of whom nobody knows', async () => {
  const { report } = await setUp();
  const told = await report('ada');
  expect(told).toMatchObject({
    subject: 'ada',
    record: 'subject-ada',
    done: [],
    holds: { streams: 2, categories: { customer: 2 }, views: ['customers'] },
    streams: [{ stream: 'customer-ada' }, { stream: 'customer-bob' }],
  });
  expect(told.erased).toBeUndefined();
  expect(JSON.stringify(told)).not.toMatch(/Ada|example\.com|Elm/);
  expect(await report('nobody')).toMatchObject({ done: [], holds: { streams: 0 }, streams: [] });
});

test('a report says by whom and why a subject was erased, and who exported before, the newest first', async () => {
  const { report, exporting, erase, table } = await setUp();
  await exportSubject(exporting, request);
  table.clock.advance(60_000);
  const { erased } = await erase();
  const told = await report('ada');
  expect(told.erased).toEqual(erased);
  expect(told.done.map(({ what, by, why }) => [what, by, why])).toEqual([
    ['erased', 'olga', 'request 7'],
    ['exported', 'olga', 'request 9'],
  ]);
  expect((await report('bob')).erased).toBeUndefined();
});

test('a report has an erasure that was not recorded yet, and what it can tell while the register does not answer', async () => {
  const { report, held, exporting } = await setUp();
  const broken = { ...held, register: { ...held.register, active: () => Promise.reject(new Error('away')) } };
  expect(await report('ada', broken)).toMatchObject({ streams: [], holds: { unknown: expect.any(String) } });
  const { keys } = exporting.opening as unknown as Readonly<{ keys: ReturnType<typeof memorySubjectKeys> }>;
  await keys.erase('ada', { at: '2026-11-21T12:00:00.000Z', by: 'olga', why: 'crashed then', correlation: 'c-1' });
  expect(await report('ada')).toMatchObject({ erased: { by: 'olga', why: 'crashed then' }, done: [] });
});

test('a report has the last twenty of what was done, and says that there is more', async () => {
  const { report, exporting } = await setUp();
  for (let i = 0; i < 21; i += 1) await exportSubject(exporting, { ...request, why: `request ${i}` });
  const { done, moreDone } = await report('ada');
  expect([done.length, done[0]?.why, moreDone]).toEqual([20, 'request 20', true]);
});

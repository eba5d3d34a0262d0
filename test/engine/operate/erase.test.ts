import { expect, test } from 'vitest';
import { recordDecider } from '../../../lib/core/personal/record.ts';
import { type Erasing, type ErasureRequest, eraseSubject } from '../../../lib/engine/operate/erase.ts';
import type { OperatedKeys } from '../../../lib/engine/personal/ports.ts';
import { memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';
import { instanceOver, memoryTable } from '../../support/examples/commanding.ts';

const request: ErasureRequest = {
  subject: 'ada',
  why: 'request 7',
  actor: { id: 'olga' },
  requestId: 'request-1',
  correlation: 'c-1',
};

const setUp = (erase?: (keys: OperatedKeys) => OperatedKeys['erase']) => {
  const table = memoryTable();
  const keys = memorySubjectKeys();
  const recording = instanceOver(table, { decider: recordDecider });
  const erasing: Erasing = { keys: { erase: erase?.(keys) ?? keys.erase }, opening: keys, recording, keptSeconds: 60 };
  const recorded = () =>
    table.store.stored().map(({ stream, events, meta }) => [stream, events.map(({ data }) => data), meta.actor]);
  return { table, keys, erasing, recorded };
};

test('an erasure deletes the keys, is recorded once, and certifies when the last warm key is gone', async () => {
  const { keys, erasing, recorded, table } = setUp();
  await keys.publicHalf('ada');
  const certificate = await eraseSubject(erasing, request);
  const at = certificate.erased.at;
  expect(certificate).toEqual({
    subject: 'ada',
    erased: { at, by: 'olga', why: 'request 7' },
    record: 'subject-ada',
    // The 60 seconds for which a warm function keeps a key, and 60 for a request that had read it just before.
    lastKeyGone: new Date(Date.parse(at) + 120_000).toISOString(),
    readsAs: { erased: true },
  });
  expect(await keys.publicHalf('ada')).toBe('erased');
  expect(recorded()).toEqual([['subject-ada', [{ subject: 'ada', at, by: 'olga', why: 'request 7' }], 'olga']]);
  table.clock.advance(3_600_000);
  expect(await eraseSubject(erasing, { ...request, why: 'once more', actor: { id: 'otto' } })).toEqual(certificate);
  expect(recorded()).toHaveLength(1);
});

test('an erasure is whole only after the longest call of an effect that opens', async () => {
  const { erasing } = setUp();
  const { erased, lastKeyGone } = await eraseSubject({ ...erasing, callSeconds: 300 }, request);
  expect(Date.parse(lastKeyGone) - Date.parse(erased.at)).toBe(420_000);
});

test('an erasure that crashed before or after any of its steps is finished by a repeat', async () => {
  const crash = new Error('crashed');
  const before = setUp(() => () => Promise.reject(crash));
  await expect(eraseSubject(before.erasing, request)).rejects.toThrow('crashed');
  expect(before.recorded()).toEqual([]);
  expect(await before.keys.privateHalf('ada', 1)).not.toBe('erased');

  let crashes = 1;
  const between = setUp((keys) => async (...of) => {
    const tombstone = await keys.erase(...of);
    if (crashes-- > 0) throw crash;
    return tombstone;
  });
  await expect(eraseSubject(between.erasing, request)).rejects.toThrow('crashed');
  expect([await between.keys.publicHalf('ada'), between.recorded()]).toEqual(['erased', []]);
  between.table.clock.advance(60_000);
  const certificate = await eraseSubject(between.erasing, { ...request, why: 'again', actor: { id: 'otto' } });
  expect(certificate.erased).toMatchObject({ by: 'olga', why: 'request 7' });
  expect(between.recorded()).toEqual([['subject-ada', [{ subject: 'ada', ...certificate.erased }], 'otto']]);
});

test('there is no certificate while the keys can still be read', async () => {
  const { erasing } = setUp((keys) => async (_, tombstone) => {
    await keys.rotate('nobody');
    return tombstone;
  });
  await expect(eraseSubject(erasing, request)).rejects.toThrow('can still be read');
});

test('a subject that cannot be an id is recorded under its hash', async () => {
  const { erasing } = setUp();
  const { record, subject } = await eraseSubject(erasing, { ...request, subject: 'ada@example.com' });
  expect([record, subject]).toEqual([expect.stringMatching(/^subject-x~~[0-9a-f]{40}$/), 'ada@example.com']);
});

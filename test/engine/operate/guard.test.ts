import { expect, it } from 'vitest';
import { guard } from '../../../lib/engine/operate/guard.ts';
import { Unreadable } from '../../../lib/engine/store/packed.ts';
import type { TableChange } from '../../../lib/engine/store/tampering.ts';
import { memoryQueue } from '../../../lib/testing/memory/queue.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryLog } from '../../../lib/testing/memory/system.ts';
import { commitOf } from '../../support/store/commits.ts';

const [stored, changed, purged] = [commitOf('account-1', 1), commitOf('account-2', 1), commitOf('account-3', 1)];
const changes: readonly TableChange[] = [
  { kind: 'INSERT', before: {}, after: stored },
  { kind: 'MODIFY', before: changed, after: { ...changed, command: 'another' } },
];
const house = () => {
  const [store, log, queue] = [memoryStore(), memoryLog(), memoryQueue()];
  return { log, queue, guarding: { store, proofs: { holds: async () => true }, log, queue, noteBytes: 1_000 } };
};
const tampered = [{ message: 'History was tampered with.', fields: { stream: 'account-2', commit: 1, kind: 'MODIFY' } }];

it('says what was changed, and notes what was stored, and nothing else', async () => {
  const { guarding, log, queue } = house();
  await guard(guarding, changes);
  expect(log.lines).toMatchObject(tampered);
  expect(queue.sent).toEqual([{ types: ['MoneyDeposited'], streams: { 'account-1': [1, 0] } }]);
});

it('says what was changed where the journal takes nothing, and lets the batch come again', async () => {
  const { guarding, log, queue } = house();
  queue.failing.push([0]);
  await expect(guard(guarding, changes)).rejects.toThrow('could not be noted');
  expect(log.lines).toMatchObject(tampered);
});

it('notes what was stored where changes cannot be looked at, and lets the batch come again', async () => {
  const { guarding, queue } = house();
  const store = { find: () => Promise.reject(new Error('throttled')) };
  const blank = { kind: 'MODIFY', before: purged, after: { ...purged, events: [], purged: 2 } };
  await expect(guard({ ...guarding, store }, [...changes, blank])).rejects.toThrow('throttled');
  expect(queue.sent).toHaveLength(1);
});

it.each([
  ['a number of no purge', 2],
  ['no number', 'x'],
  ['bytes', new Uint8Array([1])],
])('says that a commit became a blank which names %s, also where that is none of our commits', async (_, named) => {
  const { guarding, log, queue } = house();
  const find = async (_stream: string, commit: unknown) => {
    // As the table refuses a key of another type.
    if (typeof commit !== 'number') throw new Error('ValidationException');
    throw new Unreadable('It has a text that Foldstream did not write.');
  };
  const blank = { kind: 'MODIFY', before: { stream: 'account-2', commit: 1 }, after: { ...changed, events: [], purged: named } };
  const foreign = { kind: 'INSERT', before: {}, after: { stream: 'account-1', commit: 1 } };
  await guard({ ...guarding, store: { find } }, [foreign, blank]);
  expect(log.lines).toMatchObject(tampered);
  expect(queue.sent).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { publish, toEntry } from '../../../lib/engine/delivery/publish.ts';
import { inCalls, NotSent } from '../../../lib/engine/delivery/send-entries.ts';
import type { Bus } from '../../../lib/engine/ports.ts';
import { memoryBus } from '../../../lib/testing/memory/bus.ts';
import { memoryClock, memoryKeys, memoryLog, memoryProofs } from '../../../lib/testing/memory/system.ts';
import { asks, instanceOver, memoryTable, operator } from '../../support/examples/commanding.ts';
import { enrolment } from '../../support/examples/enrolling.ts';
import { commitOf, commitWith } from '../../support/store/commits.ts';

const publishing = () => ({
  bus: memoryBus(),
  clock: memoryClock(),
  keys: memoryKeys(),
  log: memoryLog(),
  proofs: memoryProofs(),
});
const numbered = (count: number) => Array.from({ length: count }, (_, i) => commitOf('account-1', i + 1));
const sentOf = ({ bus }: ReturnType<typeof publishing>) =>
  bus.sent.map(({ detail }) => (JSON.parse(detail) as { commit: number }).commit);

describe('an entry', () => {
  it('is the whole commit with its event types, each once', () => {
    const event = { type: 'A', v: 1, data: {} };
    const commit = commitOf('account-1', 3, { version: 5, events: [event, { ...event, type: 'B' }, event] });
    const { detail, ...entry } = toEntry(commit);
    expect(entry).toEqual({ detailType: 'account.commit', resources: ['account-1'], time: commit.at });
    expect(JSON.parse(detail)).toEqual({ ...commit, types: ['A', 'B'] });
  });

  it.each([
    ['whole up to 200 KB', 204_000, false],
    ['a pointer without the events above it', 205_000, true],
    ['measured in bytes, not in characters', 70_000, true, '日'],
  ])('is %s', (_, characters, pointer, character = 'x') => {
    const commit = commitOf('account-1', 3, { events: [{ type: 'Noted', v: 1, data: { text: character.repeat(characters) } }] });
    const detail = JSON.parse(toEntry(commit).detail);
    expect(Buffer.byteLength(toEntry(commit).detail)).toBeLessThanOrEqual(200 * 1024);
    expect('events' in detail).toBe(!pointer);
    if (pointer) {
      const { stream, version, at } = commit;
      expect(detail).toEqual({ stream, commit: 3, version, at, types: ['Noted'], meta: { correlation: 'c-1' }, pointer: true });
    }
  });
});

describe('publishing', () => {
  it.each([0, 1, 10, 11, 37])('sends %d commits in order, in calls of at most ten', async (count) => {
    const to = publishing();
    const calls: number[] = [];
    const send: Bus['send'] = (entries) => {
      calls.push(entries.length);
      return to.bus.send(entries);
    };
    await publish({ ...to, bus: { send } }, numbered(count));
    expect(sentOf(to)).toEqual(numbered(count).map(({ commit }) => commit));
    expect(calls).toHaveLength(Math.ceil(count / 10));
  });

  it('fills a call by size too', () => {
    const entries = Array.from({ length: 9 }, (_, i) => toEntry(commitWith('account-1', i + 1, i % 2 ? 190_000 : 60_000)));
    const calls = inCalls(entries);
    expect(calls.flat()).toEqual(entries);
    for (const call of calls) expect(call.reduce((sum, { detail }) => sum + detail.length, 0)).toBeLessThanOrEqual(256 * 1024);
    expect(calls.some(({ length }) => length > 1)).toBe(true);
  });

  it('leaves event-less commits to themselves', async () => {
    const to = publishing();
    await publish(to, [
      commitOf('account-1', 1),
      commitOf('account-1', 2, { events: [], version: 1, refused: { reason: 'no' } }),
      commitOf('account-1', 3),
    ]);
    expect(sentOf(to)).toEqual([1, 3]);
  });

  it('sends an event with two tags once: its entries in the tags, as reservations, are of no use to anybody on the bus', async () => {
    const table = memoryTable();
    const on = instanceOver(table, { decider: enrolment });
    const to = { stream: 'enrolment-e1', actor: operator };
    await handleCommand(on, asks('Offer', { places: 1 }, { ...to, stream: 'enrolment-c1' }));
    await handleCommand(on, asks('Enrol', { course: 'c1', student: 's1' }, to));
    const stored = [...table.store.stored(), commitOf('unique-f00', 1)];
    expect(stored.map(({ stream }) => stream).toSorted()).toEqual([
      ...['enrolment-c1', 'enrolment-e1', 'tag-course.c1', 'tag-course.c1', 'tag-student.s1', 'unique-f00'],
    ]);
    const over = publishing();
    await publish(over, stored);
    expect(over.bus.sent.map(({ detailType, resources }) => [detailType, ...resources])).toEqual([
      ['enrolment.commit', 'enrolment-c1'],
      ['enrolment.commit', 'enrolment-e1'],
    ]);
  });

  it('sends again only what failed, as often as it takes', async () => {
    const to = publishing();
    to.bus.failing.push([1, 3], [0], [0]);
    await publish(to, numbered(5));
    expect(sentOf(to)).toEqual([1, 3, 5, 4, 2]);
    expect(to.log.lines.map(({ fields }) => fields?.failed)).toEqual([2, 1, 1]);
    expect(to.clock.now()).toBeGreaterThan(memoryClock().now());
  });

  it('throws when some still fail, and has sent the others', async () => {
    const to = publishing();
    to.bus.failing.push([2], [0], [0], [0], [0], [0]);
    await expect(publish(to, numbered(4))).rejects.toThrow(NotSent);
    expect(sentOf(to)).toEqual([1, 2, 4]);
  });
});

import { expect, it } from 'vitest';
import type { StoredEvent } from '../../../lib/core/commit.ts';
import { closedBy, listsDeadlines } from '../../../lib/core/process/rest.ts';

const event = (type: string, data: object): StoredEvent => ({ type, v: 1, data });
const at = '2026-11-29T12:00:00.000Z';
const deadline = { name: 'payment', setBy: 1 };
const ended = event('StepEnded', { status: 'running', sends: 0, deferred: 0 });
const reacted = (what: object = {}) =>
  event('Reacted', {
    number: 1,
    occasion: { event: { id: 'a/1', type: 'A', at } },
    at,
    correlation: 'c',
    sends: [],
    set: [],
    cancelled: [],
    ...what,
  });

it.each<[string, StoredEvent, lists: boolean, closes: number]>([
  ['that sets none', reacted(), false, 0],
  ['that sets one', reacted({ set: [{ name: 'payment', at }] }), true, 0],
  ['that cancels one', reacted({ cancelled: [deadline] }), false, 1],
  ['to one that fired', reacted({ occasion: { deadline: { ...deadline, dueAt: at } } }), false, 1],
  ['that ends with one open', event('Ended', { how: 'undone', cancelled: [deadline] }), false, 1],
  ['that resumes', event('InstanceResumed', { by: 'olga', why: 'seen to' }), true, 0],
])('a step %s says which deadlines are to be listed and to be removed', (_, said, lists, closes) => {
  const commit = { stream: 'watch-1', events: [said, ended] };
  expect(listsDeadlines(commit)).toBe(lists);
  expect(closedBy(commit)).toEqual(Array.from({ length: closes }, () => ({ instance: 'watch-1', ...deadline })));
});

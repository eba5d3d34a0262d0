import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../lib/core/commit.ts';
import { rests } from '../../../lib/core/process/rest.ts';

const event = (type: string, data: object): StoredEvent => ({ type, v: 1, data });
const at = '2026-11-29T12:00:00.000Z';
const deadline = { name: 'payment', setBy: 1 };
const ended = (open: object = {}) => event('StepEnded', { status: 'running', sends: 0, deferred: 0, ...open });
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
const commit = (...events: StoredEvent[]) => ({ stream: 'watch-1', events });

describe('a step', () => {
  it('rests when it leaves neither commands, nor causes, nor a deadline to see to', () => {
    expect(rests(commit(ended()))).toBe(true);
    expect(rests(commit(reacted(), event('Remembered', {}), ended()))).toBe(true);
    expect(rests(commit(reacted(), event('Ended', { how: 'completed', cancelled: [] }), ended({ status: 'ended' })))).toBe(true);
  });

  it.each([
    ['a command', [ended({ sends: 1 })]],
    ['a deferred cause', [ended({ deferred: 1 })]],
    ['a deadline to come', [ended({ due: at })]],
    ['a deadline that it set', [reacted({ set: [{ name: 'payment', at }] }), ended()]],
    ['a deadline that it cancelled', [reacted({ cancelled: [deadline] }), ended()]],
    ['a deadline that fired', [reacted({ occasion: { deadline: { ...deadline, dueAt: at } } }), ended()]],
    ['a deadline that its end cancelled', [event('Ended', { how: 'undone', cancelled: [deadline] }), ended({ status: 'ended' })]],
    ['deadlines to be listed again', [event('InstanceResumed', { by: 'olga', why: 'seen to' }), ended()]],
    ['no word of it', [reacted()]],
  ])('does not rest with %s', (_, events) => expect(rests(commit(...events))).toBe(false));
});

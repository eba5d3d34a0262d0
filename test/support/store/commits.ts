import { randomBytes, randomUUID } from 'node:crypto';
import type { Commit } from '../../../lib/core/commit.ts';

/** A stream that no other test uses, so that suites can share a table. */
export const freshStream = (category = 'account'): string => `${category}-${randomUUID()}`;

/** A commit of one event, unless told otherwise. */
export const commitOf = (stream: string, commit: number, over: Partial<Commit> = {}): Commit => ({
  stream,
  commit,
  version: commit,
  events: [{ type: 'MoneyDeposited', v: 2, data: { amount: commit, currency: 'EUR' } }],
  command: `http/${randomUUID()}`,
  at: '2026-11-21T12:00:00.000Z',
  meta: { actor: 'ada', correlation: 'c-1', causation: 'request-1' },
  ...over,
});

/** A commit with one event that holds a text of so many characters, which hardly deflates. */
export const commitWith = (stream: string, commit: number, characters: number): Commit =>
  commitOf(stream, commit, {
    events: [{ type: 'Noted', v: 1, data: { text: randomBytes(characters).toString('base64').slice(0, characters) } }],
  });

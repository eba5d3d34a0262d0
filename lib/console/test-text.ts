import type { Manifest } from '../core/manifest.ts';
import type { Message } from '../core/message.ts';
import { eventsIn } from '../engine/store/fold-commit.ts';
import { isPurged } from '../engine/store/purged.ts';
import { literal } from './literal.ts';
import { deciderOf, type Opened } from './opened.ts';

/** A longer history makes no test that anybody reads. */
export const mostCommits = 300;

export class NoTest extends Error {}

export const messages = (events: readonly Message[]): readonly Message[] => events.map(({ type, data }) => ({ type, data }));

/** The events of each of the first commits, in today's shapes. */
export const eventsUpTo = (manifest: Manifest, { stream, commits }: Opened, to: number): readonly (readonly Message[])[] => {
  const decider = deciderOf(manifest, stream);
  if (!decider) throw new NoTest(`No code of the domain folds ${stream}.`);
  if (commits.some(isPurged)) throw new NoTest('The stream was purged.');
  return commits.slice(0, to).map((commit) => messages(eventsIn(decider.events, commit)));
};

export type Written = Readonly<{ uses: readonly string[]; from?: string; setUp: string; title: string; body: string }>;

export const written = ({ uses, from = 'foldstream/testing', setUp, title, body }: Written): string =>
  [
    `import { ${uses.join(', ')} } from '${from}';`,
    `import { ${body.includes('expect(') ? 'expect, ' : ''}test } from 'vitest';`,
    `import { manifest } from '#manifest';`,
    '',
    '// Imported from its own module it gives the test its types.',
    setUp,
    '',
    `test(${literal(title)}, () => {`,
    body,
    '});',
    '',
  ].join('\n');

/** The events as arguments, one a line. */
export const lines = (given: readonly unknown[]): string => given.map((each) => `    ${literal(each, '    ')},\n`).join('');
export const called = (given: readonly unknown[]): string => (given.length === 0 ? '()' : `(\n${lines(given)}  )`);

/** Commit n of a test is at minute n. */
export const minute = (n: number): string => new Date(Date.UTC(2026, 10, 21, 12, n)).toISOString();

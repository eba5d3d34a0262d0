import { createHash } from 'node:crypto';
import type { Commit } from '../../../lib/core/commit.ts';
import { chainEnd } from '../../../lib/engine/store/known.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** A history whose chain holds. */
export const chained = (stream: string, events: readonly Commit['events'][]): readonly Commit[] => {
  const commits: Commit[] = [];
  let [version, prev] = [0, ''];
  for (const [i, of] of events.entries()) {
    version += of.length;
    const commit: Commit = {
      ...{
        stream,
        commit: i + 1,
        version,
        events: of,
        command: `http/${i}`,
        at: new Date(Date.UTC(2026, 10, 25) + i * 1_000).toISOString(),
      },
      meta: { actor: 'ada', correlation: `c-${i}`, causation: `r-${i}` },
      ...(prev !== '' && { prev }),
    };
    prev = chainEnd({ hash }, commit).hash;
    commits.push(commit);
  }
  return commits;
};

export const opened = { type: 'AccountOpened', v: 1, data: { owner: 'ada', currency: 'EUR' } };
export const deposited = (amount: number) => ({ type: 'MoneyDeposited', v: 1, data: { amount, currency: 'EUR' } });
export const withdrawn = (amount: number) => ({ type: 'MoneyWithdrawn', v: 1, data: { amount, currency: 'EUR' } });

/** An account of so many commits, with money that comes and goes. */
export const longAccount = (id: string, commits: number): readonly Commit[] =>
  chained(`account-${id}`, [
    [opened],
    ...Array.from({ length: commits - 1 }, (_, i) => [i % 3 === 2 ? withdrawn(2) : deposited(5)]),
  ]);

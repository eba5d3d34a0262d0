import { describe, expect, it } from 'vitest';
import { traceLines } from '../../../lib/cli/history/trace.ts';
import type { Trace, TracedStep } from '../../../lib/engine/history/trace.ts';

const from = '2026-11-21T12:00:00.000Z';
const step = (
  stream: string,
  commit: number,
  afterMilliseconds: number,
  says: string,
  followed: readonly TracedStep[] = [],
): TracedStep => ({
  ...{
    stream,
    commit,
    version: commit,
    at: from,
    afterMilliseconds,
    came: 'reaction',
    command: 'process/x',
    actor: 'transferProcess',
    events: [],
  },
  says,
  followed,
});
const asked = (given: TracedStep): TracedStep => ({ ...given, came: 'command', actor: 'sub-1' });

const trace: Trace = {
  ...{ correlation: 'docs-1', from, milliseconds: 10_250, commits: 5, missing: [], cut: false },
  steps: [
    asked(
      step('transfer-t1', 1, 0, 'TransferRequested', [
        step('transferProcess-t1', 1, 400, 'on TransferRequested: sends Debit to account-a1', [
          step('account-a1', 3, 500, 'Debit: MoneyDebited', [step('fraudWatch-a1', 7, 900, 'on MoneyDebited')]),
        ]),
        step('audit-t1', 1, 450, 'on TransferRequested'),
      ]),
    ),
  ],
  instances: [{ instance: 'transferProcess-t1', status: 'stuck', story: 'TransferRequested -> stuck' }],
  waits: [
    { instance: 'transferProcess-t1', for: 'person', status: 'stuck', why: 'account-a1 refused Credit: account-not-open' },
    { instance: 'transferProcess-t1', for: 'outcome', command: 'Credit', to: 'account-a2', since: from },
    { instance: 'transferProcess-t1', for: 'deadline', name: 'debit', until: from },
  ],
};

describe('the lines of a trace', () => {
  it('are a tree that explains itself', () => {
    expect(
      traceLines(trace).join('\n'),
    ).toBe(`docs-1: 5 commits within 10.250 s, from 2026-11-21T12:00:00.000Z. It waits, see below.
Each line is a commit: how long after the first, in which stream, its number there, and what happened. Below it, indented, what followed from it.

+0.000 s  transfer-t1 #1           TransferRequested, asked for by sub-1
+0.400 s  ├ transferProcess-t1 #1  on TransferRequested: sends Debit to account-a1
+0.500 s  │ └ account-a1 #3        Debit: MoneyDebited
+0.900 s  │   └ fraudWatch-a1 #7   on MoneyDebited
+0.450 s  └ audit-t1 #1            on TransferRequested

transferProcess-t1 (stuck):
  TransferRequested -> stuck

What waits:
  transferProcess-t1 for a person: it is stuck (account-a1 refused Credit: account-not-open)
  transferProcess-t1 for the outcome of Credit to account-a2, sent at 2026-11-21T12:00:00.000Z
  transferProcess-t1 for the deadline 'debit' at 2026-11-21T12:00:00.000Z, if nothing comes before it`);
  });

  it('break a long story where it goes on', () => {
    const [instance] = trace.instances;
    const story = Array.from({ length: 9 }, (_, i) => `Debit to account-a${i}: done (commit 3)`).join(' -> ');
    const lines = traceLines({ ...trace, instances: [{ ...instance!, story }], waits: [] });
    const told = lines.slice(lines.indexOf('transferProcess-t1 (stuck):') + 1);
    expect(told.join('').replaceAll('  ', ' ')).toBe(` ${story}`);
    expect([told.length, Math.max(...told.map(({ length }) => length))]).toEqual([5, 81]);
  });

  it('say what is missing, and that there is more', () => {
    const lines = traceLines({ ...trace, waits: [], missing: [{ stream: 'account-a1', commit: 9 }], cut: true });
    expect(lines[0]).toContain('Nothing waits.');
    expect(lines.slice(-4)).toEqual([
      'Spoken of, and not found:',
      '  account-a1 #9',
      '',
      'There is more of it than a trace takes.',
    ]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { manifest } from '../../../domains/contexts.ts';
import { matchUnder } from '../../../domains/match/decider.ts';
import { rules } from '../../../domains/match/three-in-line.ts';
import { replayUnder } from '../../../lib/cli/history/replay.ts';
import { rulesVerb } from '../../../lib/cli/history/rules.ts';
import {
  type AnyDecider,
  type Commit,
  decide,
  fold,
  isRefusal,
  type Message,
  otherRules,
  storeEvent,
} from '../../../lib/index.ts';

const match = manifest.aggregates.find(({ category }) => category === 'match') as AnyDecider;
const size = { columns: 7, rows: 6, inLine: 4 };

/** The history that commands lead to, each sent by ada or bob. */
const played = (id: string, ...commands: readonly (readonly ['ada' | 'bob', Message])[]): readonly Commit[] => {
  let state: unknown = match.initial;
  let version = 0;
  return commands.map(([player, command], i) => {
    const at = new Date(Date.UTC(2026, 10, 21, 12, i)).toISOString();
    const events = decide(match, state, command, { id, actor: { id: player, kind: 'user', roles: [] }, at });
    if (isRefusal(events)) throw new Error(events.refused);
    state = fold(match, state, events);
    version += events.length;
    const meta = { actor: player, correlation: 'c', causation: 'c' };
    return {
      stream: `match-${id}`,
      commit: i + 1,
      version,
      events: events.map((event) => storeEvent(match.events, event)),
      command: `request/${i}`,
      at,
      meta,
    };
  });
};
const opening = [
  ['ada', { type: 'Open', data: size }],
  ['bob', { type: 'Join', data: {} }],
] as const;
const drops = (...columns: readonly number[]) =>
  columns.map((column, i) => [i % 2 === 0 ? 'ada' : 'bob', { type: 'Drop', data: { column } }] as const);
const giveUp = ['ada', { type: 'GiveUp', data: {} }] as const;

const history = [
  ...played('short', ...opening, ...drops(0, 6), giveUp),
  // Three in a line after the fifth disc; four after the ninth.
  ...played('long', ...opening, ...drops(0, 6, 1, 6, 2, 5, 4, 5, 3)),
];

const folder = mkdtempSync(join(tmpdir(), 'foldstream-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));
const against = join(folder, 'history.ndjson');
writeFileSync(against, history.map((commit) => `${JSON.stringify(commit)}\n`).join(''));
const three = join(import.meta.dirname, '../../../domains/match/three-in-line.ts');

const replayed = (other: typeof rules) => {
  const replay = replayUnder(match, other);
  for (const commit of history) replay.commit(commit);
  return replay.report();
};

describe('a history under other rules', () => {
  it('is the same under the same rules', () => {
    const same = otherRules(
      matchUnder((opened) => opened),
      rules.asked as never,
    );
    expect(replayed(same).map(({ departs, changes, refused }) => ({ departs, changes, refused }))).toEqual([
      { departs: undefined, changes: [], refused: {} },
      { departs: undefined, changes: [], refused: {} },
    ]);
  });

  it('departs where a command would have led to something else, and goes on from there', () => {
    const [, long] = replayed(rules);
    expect(long).toMatchObject({
      stream: 'match-long',
      commits: 11,
      departs: { commit: 7, recorded: [{ type: 'DiscDropped' }], instead: [{ type: 'DiscDropped' }, { type: 'MatchWon' }] },
      refused: { 'not-playing': 4 },
    });
    expect(long?.changes).toContainEqual({ path: '/board/3', from: 'o', to: '' });
  });

  it('takes the commits of a stream in their order, and repeated ones once', () => {
    const replay = replayUnder(match, rules);
    for (const commit of [history[0]!, history[0]!, history[1]!]) replay.commit(commit);
    expect(replay.report()).toMatchObject([{ commits: 2 }]);
    expect(() => replay.commit(history[3]!)).toThrow('match-short: commit 3 is missing.');
  });
});

describe('foldstream check --rules', () => {
  it('says what would have come of it', async () => {
    const { lines } = await rulesVerb({ manifest, against, rules: three });
    expect(lines[0]).toMatch(/^2 streams of match decided anew under .*: 1 came to the same, 1 to something else\.$/);
    expect(lines.join('\n')).toContain('refused in all: 4 not-playing');
    expect(lines.join('\n')).toContain('/board/3 was "o", would be ""');
  });

  it('names what is wrong with the rules or the export', async () => {
    await expect(rulesVerb({ manifest, against, rules: join(folder, 'none.ts') })).rejects.toThrow(/There is no file .*none\.ts/);
    writeFileSync(join(folder, 'empty.mjs'), 'export const other = 1;\n');
    await expect(rulesVerb({ manifest, against, rules: join(folder, 'empty.mjs') })).rejects.toThrow(/exports no rules/);
    writeFileSync(join(folder, 'other.ndjson'), `${JSON.stringify({ ...history[0], stream: 'account-a' })}\n`);
    await expect(rulesVerb({ manifest, against: join(folder, 'other.ndjson'), rules: three })).rejects.toThrow(
      /holds no commit of match/,
    );
    const without = { ...manifest, aggregates: [] };
    await expect(rulesVerb({ manifest: without, against, rules: three })).rejects.toThrow(/no such aggregate/);
  });
});

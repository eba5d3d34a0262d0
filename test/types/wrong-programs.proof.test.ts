import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const folder = 'test/types/wrong';
const programs = readdirSync(join(root, folder), { encoding: 'utf8', recursive: true }).filter(
  (file) => file.endsWith('.ts') && file !== 'right.ts',
);

/** One run of the compiler over all programs: the first line of the first message about each. */
const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], {
  cwd: root,
  encoding: 'utf8',
});
const firstLines = new Map(
  [...stdout.matchAll(/^(\S+)\(\d+,\d+\): error TS\d+: (.*)$/gm)]
    .reverse()
    .map(([, file = '', message = '']) => [file.slice(folder.length + 1), message]),
);

describe('a wrong program', () => {
  it.each(programs)('%s does not compile, and the first line of the message names the culprit', (file) => {
    const [, culprit = ''] = /The compiler names: (.*)/.exec(readFileSync(join(root, folder, file), 'utf8')) ?? [];
    const message = firstLines.get(file) ?? '';
    expect(culprit).not.toBe('');
    expect(message.slice(0, 160)).toContain(culprit);
    expect(message.length).toBeLessThanOrEqual(400);
  });

  it('is the only one that does not compile', () => {
    expect(programs.length).toBeGreaterThanOrEqual(7);
    expect([...firstLines.keys()].sort()).toEqual(programs.toSorted());
  });
});

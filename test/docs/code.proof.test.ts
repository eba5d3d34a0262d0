import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../docs/site/repository.ts';
import { asFiles } from './blocks.ts';

const folder = '.cache/docs-blocks';
const files = asFiles(folder);

rmSync(join(root, folder), { recursive: true, force: true });
for (const [file, text] of files) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}
const config = {
  extends: '../../tsconfig.json',
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
  include: ['**/*.ts'],
  exclude: [],
};
writeFileSync(join(root, folder, 'tsconfig.json'), JSON.stringify(config));

describe('the code blocks of the pages', () => {
  it('compile, all in one run of the compiler', () => {
    expect(files.size).toBeGreaterThan(30);
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--checkers', '1'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout.trim()).toBe('');
  });
});

/** A test that a page shows is run as it stands there. */
const shown = [...files.keys()].filter((file) => file.endsWith('.test.ts'));
expect(shown.length).toBeGreaterThan(1);
for (const file of shown) await import(/* @vite-ignore */ join(root, file));

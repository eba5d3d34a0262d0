import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { dependencies, devDependencies, faultOf, projectFiles, version } from '../../create/project.mjs';
import { fields } from '../../lib/core/settings/fields.ts';
import own from '../../package.json' with { type: 'json' };

const create = join(import.meta.dirname, '../../create/index.mjs');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'foldstream-create-')));
afterAll(() => rmSync(folder, { recursive: true }));

/** The text and the exit code of `npm create foldstream`, without a terminal. */
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [create, ...args], { cwd: folder }).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, text: stderr }),
  );

describe('npm create foldstream', () => {
  it('writes projects for the versions that this repository is tested with', () => {
    const tested: Readonly<Record<string, string>> = { ...own.dependencies, ...own.devDependencies };
    for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies }))
      expect(`${name} ${range.replace('^', '')}`).toBe(`${name} ${tested[name]}`);
    expect(version).toBe(own.version);
    expect(JSON.parse(projectFiles({ name: 'shop', region: 'eu-west-1' })['package.json']!).dependencies.foldstream).toBe(
      `^${own.version}`,
    );
  });

  it('fills the name and the region in everywhere', () => {
    const files = projectFiles({ name: 'shop', region: 'us-east-2' });
    const text = Object.entries(files).flat().join('\n');
    expect(text).not.toMatch(/my-app|eu-central-1/);
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining(['.gitignore', '.github/workflows/deploy.yml', 'domains/index.ts']),
    );
  });

  it('takes only names that a stack can have', () =>
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/)), (name) => {
        if (faultOf(name) === undefined) expect(fields.app.schema.safeParse(name).success).toBe(true);
      }),
    ));

  it('refuses a folder with files, a wrong name, region or option, and writes nothing', async () => {
    writeFileSync(join(folder, 'mine.txt'), '');
    expect(await run('.', '--yes')).toEqual({ code: 1, text: '. has files already: name a new folder, or an empty one.\n' });
    expect(await run('mine.txt', '--yes')).toMatchObject({ code: 1, text: expect.stringContaining('is a file') });
    expect(await run('My App', '--yes')).toMatchObject({
      code: 1,
      text: expect.stringContaining("'my app' cannot name a project"),
    });
    expect(await run('shop', '--region', 'europe')).toMatchObject({ code: 1, text: expect.stringContaining('no AWS region') });
    expect(await run('shop', '--regoin', 'x')).toMatchObject({ code: 1, text: expect.stringContaining('--regoin') });
    expect(readdirSync(folder)).toEqual(['mine.txt']);
  });

  it('says what to do next', async () =>
    expect(await run('shop', '--yes')).toEqual({
      code: 0,
      text: expect.stringContaining('  cd shop\n  npm install\n  npm start'),
    }));
});

import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const home = resolve(import.meta.dirname, '../../..');
const scratch = mkdtempSync(join(tmpdir(), 'foldstream-clone-'));
symlinkSync(join(home, 'node_modules'), join(scratch, 'node_modules'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The functions that are bundled as they are: one with a bundle without keys, one with a file beside its code. All are bundled alike, and that takes most of the time. */
const bundled = ['command.ts', 'ops.ts'];

test('two clones synthesize the same template', async () => {
  const synthesized = ['one', 'the/other'].map(async (clone) => {
    const at = join(scratch, clone);
    for (const part of ['bin', 'domains', 'events', 'functions', 'lib', 'package.json', 'cdk.json'])
      cpSync(join(home, part), join(at, part), { recursive: true });
    for (const file of readdirSync(join(at, 'functions')).filter((name) => !bundled.includes(name)))
      writeFileSync(join(at, 'functions', file), 'export const handler = () => {};\n');
    // Without CDK's own check of the template, which takes longest and says nothing about its being the same.
    const context = JSON.stringify({ manifest: 'domains/index.ts' });
    const env = { ...process.env, CDK_VALIDATION: 'false', CDK_OUTDIR: join(at, 'cdk.out'), CDK_CONTEXT_JSON: context };
    await promisify(execFile)(process.execPath, ['bin/app.ts'], { cwd: at, env });
    return readFileSync(join(at, 'cdk.out', 'foldstream-dev.template.json'), 'utf8');
  });
  const [one, other] = await Promise.all(synthesized);
  expect(one).toBe(other);
  expect(one?.includes(scratch)).toBe(false);
});

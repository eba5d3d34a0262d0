import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { bootstrapArgs, cdkFailure, deployArgs } from '../../../lib/cli/local/deploy.ts';
import { killGroup, RunError, run } from '../../../lib/cli/terminal/run.ts';

const common = { endpoint: 'http://127.0.0.1:1', logFile: 'log', outputsFile: 'out.json', outDir: 'cdk.out' };

test('the arguments of a deployment', () => {
  const line = deployArgs({ ...common, app: 'node app.ts', context: { stage: 'dev' } }).join(' ');
  expect(line).toMatch(/^deploy --all --require-approval never .* --method direct /);
  expect(line).toMatch(
    /--outputs-file out\.json --output cdk\.out --app node app\.ts --context plainHttp=true --context localCloud=http:\/\/127\.0\.0\.1:1 --context nested=false --context accountConcurrency=100000 --context maximumConcurrency=2 --context stage=dev$/,
  );
  expect(deployArgs(common)).not.toContain('--app');
});

test('to prepare a local cloud no app is synthesized: an empty one takes the place of that of cdk.json', () => {
  expect(bootstrapArgs('aws://1/x')).toEqual(['bootstrap', 'aws://1/x', '--app', '']);
});

test('a failed deployment shows what failed, not how the assets were published', () => {
  const events = ['App: start: Building Code', 'App | 3/9 | CREATE_FAILED | AWS::Lambda::Function | Command: no such role'];
  const later = Array.from({ length: 20 }, (_, index) => `line ${index}`);
  const error = cdkFailure(
    'deploy',
    new RunError('cdk', 1, [...events, ...later, '❌  App failed'].join('\n')),
    '.cache/cdk.log',
  );
  expect(error.message).toContain('CREATE_FAILED | AWS::Lambda::Function | Command: no such role');
  expect(error.message).toContain('❌  App failed');
  expect(error.message).not.toMatch(/Building|line 3\b/);
  expect(error.hint).toBe('All of it: .cache/cdk.log');
});

test('an aborted program takes everything that it started with it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'run-'));
  const controller = new AbortController();
  // The shell's number is that of the group, in which its child lives too.
  const running = run('/bin/sh', ['-c', 'sleep 60 & echo $$ > pid; wait'], { cwd: dir, signal: controller.signal });
  const group = await vi.waitFor(() => Number(readFileSync(join(dir, 'pid'), 'utf8')) || Promise.reject());
  expect(killGroup(group, 0)).toBe(true);
  controller.abort(new Error('enough'));
  // The child holds the output open: only with its end does this settle.
  await expect(running).rejects.toThrow('enough');
  rmSync(dir, { recursive: true });
});

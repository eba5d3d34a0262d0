import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('an invalid setting of a deployment is reported in one sentence, without a stack trace', () => {
  const root = join(import.meta.dirname, '../..');
  const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ stage: 'staging' }), NODE_OPTIONS: '' };
  const { status, stderr } = spawnSync(process.execPath, ['bin/app.ts'], { cwd: root, env, encoding: 'utf8' });
  expect(stderr).toBe("There is no stage 'staging': use -c stage=dev or -c stage=prod.\n");
  expect(status).toBe(1);
});

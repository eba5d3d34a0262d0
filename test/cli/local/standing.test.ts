import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand, type StackStatus } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { standing } from '../../../lib/cli/local/deploy.ts';

describe('after a refused deployment', () => {
  const mock = mockClient(CloudFormationClient);
  const dir = mkdtempSync(join(tmpdir(), 'standing-'));
  const where = { endpoint: 'http://127.0.0.1:1', outputsFile: join(dir, 'outputs.json') };
  afterAll(() => {
    mock.restore();
    rmSync(dir, { recursive: true });
  });
  beforeEach(() => mock.reset());
  const isNow = (StackStatus: StackStatus) =>
    mock.on(DescribeStacksCommand, { StackName: 'shop' }).resolves({
      Stacks: [
        { StackName: 'shop', StackStatus, CreationTime: new Date(0), Outputs: [{ OutputKey: 'ApiId', OutputValue: 'a' }] },
      ],
    });

  it('is nothing before anything was deployed', async () => expect(await standing(where)).toBeUndefined());

  it('is what stood before, with its outputs as they are now', async () => {
    writeFileSync(where.outputsFile, JSON.stringify({ shop: { ApiId: 'an old one' } }));
    isNow('UPDATE_ROLLBACK_COMPLETE');
    expect(await standing(where)).toEqual({ shop: { ApiId: 'a' } });
  });

  it('is nothing that goes on where it could not be undone, or is gone', async () => {
    writeFileSync(where.outputsFile, JSON.stringify({ shop: { ApiId: 'an old one' } }));
    for (const status of ['UPDATE_ROLLBACK_FAILED', 'ROLLBACK_COMPLETE'] as const) {
      isNow(status);
      expect(await standing(where)).toBeUndefined();
    }
    isNow('UPDATE_COMPLETE');
    mock.on(DescribeStacksCommand, { StackName: 'views' }).resolves({ Stacks: [] });
    writeFileSync(where.outputsFile, JSON.stringify({ shop: { ApiId: 'a' }, views: {} }));
    expect(await standing(where)).toBeUndefined();
    mock.on(DescribeStacksCommand).resolves({ Stacks: [] });
    expect(await standing(where)).toBeUndefined();
  });
});

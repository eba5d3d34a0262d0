import { expect, it } from 'vitest';
import { s3 } from '../../../lib/aws/deployment/buckets.ts';
import { workers } from '../../../lib/aws/deployment/workers.ts';

it('a worker of a rebuild is called once by its client: the caller repeats, and knows how long it has', async () =>
  expect(await workers().config.maxAttempts()).toBe(1));

it('a bucket is named in the path, since on a local cloud its name is no host', () =>
  expect(s3().config.forcePathStyle).toBe(true));

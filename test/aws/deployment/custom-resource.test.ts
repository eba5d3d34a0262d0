import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answerCloudFormation } from '../../../lib/aws/deployment/custom-resource.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';

describe('an answer to CloudFormation, which asks once', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });
  const event = { ResponseURL: 'https://answers', RequestId: 'r' } as CloudFormationCustomResourceEvent;
  const answered = async (...outcomes: (number | 'cut off')[]) => {
    const put: unknown[] = [];
    vi.stubGlobal('fetch', async (url: string, { body }: { body: Uint8Array }) => {
      put.push([url, JSON.parse(new TextDecoder().decode(body))]);
      const outcome = outcomes[put.length - 1] ?? 200;
      if (outcome === 'cut off') throw new TypeError('fetch failed');
      return { ok: outcome === 200, status: outcome };
    });
    const failure = await answerCloudFormation(memoryClock(), event, { resource: 'tables' }).catch(
      (error: Error) => error.message,
    );
    return { put, failure };
  };
  const success = ['https://answers', expect.objectContaining({ Status: 'SUCCESS', RequestId: 'r' })];

  it('is given once where it is taken', async () => {
    expect(await answered()).toEqual({ put: [success], failure: undefined });
  });

  it('is given again where it was not taken, or the connection broke', async () => {
    expect(await answered(503, 'cut off')).toEqual({ put: [success, success, success], failure: undefined });
  });

  it('fails the run after three times, so that Lambda makes another', async () => {
    expect(await answered(503, 503, 503)).toEqual({
      put: [success, success, success],
      failure: 'CloudFormation did not take the answer: it answered 503.',
    });
    expect(await answered('cut off', 'cut off', 'cut off')).toEqual({
      put: [success, success, success],
      failure: 'CloudFormation did not take the answer: fetch failed',
    });
  });
});

import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answerCloudFormation } from '../../../lib/aws/deployment/custom-resource.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';

describe('an answer to CloudFormation, which asks once', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });
  const event = { ResponseURL: 'https://answers', RequestId: 'r' } as CloudFormationCustomResourceEvent;
  /** The response: its bytes, and its parsed body. */
  const sent = async (answer: Parameters<typeof answerCloudFormation>[2], request = event) => {
    const bodies: Uint8Array[] = [];
    vi.stubGlobal('fetch', async (_: string, { body }: { body: Uint8Array }) => {
      bodies.push(body);
      return { ok: true };
    });
    await answerCloudFormation(memoryClock(), request, answer);
    return { bytes: bodies[0]!.byteLength, told: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bodies[0])) };
  };
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
      failure: 'CloudFormation did not accept the answer: it answered 503.',
    });
    expect(await answered('cut off', 'cut off', 'cut off')).toEqual({
      put: [success, success, success],
      failure: 'CloudFormation did not accept the answer: fetch failed',
    });
  });

  it('never has more bytes than CloudFormation takes, and keeps how the reason begins and ends', async () => {
    const anyCharacter = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));
    const piece = fc.oneof(fc.constantFrom('a', '"', '\n', '\u0001', 'ä', '€', '😀', '\ud800'), anyCharacter);
    const text = fc.tuple(fc.array(piece, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 300 }));
    const id = (most: number) => fc.nat(most).map((length) => 'i'.repeat(length));
    await fc.assert(
      fc.asyncProperty(text, id(1_024), id(300), async ([pieces, times], resource, StackId) => {
        const refused = `The first sentence.${pieces.join('').repeat(times)} Do this next.`;
        const { bytes, told } = await sent({ resource, refused }, { ...event, StackId });
        expect(bytes).toBeLessThanOrEqual(4_096);
        expect(told).toMatchObject({ Status: 'FAILED', PhysicalResourceId: resource, StackId, RequestId: 'r' });
        if (told.Reason === refused) return;
        // As much of it as there is room for, to the character.
        expect(bytes).toBeGreaterThan(4_096 - 6);
        const [head, tail] = told.Reason.split(' [cut here: the log of the function has the whole reason] ');
        expect(refused.startsWith(head) && refused.endsWith(tail)).toBe(true);
        expect([head.slice(0, 19), tail.slice(-14)]).toEqual(['The first sentence.', ' Do this next.']);
        if (refused.isWellFormed()) expect(told.Reason.isWellFormed()).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('says that it failed where its data is more than CloudFormation takes', async () => {
    const { bytes, told } = await sent({ resource: 'tables', data: { Stream: 's'.repeat(4_096) } });
    expect([bytes < 4_096, told.Status, told.Data]).toEqual([true, 'FAILED', undefined]);
    expect(told.Reason).toBe(
      'The answer to CloudFormation has 4183 bytes, and may have 4096: give the resource less data (Stream).',
    );
  });
});

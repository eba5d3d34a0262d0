import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { storedEvents } from '../../../lib/core/commit.ts';
import { readEvent, storeEvent, v1 } from '../../../lib/core/version.ts';
import { opened } from '../../../lib/engine/personal/open.ts';
import { sealCommit } from '../../../lib/engine/personal/seal.ts';
import { memoryBox, memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';
import { markOfPersonal, personalData } from '../../support/personal/schemas.ts';

describe('a schema with personal values at any depth', () => {
  it('comes out as it went in, and shows none of them in the stored JSON', async () => {
    let sealedValues = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(personalData, { minLength: 1, maxLength: 3 }), async (cases) => {
        const schema = z.object({ friend: z.string(), parts: z.tuple(cases.map((each) => each.schema) as never) });
        const formats = { Happened: v1(schema) };
        const given = { friend: 'f', parts: cases.map(({ value }) => value) };
        const event = storeEvent(formats, { type: 'Happened', data: given });
        const keys = memorySubjectKeys();
        const commit = {
          ...{ stream: 'case-c', commit: 1, version: 2, command: 'http/1', at: '2026-11-21T12:00:00.000Z' },
          ...{ meta: { actor: 'a', correlation: 'c', causation: 'r' }, events: [event, event] },
        };
        const answer = await sealCommit({ keys, box: memoryBox() }, commit, ({ of }) => (of ? 'f' : 'c'));
        if ('erased' in answer) throw new Error('erased');
        const json = JSON.stringify(answer.commit);
        expect(json).not.toMatch(markOfPersonal);
        for (const stored of storedEvents(JSON.parse(json))) {
          const { data } = readEvent(formats, stored);
          sealedValues += JSON.stringify(data).split('"~"').length - 1;
          expect(await opened({ keys, box: memoryBox() }, data)).toEqual(given);
        }
      }),
      { numRuns: 300 },
    );
    expect(sealedValues).toBeGreaterThan(400);
  });
});

import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkContracts } from '../../../lib/cli/contracts/check.ts';
import { draftsOf } from '../../../lib/cli/contracts/drafts.ts';
import { presentFormats, type Samples, toReleased } from '../../../lib/cli/contracts/present.ts';
import { personal } from '../../../lib/core/personal/personal.ts';
import { type Formats, v1 } from '../../../lib/core/version.ts';
import { jsonSchema } from '../../../lib/http/openapi/operation.ts';

const manifestOf = (events: Formats) =>
  ({ aggregates: [{ category: 'customer', events, commands: {}, initial: {}, decide: {}, evolve: {} }] }) as const;
const draft = (events: Formats): Samples =>
  Object.fromEntries(draftsOf(manifestOf(events), {}).map(({ name, content }) => [name, content]));
const faultsOf = (before: z.ZodType, after: Formats[string], given?: Samples) => {
  const samples = draft({ Moved: v1(before) });
  const released = toReleased(presentFormats(manifestOf({ Moved: v1(before) }), samples));
  return checkContracts(manifestOf({ Moved: after }), released, { ...samples, ...given }).faults.map(({ fault }) => fault);
};

const moved = z.object({ friend: z.string(), city: personal(z.string().max(9)), note: z.string() });

describe('a released format with personal values', () => {
  it('has a draft of a sample with them sealed, which is read', () => {
    const samples = draft({ Moved: v1(moved) });
    expect(samples['customer/Moved.v1']).toMatchObject({ data: { city: { of: 'someone' } } });
    expect(faultsOf(moved, v1(moved))).toEqual([]);
  });

  it.each<[string, z.ZodType, string]>([
    ['a plain value', moved.extend({ city: z.string().max(9) }), 'city was personal, and is plain now'],
    ['any value at all', moved.extend({ city: z.unknown() }), 'city was personal, and is plain now'],
    ['another subject', moved.extend({ city: personal(z.string().max(9), { of: 'friend' }) }), 'whose city is'],
    ['a value that is found', moved.extend({ city: personal(z.string().max(9), { find: true }) }), 'how it is found'],
    ['another schema within', moved.extend({ city: personal(z.string().max(5)) }), 'the maxLength of city changed from 9 to 5'],
  ])('cannot make of one %s in place', (_, schema, says) => {
    expect(faultsOf(moved, v1(schema)).join()).toContain(says);
  });

  it('cannot make a plain value personal in place', () => {
    expect(faultsOf(moved, v1(moved.extend({ note: personal(z.string()) }))).join()).toContain(
      'note was plain, and is personal now',
    );
  });

  it('gets a next version that moves or drops a sealed value, and none that must read it', () => {
    const next = z.object({ place: z.object({ city: personal(z.string().max(9)) }) });
    const format = v1(moved).next(next, ({ city }) => ({ place: { city } }));
    const later = draft({ Moved: format });
    expect(faultsOf(moved, format, later).filter((fault) => fault.includes('sample'))).toEqual([]);
    const plain = v1(moved).next(z.object({ city: z.string() }), ({ city }) => ({ city: city as never }));
    expect(faultsOf(moved, plain, draft({ Moved: plain })).join()).toContain('an upcaster may move or drop one');
    const reads = v1(moved).next(moved, (old) => ({ ...old, note: (old.city as unknown as string).toUpperCase() }));
    expect(faultsOf(moved, reads, draft({ Moved: reads })).join()).toContain('an upcaster may move or drop one');
  });

  it('names a field with the subject that there is', () => {
    const strange = moved.extend({ city: personal(z.string(), { of: 'freind' }) });
    const found = checkContracts(manifestOf({ Moved: v1(strange) }), {}, {}).faults.map(({ fault }) => fault);
    expect(found).toEqual(["A personal value's subject is said to be in 'freind', which is no required text of the event."]);
  });

  it('is described to callers as the value, or one of the marks in its place', () => {
    const { properties } = jsonSchema(moved) as { properties: Record<string, { anyOf: object[] }> };
    expect(properties.city!.anyOf).toMatchObject([
      { type: 'string', maxLength: 9 },
      { required: ['erased'] },
      { required: ['masked'] },
    ]);
    expect(JSON.stringify(properties)).not.toContain('x-personal');
  });
});

import fc from 'fast-check';
import * as z from 'zod';
import { personal } from '../../../lib/core/personal/personal.ts';

/** A schema, and a value that fits it. */
type Case = Readonly<{ schema: z.ZodType; value: unknown }>;

const name = fc.constantFrom('a', 'b', 'x/y', 'q~1', '~', 'of', 'ü');
const text = fc.string({ unit: 'binary', maxLength: 6 }).map((s) => s.replaceAll(/[\ud800-\udfff]/g, '?'));

const leaf = (mark: string): fc.Arbitrary<Case> =>
  fc.oneof(
    text.map((s) => ({ schema: z.string(), value: `${mark}${s}` })),
    fc.integer({ min: 0, max: 99 }).map((n) => ({ schema: z.int(), value: mark === '' ? n : 731_925_000 + n })),
    fc.constant({ schema: z.null(), value: null }),
  );

/** Schemas around others, each with a value that fits it. */
const around = (inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> =>
  fc.oneof(
    fc
      .dictionary(
        name.filter((n) => n !== '~'),
        inner,
        { maxKeys: 3 },
      )
      .map((of) => ({
        schema: z.object(Object.fromEntries(Object.entries(of).map(([n, { schema }]) => [n, schema]))),
        value: Object.fromEntries(Object.entries(of).map(([n, { value }]) => [n, value])),
      })),
    inner.chain(({ schema, value }) =>
      fc.integer({ min: 0, max: 3 }).map((n) => ({ schema: z.array(schema), value: Array(n).fill(value) })),
    ),
    fc.tuple(inner, inner).map(([a, b]) => ({ schema: z.tuple([a.schema, b.schema]), value: [a.value, b.value] })),
    inner.map(({ schema, value }) => ({ schema: z.record(z.string(), schema), value: { k: value, 'l/m': value } })),
    inner.map(({ schema, value }) => ({ schema: schema.nullable(), value })),
    fc.tuple(inner, fc.boolean()).map(([{ schema, value }, there]) => ({
      schema: z.object({ maybe: schema.optional() }),
      value: there ? { maybe: value } : {},
    })),
    inner.map(({ schema, value }) => ({
      schema: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('one'), it: schema }),
        z.object({ kind: z.literal('two'), other: z.string() }),
      ]),
      value: { kind: 'one', it: value },
    })),
    inner.map(({ schema, value }) => ({ schema: z.lazy(() => schema), value })),
  );

const deep = (of: fc.Arbitrary<Case>, levels: number): fc.Arbitrary<Case> =>
  levels === 0 ? of : fc.oneof(of, around(fc.oneof(of, deep(of, levels - 1))));

/** A personal value of any shape: everything in it is marked. */
const personalValue = fc
  .tuple(deep(leaf('MARKED'), 2), fc.boolean(), fc.boolean())
  .map(([{ schema, value }, find, ofFriend]) => ({
    schema: personal(schema, { find, ...(ofFriend && { of: 'friend' }) }),
    value,
  }));

/** Data with personal values at any depth. */
export const personalData = deep(fc.oneof(leaf(''), personalValue), 3);

/** What no text may show that holds such data sealed, or replaced. */
export const markOfPersonal = /MARKED|731925/;

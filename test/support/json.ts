import fc from 'fast-check';

/** Lists and maps in each other, so many levels deep. */
export const nested = (levels: number): unknown => {
  let value: unknown = levels % 2 === 0 ? [] : {};
  for (let level = 1; level < levels; level++) value = Array.isArray(value) ? { deeper: value } : [value];
  return value;
};

const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ min: -9.9e125, max: 9.9e125, noNaN: true }).filter((n) => n === 0 || Math.abs(n) >= 1e-130),
  fc.constantFrom(-0, 1e21, 2 ** 53, 1e-7, 9.9e125, 1e-130),
);
/** Any character that UTF-8 has, half surrogates not among them. As the unit `binary` of fast-check, which takes a second to set up. */
const character = fc.integer({ min: 0, max: 0x10ffff - 0x800 }).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));
const text = fc.string({ unit: character, maxLength: 12 });
const name = fc
  .oneof(text, fc.constantFrom('constructor', 'toString', 'S', 'N', 'length', 'hasOwnProperty', 'toJSON'))
  .filter((key) => key !== '' && key !== '__proto__');

/** Plain JSON data that can be stored. */
export const plainJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.constant(null), fc.boolean(), number, text, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
})).value;

/** Any value that a careless decider could come up with. */
export const anything: fc.Arbitrary<unknown> = fc.anything({
  key: text,
  // fast-check's default values, with well-formed texts.
  values: [fc.boolean(), fc.maxSafeInteger(), fc.double(), text, fc.oneof(text, fc.constantFrom(null, undefined))],
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withTypedArray: true,
  withSparseArray: true,
  withBoxedValues: true,
});

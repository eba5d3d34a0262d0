import assert from 'node:assert/strict';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromItem, toItem } from '../../../lib/aws/attributes.ts';
import { itemSize, mostSize } from '../../../lib/engine/store/size.ts';
import { levels, NotStorable, storable } from '../../../lib/engine/store/storable.ts';
import { anything, nested, plainJson } from '../../support/json.ts';

class Money {
  amount = 1;
}
const circle: { self?: unknown } = {};
circle.self = circle;

describe('storable', () => {
  it('takes all plain JSON within the limits, and it is read back as exactly that', () => {
    fc.assert(
      fc.property(plainJson, (data) => {
        const stored = storable(data);
        assert.deepStrictEqual(fromItem(toItem({ data: stored })), { data: stored });
        expect(canonicalize(stored)).toBe(canonicalize(data));
      }),
      { numRuns: 2_000 },
    );
  });

  it('of anything at all, takes only what is read back as exactly that', () => {
    fc.assert(
      fc.property(anything, (data) => {
        let stored: unknown;
        try {
          stored = storable(data);
        } catch (error) {
          expect(error).toBeInstanceOf(NotStorable);
          return;
        }
        assert.deepStrictEqual(fromItem(toItem({ data: stored })), { data: stored });
        expect(canonicalize(stored)).toBe(canonicalize(data));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each<[string, unknown, RegExp]>([
    ['NaN', { a: [1, Number.NaN] }, /^data\.a\[1\] is NaN/],
    ['infinity', { a: { b: -1 / 0 } }, /^data\.a\.b is -Infinity/],
    ['too small a number', 9.9e-131, /^data is 9\.9e-131: only 0 and magnitudes/],
    ['too large a number', [-1e126], /^data\[0\] is -1e\+126: only 0 and magnitudes/],
    ['half a character', { a: 'x\ud800' }, /^data\.a has an unpaired surrogate/],
    ['half a character in a name', { a: { '\udc00': 1 } }, /^A property's name in data\.a has an unpaired/],
    ['an empty name', { a: { '': 1 } }, /^data\.a has a property with an empty name/],
    ['__proto__', JSON.parse('{"a":{"__proto__":1}}'), /^data\.a has a property named __proto__/],
    ['nothing', undefined, /^data is of type undefined/],
    ['a hole', { a: [1, undefined] }, /^data\.a\[1\] is of type undefined/],
    ['a function', { a: () => 1 }, /^data\.a is of type function/],
    ['a symbol', { a: Symbol('a') }, /^data\.a is of type symbol/],
    ['a bigint', { a: 1n }, /^data\.a is of type bigint/],
    ['a date', { a: new Date(0) }, /^data\.a is of type Date: only plain objects/],
    ['an instance', { a: new Money() }, /^data\.a is of type Money: only plain objects/],
    ['a map', new Map(), /^data is of type Map/],
    ['bytes', new Uint8Array(1), /^data is of type Uint8Array/],
    ['what is nested too deep', nested(levels + 1), /is nested too deeply/],
    ['a circle', circle, /is nested too deeply/],
  ])('refuses %s, and says where', (_, data, message) => {
    expect(() => storable(data)).toThrow(NotStorable);
    expect(() => storable(data)).toThrow(message);
  });

  it('names the path by what the caller calls it', () => {
    expect(() => storable({ a: Number.NaN }, 'Deposited')).toThrow(/^Deposited\.a is NaN/);
  });

  it('drops what is undefined, and gives -0 as 0', () => {
    assert.deepStrictEqual(storable({ a: undefined, b: { c: undefined }, d: -0 }), { b: {}, d: 0 });
  });

  it('takes the deepest nesting', () => {
    expect(storable(nested(levels))).toEqual(nested(levels));
  });
});

describe('fromItem', () => {
  it('takes a name that JavaScript treats specially for a name', () => {
    const read = fromItem(JSON.parse('{"__proto__":{"M":{"a":{"N":"1"}}}}'));
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(JSON.stringify(read)).toBe('{"__proto__":{"a":1}}');
  });
});

describe('itemSize', () => {
  it('is never more than its bound', () => {
    const amount = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
    fc.assert(
      fc.property(fc.oneof(plainJson, amount, fc.constantFrom('日本', 'naïve')), (value) => {
        expect(mostSize({ '': value })).toBeGreaterThanOrEqual(itemSize({ '': value }));
      }),
      { numRuns: 500 },
    );
  });

  // The worked rule of DynamoDB's documentation.
  it.each<[object, number]>([
    [{ name: 'value' }, 9],
    [{ naïve: '日本' }, 12],
    [{ a: true, b: null }, 4],
    [{ a: [] }, 4],
    [{ a: {} }, 4],
    [{ a: ['x', 'yz'] }, 9],
    [{ a: { b: 'c' } }, 7],
    [{ a: undefined }, 0],
    [{ a: new Uint8Array(10) }, 11],
  ])('counts %j', (item, size) => {
    expect(itemSize(item)).toBe(size);
  });

  it.each([
    [0, 2],
    [7, 2],
    [100, 2],
    [12, 3],
    [-12, 4],
    [1234567890, 6],
    [0.001, 2],
    [1e21, 2],
    [1.25e-7, 3],
  ])('counts the number %d without the zeros around it', (value, size) => {
    expect(itemSize({ '': value })).toBe(size);
  });
});

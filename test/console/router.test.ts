import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { href, placeOf } from '../../console/router.ts';

it('an address leads to the place that it was made of, whatever ids have in them', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(fc.array(text), fc.dictionary(fc.stringMatching(/^[a-z]+$/), text), (path, query) => {
      const place = placeOf(href(path, query));
      expect(place.path).toEqual(path);
      expect(Object.fromEntries(place.query)).toEqual(query);
    }),
  );
});

it('an address that somebody has cut is no failure', () => {
  expect(placeOf('#/streams/account/%E0%A4').path).toEqual(['streams', 'account', '%E0%A4']);
  expect(placeOf('').path).toEqual([]);
});

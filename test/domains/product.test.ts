import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { product } from '../../domains/product/decider.ts';
import { type Price, priceAt, withPrice } from '../../domains/product/prices.ts';
import { catalogue } from '../../domains/product/projections/catalogue.ts';
import { priceHistory } from '../../domains/product/projections/price-history.ts';
import { type ProductEvent, productEvents } from '../../events/product.ts';
import { readEvent, user } from '../../lib/index.ts';
import { deciding, projecting } from '../../lib/testing/index.ts';

const given = deciding(product);
const at = '2026-11-21T12:00:00.000Z';
const later = '2026-12-01T00:00:00.000Z';
const texts = { name: 'Kettle', description: 'For two litres.' };
const listed = { type: 'ProductListed', data: { ...texts, currency: 'EUR' } } as const;
const renamed = (name: string) => ({ type: 'ProductRenamed', data: { name } }) as const;
const described = (description: string) => ({ type: 'ProductDescribed', data: { description } }) as const;
const priced = (price: number, from: string) => ({ type: 'PriceSet', data: { price, from } }) as const;
const withdrawn = { type: 'ProductWithdrawn', data: {} } as const;
const list = (over: object = {}) => ({ type: 'List', data: { ...listed.data, ...over } }) as const;
const setPrice = (price: number, from?: string) => ({ type: 'SetPrice', data: { price, ...(from && { from }) } }) as const;
const edit = (data: { name?: { to: string; saw: string }; description?: { to: string; saw: string } }) =>
  ({ type: 'Edit', data }) as const;
const withdraw = { type: 'Withdraw', data: {} } as const;

describe('a product', () => {
  it('is listed once, with a price or without', () => {
    given().when(list()).then(listed);
    given()
      .when(list({ price: 500 }))
      .then(listed, priced(500, at));
    given().when(list()).retrySafe();
    given(listed).when(list()).rejected('already-listed');
  });

  it('is withdrawn, and listed again with its prices in their currency', () => {
    given(listed).when(withdraw).then(withdrawn);
    given(listed, withdrawn).when(withdraw).then();
    given().when(withdraw).then();
    given(listed, withdrawn).when(list()).then(listed);
    given(listed, withdrawn)
      .when(list({ currency: 'USD' }))
      .rejected('currency-is-kept', { currency: 'EUR' });
  });

  it('is in the hands of operators', () => {
    for (const command of [list(), setPrice(5), edit({}), withdraw])
      given(listed)
        .when(command, { actor: user('ada') })
        .forbidden();
  });
});

describe('the price of a product', () => {
  it('holds at once, or from an instant that is not past', () => {
    given(listed).when(setPrice(500)).then(priced(500, at));
    given(listed).when(setPrice(500, later)).then(priced(500, later));
    given(listed).when(setPrice(500, '2026-12-01T01:00:00+01:00')).invalid('from');
    given(listed).when(setPrice(500, '2026-11-21T11:59:59.999Z')).rejected('in-the-past', { at });
  });

  it('is one of five hundred at most, of something that is for sale', () => {
    given().when(setPrice(500)).rejected('not-listed');
    given(listed, withdrawn).when(setPrice(500)).rejected('not-listed');
    const instantOf = (n: number) => new Date(Date.UTC(2027, 0, 1, 0, n)).toISOString();
    const many: readonly ProductEvent[] = Array.from({ length: 500 }, (_, n) => priced(1 + n, instantOf(n)));
    given(listed, ...many)
      .when(setPrice(7, instantOf(500)))
      .rejected('too-many-prices', { most: 500 });
    given(listed, ...many)
      .when(setPrice(7, instantOf(499)))
      .then(priced(7, instantOf(499)));
  });

  it('of the first release held from the beginning', () => {
    const { data } = readEvent(productEvents, { type: 'PriceSet', v: 1, data: { price: 500 } });
    expect(data).toEqual({ price: 500, from: '' });
    expect(priceAt([data as Price], '2020-01-01T00:00:00.000Z')).toBe(500);
  });

  it('at an instant is the last that was set for the latest moment before it', () => {
    const moment = fc.integer({ min: 0, max: 9 }).map((n) => `2026-12-0${n}T00:00:00.000Z`);
    const set = fc.record({ price: fc.integer({ min: 1, max: 99 }), from: moment });
    fc.assert(
      fc.property(fc.array(set), moment, (sets, when) => {
        const began = sets.filter(({ from }) => from <= when);
        const latest = began
          .map(({ from }) => from)
          .sort()
          .at(-1);
        const expected = began.findLast(({ from }) => from === latest)?.price;
        expect(priceAt(sets.reduce<readonly Price[]>(withPrice, []), when)).toBe(expected);
      }),
    );
  });

  it('at an instant is changed by no later price', () => {
    const moment = fc.integer({ min: 0, max: 9 }).map((n) => `2026-12-0${n}T00:00:00.000Z`);
    const set = fc.record({ price: fc.integer({ min: 1, max: 99 }), from: moment });
    fc.assert(
      fc.property(fc.array(set), set, moment, (sets, one, when) => {
        fc.pre(when < one.from);
        const prices = sets.reduce<readonly Price[]>(withPrice, []);
        expect(priceAt(withPrice(prices, one), when)).toBe(priceAt(prices, when));
      }),
    );
  });
});

describe('two editors of a product', () => {
  const toBlue = { to: 'Blue kettle', saw: 'Kettle' };
  const toLarge = { to: 'For three litres.', saw: 'For two litres.' };

  it('change different fields, both of which are kept', () => {
    given(listed)
      .when(edit({ name: toBlue, description: toLarge }))
      .then(renamed(toBlue.to), described(toLarge.to));
    given(listed, renamed(toBlue.to))
      .when(edit({ description: toLarge }))
      .then(described(toLarge.to));
  });

  it('change the same field: the second gets both versions to choose from, and nothing of it is stored', () => {
    given(listed, renamed('Red kettle'))
      .when(edit({ name: toBlue, description: toLarge }))
      .outdated('edited-meanwhile', { conflicts: { name: { yours: 'Blue kettle', theirs: 'Red kettle', saw: 'Kettle' } } });
    given(listed, renamed('Red kettle'))
      .when(edit({ name: { to: 'Blue kettle', saw: 'Red kettle' } }))
      .then(renamed('Blue kettle'));
  });

  it('agree if they write the same', () => {
    given(listed, renamed(toBlue.to))
      .when(edit({ name: toBlue }))
      .then();
    given(listed)
      .when(edit({ name: toBlue }))
      .retrySafe();
  });

  it('edit what is listed, or was', () => {
    given()
      .when(edit({ name: toBlue }))
      .rejected('not-listed');
    given(listed, withdrawn)
      .when(edit({ name: toBlue }))
      .then(renamed(toBlue.to));
  });

  it('come to the same, in whichever order, if they change different fields', () => {
    const fold = (events: readonly ProductEvent[]) =>
      events.reduce((state, { type, data }) => product.evolve[type](state, data as never), product.initial);
    const both = [renamed('A'), described('B')];
    expect(fold([listed, ...both])).toEqual(fold([listed, ...both.toReversed()]));
  });
});

describe('the catalogue', () => {
  const show = projecting(catalogue);
  const row = { ...texts, currency: 'EUR', status: 'listed', prices: [] } as const;

  it('shows a product with all its prices', () => {
    show(listed).rows(row);
    show(listed, priced(7, later), priced(5, at), renamed('A'), described('B')).rows({
      ...row,
      ...{ name: 'A', description: 'B' },
      prices: [
        { price: 5, from: at },
        { price: 7, from: later },
      ],
    });
  });

  it('keeps what was withdrawn, with its prices if it is listed again', () => {
    const prices = [{ price: 5, from: at }];
    show(listed, priced(5, at), withdrawn).rows({ ...row, prices, status: 'withdrawn' });
    show(listed, priced(5, at), withdrawn, listed).rows({ ...row, prices });
  });
});

describe('the history of prices', () => {
  it('has each price that was set, by whom and when', () => {
    const set = (minute: number) => ({ setAt: `2026-11-21T12:0${minute}:00.000Z`, setBy: 'ada' });
    projecting(priceHistory)(listed, priced(5, at), priced(7, later)).rows(
      { price: 5, from: at, ...set(2) },
      { price: 7, from: later, ...set(3) },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { cellOf, columnsOf } from '../../console/parts/rows/cells.ts';
import { duration, price, stepsOf } from '../../console/screens/views/steps.ts';

const told = (...of: Parameters<typeof stepsOf>) => stepsOf(...of).map(({ name, state }) => `${name}: ${state}`);

describe('the steps of a rebuild', () => {
  it('begin with an estimate, go on one by one, and are done when it has switched', () => {
    expect(told('rebuild', undefined)).toEqual([
      'Estimate: now',
      'Fill: next',
      'Catch up: next',
      'Compare: next',
      'Switch: next',
    ]);
    expect(told('rebuild', 'verifying')).toEqual([
      'Estimate: done',
      'Fill: done',
      'Catch up: done',
      'Compare: now',
      'Switch: next',
    ]);
    expect(told('rebuild', 'switched')).toEqual([
      'Estimate: done',
      'Fill: done',
      'Catch up: done',
      'Compare: done',
      'Switch: done',
    ]);
  });

  it('of one that failed or was cancelled claim nothing that is not known', () => {
    expect(told('rebuild', 'failed')).toEqual([
      'Estimate: done',
      'Fill: next',
      'Catch up: next',
      'Compare: next',
      'Switch: failed',
    ]);
  });

  it('of an audit and a replay are their own', () => {
    expect(told('audit', 'repairing')).toEqual(['Estimate: done', 'Compare: done', 'Repair: now', 'Done: next']);
    expect(told('replay', 'replayed')).toEqual(['Estimate: done', 'Fold again: done', 'Done: done']);
  });
});

describe('rows of which nothing is known', () => {
  it('have their id first, then each field that any of them has', () => {
    expect(columnsOf([{ a: 1, id: 'x' }, { b: 2 }])).toEqual(['id', 'a', 'b']);
    expect(columnsOf([{ b: 2 }])).toEqual(['b']);
  });

  it('have fields of one line', () => {
    expect([cellOf(undefined), cellOf('x'), cellOf(12n), cellOf({ a: [1] })]).toEqual(['', 'x', '12', '{"a":[1]}']);
    expect(cellOf('x'.repeat(200))).toHaveLength(80);
    expect([cellOf({ masked: true }), cellOf({ erased: true }), cellOf({ masked: true, a: 1 })]).toEqual([
      'masked',
      'erased',
      '{"masked":true,"a":1}',
    ]);
  });
});

it('durations and prices are said as people say them, and a price is never nothing where it is something', () => {
  expect([duration(9.4), duration(61), duration(3_720)]).toEqual(['9 s', '1 min 1 s', '1 h 2 min']);
  expect([price(0), price(0.0004), price(12.3456)]).toEqual(['$0', 'less than $0.01', '$12.35']);
});

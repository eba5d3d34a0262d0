import { describe, expect, it } from 'vitest';
import { addCounts, bill, type Paid, prices, services, timesCount } from '../../../lib/engine/cost/prices.ts';
import { type Indexed, indexUnits, inTransaction, readTogether, writeUnits } from '../../../lib/engine/cost/units.ts';

describe('a bill', () => {
  it('is what the list says: a million commands of one write unit each, by an API and a function of 1 GB for 10 ms', () => {
    const command = { writeUnits: 1, apiRequests: 1, invocations: 1, functionGigabyteSeconds: 0.01 };
    const { total, by } = bill(timesCount(command, 1_000_000));
    expect(by).toEqual({ DynamoDB: 0.625, Lambda: expect.closeTo(0.333, 3), 'API Gateway': 1 });
    expect(total).toBeCloseTo(1.958, 3);
    expect(bill(timesCount(command, 1_000_000), 'eu-central-1').by).toMatchObject({
      DynamoDB: expect.closeTo(0.7625, 6),
      'API Gateway': expect.closeTo(1.2, 6),
    });
  });

  it('has a service for everything that has a price, and a price for everything in each region', () => {
    const paid = Object.values(services).flat() as readonly Paid[];
    expect(new Set(paid).size).toBe(paid.length);
    for (const of of Object.values(prices)) expect(Object.keys(of).toSorted()).toEqual(paid.toSorted());
    const all = addCounts(...paid.map((each) => ({ [each]: 1 })));
    expect(Object.keys(bill(all).by)).toEqual(Object.keys(services));
  });
});

describe('units', () => {
  it('begin with each kilobyte that is written, of the larger item, and each four that are read at once', () => {
    expect([0, 1, 1_024, 1_025].map((bytes) => writeUnits(bytes))).toEqual([1, 1, 1, 2]);
    expect(writeUnits(3_000, 10)).toBe(3);
    expect([readTogether(), readTogether(4_096), readTogether(4_096, 1)]).toEqual([1, 1, 2]);
    expect(inTransaction * writeUnits(1_025)).toBe(4);
  });

  it('of an index follow from what changes in it', () => {
    const item = (keys: string, content = 'a', bytes = 100): Indexed => ({ keys, content, bytes });
    expect(indexUnits(undefined, undefined)).toBe(0);
    expect(indexUnits(undefined, item('k'))).toBe(1);
    expect(indexUnits(item('k'), undefined)).toBe(1);
    expect(indexUnits(item('k'), item('k'))).toBe(0);
    expect(indexUnits(item('k'), item('k', 'b', 1_100))).toBe(2);
    expect(indexUnits(item('k'), item('l', 'a', 1_100))).toBe(3);
  });
});

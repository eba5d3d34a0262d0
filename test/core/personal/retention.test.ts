import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { command } from '../../../lib/core/decider.ts';
import { decider } from '../../../lib/core/declare/decider.ts';
import { later, type Span } from '../../../lib/core/instant.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import { endOf, type HeldStream, type Retentions, verdictOn, whyErased } from '../../../lib/core/personal/retention.ts';
import { type EventOf, v1 } from '../../../lib/core/version.ts';
import { customer } from '../../support/apps/customer/decider.ts';

const at = fc
  .date({ min: new Date('1995-01-01T00:00:00.000Z'), max: new Date('2080-01-01T00:00:00.000Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const small = fc.integer({ min: 0, max: 40 });
const span: fc.Arbitrary<Span> = fc.record({ years: small, months: small, days: small, hours: small }, { requiredKeys: [] });

describe('a span of calendar months', () => {
  test('ends on the same day and time, or where there is no such day, at the end of the month', () => {
    expect(later('2016-11-21T12:00:00.000Z', { years: 10 })).toBe('2026-11-21T12:00:00.000Z');
    expect(later('2026-01-31T23:59:59.999Z', { months: 1 })).toBe('2026-03-01T00:00:00.000Z');
    expect(later('2024-02-29T08:00:00.000Z', { years: 1 })).toBe('2025-03-01T00:00:00.000Z');
    expect(later('2024-02-29T08:00:00.000Z', { years: 4 })).toBe('2028-02-29T08:00:00.000Z');
    expect(later('2026-11-30T08:00:00.000Z', { months: 14, days: 1 })).toBe('2028-01-31T08:00:00.000Z');
    expect(later('1969-12-31T08:00:00.000Z', { months: 1 })).toBe('1970-01-31T08:00:00.000Z');
  });

  test('never takes a later instant before an earlier one, and never ends early', () => {
    fc.assert(
      fc.property(at, at, span, (a, b, added) => {
        const [first, second] = [a, b].sort() as [string, string];
        expect(later(first, added) <= later(second, added)).toBe(true);
        expect(later(first, added) >= later(first, { days: (added.months ?? 0) * 28 + (added.years ?? 0) * 365 })).toBe(true);
      }),
    );
  });
});

const retentions: Retentions = {
  customer: { endedBy: ['CustomerLeft'], keep: { years: 10 } },
  order: { endedBy: ['OrderPaid', 'OrderCancelled'], keep: { months: 18 } },
};

const held: fc.Arbitrary<HeldStream> = fc.record(
  { stream: fc.string({ minLength: 1 }), category: fc.constantFrom('customer', 'order', 'letter', 'constructor'), endedAt: at },
  { requiredKeys: ['stream', 'category'] },
);

describe('the verdict on a subject', () => {
  test('is to erase it only if every stream has ended and the time of each has passed', () => {
    fc.assert(
      fc.property(fc.array(held), at, (streams, now) => {
        const verdict = verdictOn(streams, retentions);
        const isOver = ({ category, endedAt }: HeldStream) =>
          Object.hasOwn(retentions, category) && endedAt !== undefined && later(endedAt, retentions[category]!.keep) <= now;
        expect('due' in verdict && verdict.due <= now).toBe(streams.length > 0 && streams.every(isOver));
      }),
    );
  });

  test('names each stream that keeps it, with the reason, or the one whose time ends last', () => {
    const customers: HeldStream = { stream: 'customer-1', category: 'customer', endedAt: '2016-01-31T12:00:00.000Z' };
    const order: HeldStream = { stream: 'order-1', category: 'order', endedAt: '2024-08-31T12:00:00.000Z' };
    expect(verdictOn([order, customers], retentions)).toEqual({ due: '2026-03-01T00:00:00.000Z', after: order });
    expect(verdictOn([customers], retentions)).toEqual({ due: '2026-01-31T12:00:00.000Z', after: customers });
    const { endedAt: _, ...open } = order;
    expect(verdictOn([customers, open, { stream: 'letter-1', category: 'letter' }], retentions)).toEqual({
      kept: [
        { stream: 'order-1', category: 'order', why: 'has not ended' },
        { stream: 'letter-1', category: 'letter', why: 'has no retention' },
      ],
    });
    expect(verdictOn([], retentions)).toEqual({ kept: [] });
    expect(whyErased({ ...order, endedAt: '2024-08-31T12:00:00.000Z' })).toBe('retention of order: ended 2024-08-31');
  });

  test('goes by the last event of a stream: any event that does not end it reopens it, and the next end counts', () => {
    const ends = retentions.order!;
    expect(endOf(ends, { type: 'OrderPaid', at: 'a' })).toBe('a');
    expect(endOf(ends, { type: 'OrderSent', at: 'b' })).toBeUndefined();
    expect(endOf(ends, { type: 'OrderCancelled', at: 'c' })).toBe('c');
    expect(endOf(ends, undefined)).toBeUndefined();
  });
});

describe('the declaration', () => {
  const declaring =
    (retention: object, over: object = {}) =>
    () =>
      defineManifest({ aggregates: [{ ...customer, ...over, retention } as never], projections: [] });

  test.each<[string, object]>([
    ['names EmailChangd, which customer does not have', { endedBy: ['EmailChangd'], keep: { years: 1 } }],
    ['names toString, which customer does not have', { endedBy: ['toString'], keep: { years: 1 } }],
    ['is empty, so that no stream would ever end', { endedBy: [], keep: { years: 1 } }],
    ['longer than nothing', { endedBy: ['EmailChanged'], keep: {} }],
    ['must be whole numbers', { endedBy: ['EmailChanged'], keep: { years: 0.5 } }],
    ['must be whole numbers', { endedBy: ['EmailChanged'], keep: { years: 1, days: -1 } }],
    ['longer than 1000 years', { endedBy: ['EmailChanged'], keep: { years: 999, months: 13 } }],
    ['longer than 1000 years', { endedBy: ['EmailChanged'], keep: { days: Number.MAX_SAFE_INTEGER } }],
  ])('is refused: %s', (message, retention) => {
    expect(declaring(retention)).toThrow(message);
  });

  test('is refused for a category without personal values', () => {
    const events = { Opened: v1(z.object({ by: z.string() })) };
    const box = decider<object, EventOf<typeof events>>()({
      category: 'box',
      events,
      commands: { Open: command(['user'], z.strictObject({ by: z.string() })) },
      initial: {},
      decide: { Open: (_, data) => [{ type: 'Opened', data }] },
      evolve: { Opened: (state) => state },
      retention: { endedBy: ['Opened'], keep: { years: 1 } },
    });
    expect(() => defineManifest({ aggregates: [box], projections: [] })).toThrow('no event of it has a personal() value');
  });

  test('is checked by the compiler', () => {
    type Declared = NonNullable<typeof customer.retention>;
    ({ endedBy: ['EmailChanged'], keep: { months: 6 } }) satisfies Declared;
    // @ts-expect-error: customer has no such event.
    ({ endedBy: ['EmailChangd'], keep: { months: 6 } }) satisfies Declared;
    // @ts-expect-error: no stream would ever end.
    ({ endedBy: [], keep: { months: 6 } }) satisfies Declared;
  });
});

import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { streamsOfEvent, tagStream } from '../../lib/core/tag/stream.ts';
import { type AnyTag, boundary, command, defineManifest, type EventOf, type Source, tag, v1 } from '../../lib/index.ts';

const events = { Borrowed: v1(z.object({ book: z.string(), reader: z.string() })), Counted: v1(z.object({})) };
type LoanEvent = EventOf<typeof events>;
const source: Source<LoanEvent> = { category: 'loan', events };

const declared = {
  name: 'book',
  from: [source],
  of: { Borrowed: ({ book }: { book: string }) => book },
  initial: { lent: 0 },
  evolve: { Borrowed: ({ lent }: { lent: number }) => ({ lent: lent + 1 }) },
} as const;
const bookTag = tag<{ lent: number }, LoanEvent>()(declared);

const loan = boundary<object, LoanEvent>()({
  category: 'loan',
  events,
  tags: [bookTag],
  commands: {
    Borrow: command(['operator'], z.strictObject({ book: z.string(), reader: z.string() }), {
      tags: { book: ({ book }) => book },
    }),
    Count: command(['operator'], z.strictObject({ books: z.array(z.string()) }), { tags: { book: ({ books }) => books } }),
    Rest: command(['operator'], z.strictObject({})),
  },
  initial: {},
  decide: {
    // The types follow from the declarations: one state, a record by value, and none.
    Borrow: (_, data, { tags }) => (tags.book.lent.toFixed() === '0' ? [{ type: 'Borrowed', data }] : []),
    Count: (_, { books: [first = ''] }, { tags }) => (tags.book[first]?.lent === 0 ? [{ type: 'Counted', data: {} }] : []),
    Rest: (_, _data, { tags }) => (Object.keys(tags).length === 0 ? [] : [{ type: 'Counted', data: {} }]),
  },
  evolve: { Borrowed: () => ({}), Counted: () => ({}) },
});

const fault = (over: Partial<AnyTag>, deciderOver: object = {}) => {
  const changed = { ...declared, ...over } as unknown as AnyTag;
  return () => defineManifest({ aggregates: [{ ...loan, tags: [changed], ...deciderOver } as never], projections: [] });
};

describe('a manifest', () => {
  it('takes a boundary', () => expect(() => defineManifest({ aggregates: [loan], projections: [] })).not.toThrow());

  it.each([
    ['a name that is none', { name: 'a.b' }, "The tag 'a.b' must be 1 to 30 letters or digits"],
    ['a type that no source has', { of: { Burned: () => 'b' } }, 'carried by Burned, which loan does not have'],
    ['a type without an evolve', { evolve: {} }, 'carried by Borrowed, but has no evolve for it'],
    ['an evolve of what does not carry it', { of: {} }, 'has an evolve for Borrowed, which does not carry it'],
    [
      'a source that is not there',
      { from: [source, { ...source, category: 'gift' }] },
      'events of gift, which the manifest does not have',
    ],
  ])('refuses a tag with %s', (_, over, message) => expect(fault(over as never)).toThrow(message));

  it('refuses an aggregate that does not list the tag that its events carry', () => {
    const gift = { ...loan, category: 'gift', tags: [], commands: {}, decide: {} };
    const both = tag<{ lent: number }, LoanEvent>()({ ...declared, from: [source, { ...source, category: 'gift' }] });
    const manifest = () => defineManifest({ aggregates: [{ ...loan, tags: [both] }, gift as never], projections: [] });
    expect(manifest).toThrow("The tag 'book' is carried by events of gift, but gift does not list it");
  });

  it('refuses two tags of one name, and a command that decides on a tag which is not listed', () => {
    expect(fault({}, { tags: [bookTag, { ...bookTag }] })).toThrow("Two tags have the name 'book'");
    expect(fault({}, { tags: [] })).toThrow("loan: Borrow decides on the tag 'book', which loan does not list");
  });
});

describe('the stream of a tag', () => {
  it('is named by the tag and its value, which must be an id', () => {
    expect(tagStream('book', '7f3a', 'Borrowed')).toBe('tag-book.7f3a');
    for (const value of ['', 'a b', '-a', 'x'.repeat(124)])
      expect(() => tagStream('book', value, 'Borrowed')).toThrow(`Borrowed: the tag 'book' cannot have the value '${value}'`);
    expect(tagStream('book', 'x'.repeat(123), 'Borrowed')).toHaveLength('tag-book.'.length + 123);
  });

  it('has the events of its sources alone, under each value once', () => {
    const two = tag<number, LoanEvent>()({
      ...{ name: 'pair', from: [source], initial: 0, evolve: { Borrowed: (n) => n } },
      of: { Borrowed: ({ book, reader }) => [book, reader] },
    });
    const event = { type: 'Borrowed', data: { book: 'b', reader: 'b' } };
    expect([...streamsOfEvent([two, bookTag], 'loan', event, '1').keys()]).toEqual(['tag-pair.b', 'tag-book.b']);
    expect([...streamsOfEvent([two], 'other', event, '1')]).toEqual([]);
    expect([...streamsOfEvent([two], 'loan', { type: 'constructor', data: {} }, '1')]).toEqual([]);
  });
});

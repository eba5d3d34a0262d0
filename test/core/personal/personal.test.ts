import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { recordedEvents, storedEvents } from '../../../lib/core/commit.ts';
import { personal, Unsealed, unsealedIn } from '../../../lib/core/personal/personal.ts';
import { findable, type Sealed, same, sealedOf } from '../../../lib/core/personal/sealed.ts';
import { publicEvent } from '../../../lib/core/public-event.ts';
import { entriesOf } from '../../../lib/core/tag/entries.ts';
import { readEvent, storeEvent, v1 } from '../../../lib/core/version.ts';

const address = z.object({ street: z.string(), zip: z.string() });
const formats = {
  CustomerMoved: v1(z.object({ address: personal(address), reason: z.string(), phones: z.array(personal(z.string())) })),
};
const data = { address: { street: 'Ring 1', zip: '1010' }, reason: 'marriage', phones: ['+43 1', '+43 2'] };

const value = (hash: string, more: object = {}): Sealed =>
  sealedOf({
    subject: 'ada',
    version: 1,
    encapsulation: 'AAAA',
    hashedFor: 'subject',
    hash: hash.padEnd(12, '_'),
    ciphertext: 'BBBB',
    at: ['customer-ada/1', 'CustomerMoved', '/address'],
    ...more,
  });

describe('a personal value in a format', () => {
  it('is found wherever it is in an event, and cannot be stored or printed before it is sealed', () => {
    const stored = storeEvent(formats, { type: 'CustomerMoved', data });
    const found = unsealedIn(stored.data);
    expect(found.map(({ path }) => path)).toEqual(['/address', '/phones/0', '/phones/1']);
    expect(found.map(({ unsealed }) => Unsealed.valueIn(unsealed))).toEqual([data.address, '+43 1', '+43 2']);
    expect(() => JSON.stringify(stored)).toThrow('must be sealed');
    expect(inspect(stored, { depth: 9, showHidden: true })).not.toMatch(/Ring|\+43/);
    expect(`${found[0]!.unsealed}`).toBe('[personal]');
  });

  it('is checked against its own schema, and a message does not show it', () => {
    const wrong = () =>
      storeEvent(formats, { type: 'CustomerMoved', data: { ...data, address: { street: 'Ring 1', zip: 1010 } } });
    expect(wrong).toThrow('does not fit its schema');
    try {
      wrong();
    } catch (error) {
      expect(inspect(error, { depth: 9 })).toContain('zip');
      expect(inspect(error, { depth: 9 })).not.toMatch(/Ring|1010/);
    }
  });

  it('must not lose a part of itself to its schema', () => {
    const more = { ...data, address: { ...data.address, country: 'AT' } };
    expect(() => storeEvent(formats, { type: 'CustomerMoved', data: more })).toThrow('/address/country');
  });

  it('is read only sealed: a plain one in a stored event is refused', () => {
    const sealed = { address: value('a'), reason: 'marriage', phones: [value('b')] };
    expect(readEvent(formats, { type: 'CustomerMoved', v: 1, data: sealed }).data).toEqual(sealed);
    expect(() => readEvent(formats, { type: 'CustomerMoved', v: 1, data })).toThrow('does not fit its schema');
  });

  it('may be moved or dropped by an upcaster, and not be made by one', () => {
    const next = v1(z.object({ mail: personal(z.string()), note: z.string() }));
    const moved = next.next(z.object({ contact: z.object({ mail: personal(z.string()) }) }), ({ mail }) => ({
      contact: { mail },
    }));
    const stored = { type: 'Noted', v: 1, data: { mail: value('a'), note: 'n' } };
    expect(readEvent({ Noted: moved }, stored).data).toEqual({ contact: { mail: value('a') } });
    const made = next.next(z.object({ mail: personal(z.string()) }), () => ({ mail: 'ada@example.com' }) as never);
    expect(() => readEvent({ Noted: made }, stored)).toThrow(
      expect.objectContaining({
        cause: expect.objectContaining({ message: expect.stringContaining('upcaster may move or drop') }),
      }),
    );
  });

  it('may be absent only outside of it', () => {
    expect(() => personal(z.string().optional())).toThrow('personal(schema).optional()');
    const optional = { Noted: v1(z.object({ mail: personal(z.string()).optional() })) };
    expect(storeEvent(optional, { type: 'Noted', data: {} }).data).toEqual({});
  });
});

describe('sealed values', () => {
  it('are compared by their hashes, and never where nobody can know', () => {
    expect(same(value('a'), value('a', { ciphertext: 'CCCC' }))).toBe(true);
    expect(same(value('a'), value('b'))).toBe(false);
    expect(() => same(value('a'), value('a', { subject: 'bob' }))).toThrow('find: true');
    const found = { hashedFor: 'deployment' } as const;
    expect(same(value('a', found), value('a', { ...found, subject: 'bob' }))).toBe(true);
    expect(() => same(value('a'), value('a', found))).toThrow('find: true');
    expect(findable(value('a', found))).toBe('fa___________');
    expect(() => findable(value('a'))).toThrow('find: true');
  });

  it('have a short form in their commit, and the whole one outside of it', () => {
    const commit = {
      stream: 'customer-ada',
      commit: 2,
      version: 3,
      command: 'http/1',
      at: '2026-11-21T12:00:00.000Z',
      meta: { actor: 'ada', correlation: 'c', causation: 'r' },
      sealed: ['1.AAAA', '2.EEEE.bob'],
      events: [
        { type: 'A', v: 1, data: { a: 1 } },
        { type: 'B', v: 1, data: { 'x/y': [{ '~': '1saaaaaaaaaaaaBBBB' }] } },
      ],
    };
    const [, whole] = storedEvents(commit);
    expect(whole?.data).toEqual({
      'x/y': [{ '~': '2.EEEE.saaaaaaaaaaaa.BBBB', of: 'bob', at: ['customer-ada/3', 'B', '/x~1y/0'] }],
    });
    expect(() => storedEvents({ ...commit, sealed: ['1.AAAA'] })).toThrow('damaged');
  });
});

describe('a public event', () => {
  it('has a mark in place of each personal value: other teams get none of them, sealed neither', () => {
    const data = { address: value('a'), reason: 'marriage', phones: [] };
    const commit = {
      ...{ stream: 'customer-ada', commit: 1, version: 1, command: 'http/1', at: '2026-11-21T12:00:00.000Z' },
      ...{ meta: { actor: 'ada', correlation: 'c', causation: 'r' }, events: [{ type: 'CustomerMoved', v: 1, data }] },
    };
    const [event] = recordedEvents(commit, (stored) => readEvent(formats, stored));
    const told = publicEvent({ category: 'customer', events: formats, publishes: ['CustomerMoved'] }, event!);
    expect(told?.data).toEqual({ address: { masked: true }, reason: 'marriage', phones: [] });
  });
});

describe("an entry of a tag's stream", () => {
  it('has sealed values in the whole form: it opens without the commit that it is from', () => {
    const tag = { name: 'reason', from: [{ category: 'customer', events: formats }], of: { CustomerMoved: () => 'marriage' } };
    const data = { address: { '~': '0saaaaaaaaaaaaBBBB' }, reason: 'marriage', phones: [] };
    const commit = {
      ...{ stream: 'customer-ada', commit: 1, version: 1, command: 'http/1', at: '2026-11-21T12:00:00.000Z', sealed: ['1.AAAA'] },
      ...{ meta: { actor: 'ada', correlation: 'c', causation: 'r' }, events: [{ type: 'CustomerMoved', v: 1, data }] },
    };
    const [entered] = entriesOf({ category: 'customer', events: formats, tags: [tag as never] }, commit).values();
    expect(entered?.entry.events[0]?.data).toMatchObject({ address: { '~': '1.AAAA.saaaaaaaaaaaa.BBBB', of: 'ada' } });
  });
});

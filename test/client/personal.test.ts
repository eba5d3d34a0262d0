import { expect, it } from 'vitest';
import type { Erased, Masked } from '../../lib/client/index.ts';
import { json, problem, served } from './served.ts';

const email = 'ada@example.com';

it('a personal value that is looked up goes in the body, page by page, and in no address', async () => {
  const { api, received } = served((_, nth) =>
    json(nth === 1 ? { items: [{ id: 'ada', email }], cursor: 'c-2' } : { items: [{ id: 'bob', email: { erased: true } }] }),
  );
  const found: string[] = [];
  for await (const { id } of api.views.customerDirectory.find({ list: 'by-email', by: email, limit: 1 })) found.push(id);
  expect(found).toEqual(['ada', 'bob']);
  expect(received.map(({ method, path, body }) => [method, path, JSON.parse(body!)])).toEqual([
    ['POST', '/views/customer-directory', { list: 'by-email', by: email, limit: 1, filter: {} }],
    ['POST', '/views/customer-directory', { list: 'by-email', by: email, limit: 1, filter: {}, cursor: 'c-2' }],
  ]);
});

it('the same look-up is asked anew each time: no answer is kept under a personal value', async () => {
  const { api, received } = served(() => json({ items: [] }, { etag: '"e"' }));
  const found = api.views.customerDirectory.find({ list: 'by-email', by: email });
  for (const _ of [1, 2]) expect((await found.page()).items).toEqual([]);
  expect(received.map(({ headers }) => headers.get('if-none-match'))).toEqual([null, null]);
});

it('a reader is given the value, or a mark in its place, and the compiler knows both', async () => {
  const row = { id: 'ada', owner: 'ada', name: 'Ada', email: { erased: true }, birthDate: { masked: true }, changedAt: '' };
  const { api } = served(() => json(row));
  const profile = await api.views.customerProfile.get('ada');
  const name: string | Erased | Masked = profile.name;
  const street = (of: typeof profile.address) => ('street' in of ? of.street : undefined);
  expect([name, profile.email, typeof street]).toEqual(['Ada', { erased: true }, 'function']);
  const owner: string = profile.owner;
  expect(owner).toBe('ada');
});

it('a history has values or the mark of an erasure, and a refusal names the erased subject', async () => {
  const { api } = served(({ method }) =>
    method === 'POST'
      ? problem(422, 'subject-erased', { subject: 'ada' })
      : json({ commits: [{ events: [{ type: 'CustomerRenamed', data: { name: 'Ada' } }] }] }),
  );
  const customer = api.customer('ada');
  for await (const { events } of customer.history())
    for (const event of events)
      if (event.type === 'CustomerRenamed') {
        const name: string | Erased = event.data.name;
        expect(name).toBe('Ada');
      }
  const error = await customer.rename({ name: 'Ada King' }).catch((caught: unknown) => caught);
  expect.assertions(2);
  if (customer.rename.refused(error) && error.reason === 'subject-erased') {
    const { subject }: { subject: string } = error.detail;
    expect(subject).toBe('ada');
  }
});

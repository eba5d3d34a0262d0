import { beforeAll, describe, expect, it } from 'vitest';
import { as, type Call, fresh } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';

type Line = Readonly<{ sku: string; quantity: number; price: number }>;
type History = Readonly<{ commits: { events: { type: string; data: { lines: Line[] } }[] }[] }>;

describe.runIf(overHttp())('the catalogue over HTTP', () => {
  let [ada, operator]: [Call, Call] = [] as never;
  beforeAll(async () => {
    [ada, operator] = await Promise.all([as('ada'), as('operator')]);
  });
  const listed = async (price?: number) => {
    const sku = fresh();
    const body = { name: 'Kettle', description: '', currency: 'EUR', ...(price !== undefined && { price }) };
    expect((await operator('POST', `/product/${sku}/list`, body)).status).toBe(201);
    return sku;
  };
  const edit = (sku: string, body: object) => operator('POST', `/product/${sku}/edit`, body);
  const place = (id: string, sku: string) =>
    ada('POST', `/order/${id}/place`, { lines: [{ sku, quantity: 2 }], currency: 'EUR' });

  it('takes the changes of two editors to two fields, and answers 412 with both versions for one field', async () => {
    const sku = await listed();
    const answers = await Promise.all([
      edit(sku, { name: { to: 'Blue kettle', saw: 'Kettle' } }),
      edit(sku, { description: { to: 'For two litres.', saw: '' } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { status, body } = await edit(sku, { name: { to: 'Red kettle', saw: 'Kettle' } });
    expect({ status, body }).toMatchObject({
      status: 412,
      body: {
        ...{ type: 'urn:foldstream:problem:edited-meanwhile', version: 3 },
        conflicts: { name: { yours: 'Red kettle', theirs: 'Blue kettle', saw: 'Kettle' } },
      },
    });
  });

  it('says the price of an order, and what has none is not for sale', async () => {
    const [sku, id] = [await listed(), fresh()];
    expect((await place(id, sku)).body).toMatchObject({ type: 'urn:foldstream:problem:not-for-sale', sku });
    expect((await operator('POST', `/product/${sku}/set-price`, { price: 1999 })).status).toBe(200);
    expect((await place(id, sku)).status).toBe(201);
    const stated = { lines: [{ sku, quantity: 2, price: 1 }], currency: 'EUR' };
    expect((await ada('POST', `/order/${fresh()}/place`, stated)).status).toBe(400);
    const { commits } = (await ada('GET', `/streams/order/${id}`)).body as History;
    expect(commits[0]?.events[0]?.data.lines).toEqual([{ sku, quantity: 2, price: 1999 }]);
  });
});

import { expect, it } from 'vitest';
import { manifest } from '../../domains/index.ts';
import { inProcess, subjects } from '../fuzz/in-process.ts';

const email = 'ada@example.com';
const address = { street: 'Ring 1', postcode: '1010', city: 'Wien', country: 'AT' };
const directory = '/views/customer-directory';

const world = async () => {
  const { send } = inProcess(manifest);
  const asks = { path: {}, query: {}, headers: {} };
  const registers = {
    ...asks,
    who: 'ada',
    route: 'POST /customer/{id}/{command}',
    path: { id: subjects.ada, command: 'register' },
    body: JSON.stringify({ name: 'Ada', email, address, birthDate: '1985-12-10' }),
  } as const;
  const finds = (body: object, who: 'ada' | 'operator' = 'operator', headers = {}) =>
    send({ ...asks, who, route: `POST ${directory}`, headers, body: JSON.stringify(body) });
  const lists = (query: Readonly<Record<string, string>>) =>
    send({ ...asks, who: 'operator', route: 'GET /views/{view}', path: { view: 'customer-directory' }, query });
  return { register: () => send(registers), finds, lists };
};

it('a row is found by a personal value in the body of a request, whatever else is asked, and nobody keeps the answer', async () => {
  const { register, finds } = await world();
  const asked = { list: 'by-email', by: email };
  expect(JSON.parse((await finds(asked)).text)).toEqual({ items: [] });
  expect((await register()).status).toBe(201);
  const { status, headers, text } = await finds({ ...asked, limit: 1 });
  expect([status, JSON.parse(text)]).toEqual([
    200,
    { items: [{ id: subjects.ada, name: 'Ada', email, registeredAt: expect.any(String) }] },
  ]);
  expect(headers).toMatchObject({ 'cache-control': 'no-store' });
  expect(headers).not.toHaveProperty('etag');
  expect(JSON.parse((await finds({ ...asked, by: 'bob@example.com' })).text)).toEqual({ items: [] });
  expect((await finds(asked, 'ada')).status).toBe(403);
});

it('in an address it is refused, and the answer says what to send', async () => {
  const { lists } = await world();
  const { status, text } = await lists({ list: 'by-email', by: email });
  expect([status, JSON.parse(text).errors]).toEqual([
    400,
    [{ path: 'by', reason: expect.stringContaining(`send POST ${directory} with list and by in its body`) }],
  ]);
  expect(text).not.toContain(email);
});

it('a body that names no list, or what no list has, is refused by field', async () => {
  const { finds } = await world();
  const faults = async (body: object) => JSON.parse((await finds(body)).text).errors.map(({ path }: { path: string }) => path);
  expect(await faults({ by: email })).toEqual(['/list']);
  expect(await faults({ list: 'by-name', by: 'x' })).toEqual(['list']);
  expect(await faults({ list: 'by-email', by: email, filter: { name: 'Ada' } })).toEqual(['filter.name']);
  expect(await faults({ list: 'by-email', by: email, limit: 0 })).toEqual(['limit']);
});

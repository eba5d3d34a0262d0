import { expect, it } from 'vitest';
import { product } from '../../domains/product/decider.ts';
import { answerCommand } from '../../lib/http/command.ts';
import { answerHistory } from '../../lib/http/history.ts';
import { instanceOver, memoryTable, operator } from '../support/examples/commanding.ts';

const reason = 'Zähler 7: falscher Preis <b>';

const shop = () => {
  const table = memoryTable();
  const on = instanceOver(table, { decider: product });
  const common = { path: { id: 'kettle', command: 'list' }, query: {}, actor: operator, correlation: 'c', requestId: 'r' };
  const list = (headers: object) => {
    const body = JSON.stringify({ name: 'Kettle', description: '', currency: 'EUR' });
    return answerCommand(on, { ...common, route: 'POST /product/{id}/{command}', headers, body });
  };
  const history = () =>
    answerHistory(new Map([['product', on]]), {
      ...{ ...common, route: 'GET /streams/{category}/{id}', headers: {}, body: '' },
      path: { category: 'product', id: 'kettle' },
    });
  return { table, list, history };
};

it('the reason of a command is kept in its commit, and shown in the history', async () => {
  const { table, list, history } = shop();
  await list({ why: encodeURIComponent(reason) });
  expect(table.store.stored()[0]?.meta).toMatchObject({ actor: operator.id, why: reason });
  expect((await history()).body).toMatchObject({ commits: [{ actor: operator.id, why: reason }] });
});

it('a command without one has none, and what is no reason is refused before anything is stored', async () => {
  const { table, list } = shop();
  for (const why of ['', '%20', '%', 'x'.repeat(501)])
    await expect(list({ why })).rejects.toMatchObject({ problem: { status: 400, extra: { errors: [{ path: 'Why' }] } } });
  expect(table.store.stored()).toEqual([]);
  await list({});
  expect(table.store.stored()[0]?.meta).not.toHaveProperty('why');
});

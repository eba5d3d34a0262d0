import { describe, expect, it } from 'vitest';
import { product } from '../../domains/product/decider.ts';
import { ProblemError } from '../../lib/core/problem.ts';
import { answerCommand } from '../../lib/http/command.ts';
import { instanceOver, memoryTable, operator } from '../support/examples/commanding.ts';

const posted = (command: string, body: object, headers = {}) => ({
  ...{ route: 'POST /product/{id}/{command}', path: { id: 'kettle', command }, query: {}, headers },
  ...{ body: JSON.stringify(body), actor: operator, correlation: 'c', requestId: 'r' },
});

const catalogue = async () => {
  const on = instanceOver(memoryTable(), { decider: product });
  const ask = (...given: Parameters<typeof posted>) => answerCommand(on, posted(...given));
  await ask('list', { name: 'Kettle', description: '', currency: 'EUR' });
  return ask;
};

const rename = (to: string, saw = 'Kettle') => ({ name: { to, saw } });

const problemOf = async (answer: Promise<unknown>) => {
  const thrown = await answer.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return thrown instanceof ProblemError ? thrown.problem : undefined;
};

describe('two editors of one product', () => {
  it('both have their field, if they change different ones', async () => {
    const ask = await catalogue();
    await ask('edit', rename('Blue kettle'));
    expect((await ask('edit', { description: { to: 'For two litres.', saw: '' } })).status).toBe(200);
  });

  it.each([{}, { 'dry-run': 'true' }])(
    'get 412 for the same field, with both versions and where the stream is: %o',
    async (headers) => {
      const ask = await catalogue();
      await ask('edit', rename('Red kettle'));
      expect(await problemOf(ask('edit', rename('Blue kettle'), headers))).toMatchObject({
        ...{ status: 412, kind: 'edited-meanwhile' },
        extra: { version: 2, conflicts: { name: { yours: 'Blue kettle', theirs: 'Red kettle', saw: 'Kettle' } } },
      });
      expect((await ask('edit', rename('Blue kettle', 'Red kettle'))).status).toBe(200);
    },
  );

  it('get the same 412 if both are sent at the same moment', async () => {
    const ask = await catalogue();
    const answers = await Promise.all(['Red kettle', 'Blue kettle'].map((name) => problemOf(ask('edit', rename(name)))));
    expect(answers.map((problem) => problem?.status ?? 200).sort()).toEqual([200, 412]);
  });
});

import { describe, expect, it } from 'vitest';
import { manifest as reference } from '../../domains/index.ts';
import { reasonFor } from '../../lib/cli/reason.ts';
import { openApi, operationsOf } from '../../lib/http/openapi/document.ts';
import { inProcess } from '../fuzz/in-process.ts';
import { manifest as paying } from '../support/apps/paying/manifest.ts';

/** Every route by which an operator changes something, with a body that lacks nothing but the reason. */
const changing = [reference, paying].flatMap((manifest) =>
  operationsOf(manifest)
    .filter(({ method, path }) => method === 'post' && /^\/(ops|subjects)\//.test(path))
    .map(({ path, body }) => {
      const { why: _, ...rest } = (body?.example ?? {}) as Readonly<Record<string, unknown>>;
      return { manifest, path, body: rest };
    }),
);
const path = {
  kind: 'view',
  name: 'account-balance.r1',
  stream: 'account-a',
  id: 'x',
  process: 'transferProcess',
  instance: 't1',
};
const asked = (isProtected: boolean, { manifest, path: route, body }: (typeof changing)[number], why?: string) =>
  inProcess(manifest, 1, { isProtected }).send({
    who: 'operator',
    method: 'POST',
    route: `POST ${route}`,
    path: { ...path, performance: 'chargeCardEffect-p.1', schedule: 'monthlyStatement' },
    query: {},
    headers: {},
    body: JSON.stringify({ ...body, ...(why !== undefined && { why }) }),
  } as never);

describe('a protected stage', () => {
  it('takes no change by an operator without a reason, by no route; and says what to send', async () => {
    expect(new Set(changing.map(({ path: route }) => route)).size).toBeGreaterThan(14);
    for (const each of changing) {
      const { status, text } = await asked(true, each);
      expect([each.path, status, /"path":"\/?why"/.test(text)]).toEqual([each.path, 400, true]);
      expect((await asked(true, each, 'mended')).text, each.path).not.toMatch(/"path":"\/?why"/);
    }
    const { text } = await asked(true, changing.find(({ path: route }) => route.endsWith('/redrive'))!);
    expect(JSON.parse(text).detail).toBe(
      'why: this stage is protected, so that every change by an operator needs a reason: send {"why": "..."} with 1 to 500 characters, which the history keeps with your name',
    );
  });

  it('is told by the description: such a body is required, and so is its reason', async () => {
    const required = (isProtected: boolean) => {
      const { paths } = openApi(reference, { title: 'x', version: '1', isProtected }) as never as {
        paths: Record<string, Record<string, { requestBody?: { required: boolean; content: object } }>>;
      };
      return [...new Set(changing.map(({ path: route }) => route))]
        .map((route) => [route, paths[route]?.post?.requestBody] as const)
        .filter(([, body]) => body?.required && /"required":\[[^\]]*"why"/.test(JSON.stringify(body)))
        .map(([route]) => route);
    };
    const optional = [
      '/ops/projections/{name}/parked/{stream}/resume',
      '/ops/rebuilds/{id}/cancel',
      '/ops/dead-letters/{kind}/{name}/redrive',
    ];
    const inAny = required(false);
    expect(inAny.filter((route) => optional.includes(route))).toEqual([]);
    expect(new Set(required(true))).toEqual(new Set([...inAny, ...optional]));
  });

  it('is asked for a reason by the command line too: on a terminal with a question, elsewhere by saying what is missing', async () => {
    const questions: string[] = [];
    const asking = (isTerminal: boolean, answer: string) => ({
      isTerminal,
      ask: async (question: string) => {
        questions.push(question);
        return answer;
      },
    });
    const [kept, other] = [{ Protected: 'true' }, { Protected: 'false' }];
    expect(await reasonFor(other, undefined, asking(true, 'x'))).toBeUndefined();
    expect(await reasonFor({}, undefined, asking(true, 'x'))).toBeUndefined();
    expect(await reasonFor(kept, 'given', asking(true, 'x'))).toBe('given');
    expect(questions).toEqual([]);
    expect(await reasonFor(kept, undefined, asking(true, ' mended '))).toBe('mended');
    await expect(reasonFor(kept, undefined, asking(true, '  '))).rejects.toThrow('needs a reason');
    await expect(reasonFor(kept, undefined, asking(false, 'x'))).rejects.toMatchObject({
      hint: expect.stringContaining('--why'),
    });
    expect(questions).toHaveLength(2);
  });
});

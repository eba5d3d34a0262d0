import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { manifest } from '../../../domains/index.ts';
import { problemKinds } from '../../../lib/core/problem.ts';
import { answerHeaders, requestHeaders } from '../../../lib/engine/headers.ts';
import { openApi } from '../../../lib/http/openapi/document.ts';
import { sourcesOf } from '../../structure/sources.ts';
import { everyMayManifest } from '../../support/access/every-may.ts';

type Operation = Readonly<{
  operationId: string;
  security?: unknown[];
  description?: string;
  requestBody?: { content: { 'application/json': { schema: object; example?: unknown } } };
  responses: Record<string, object>;
  parameters?: object[];
}>;
type Document = Readonly<{
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, object>>;
}>;

const document = openApi(manifest, { title: 'The reference application', version: '1' }) as unknown as Document;
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

const references = (value: unknown): readonly string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, each]) => (key === '$ref' ? [String(each)] : references(each)));

describe("the API's description", () => {
  it('has each command that has a route, and none that has not', () => {
    const paths = Object.keys(document.paths);
    expect(paths).toContain('/account/{id}/deposit');
    expect(paths).toContain('/order/{id}/change-line');
    // Only processes may send these.
    expect(paths.filter((path) => /\/(debit|credit|settle|reserve)$/.test(path))).toEqual([]);
  });

  it('has a view once, whatever its revisions are; and no list of a view that is only read by id', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['account-statement.get', 'account-balance.list', 'revenue.get']));
    expect(ids).not.toContain('account-statement.list');
  });

  it('has an example of every body, always the same, that its own schema accepts', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const posts = Object.values(document.paths).flatMap(({ post }) => (post?.requestBody ? [post] : []));
    const bodies = posts.map(({ operationId, requestBody }) => [operationId, requestBody] as const);
    expect(bodies.length).toBeGreaterThan(20);
    for (const [id, body] of bodies) {
      const { schema, example } = body!.content['application/json'];
      expect(example, id).toBeDefined();
      expect(ajv.validate(schema, example), `${id}: ${ajv.errorsText()}`).toBe(true);
    }
    expect(openApi(manifest, { title: 'The reference application', version: '1' })).toEqual(document);
  });

  it('refers to nothing that it does not have, and has no component that it does not refer to', () => {
    const used = new Set(references(document));
    for (const [kind, all] of Object.entries(document.components).filter(([kind]) => kind !== 'securitySchemes'))
      for (const name of Object.keys(all)) expect(used, `${kind} ${name}`).toContain(`#/components/${kind}/${name}`);
    for (const reference of used) {
      const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(.+)$/.exec(reference) ?? [];
      expect(document.components[kind]?.[name], reference).toBeDefined();
    }
  });

  it('names every header that a page of another origin may send or read, and no other', () => {
    const parameters = Object.values(document.components.parameters ?? {}) as { in: string; name: string }[];
    const sent = parameters.filter(({ in: where }) => where === 'header').map(({ name }) => name);
    // OpenAPI has these two in the security scheme and in the media type of a body.
    expect(['Authorization', 'Content-Type', ...sent].sort()).toEqual([...requestHeaders].sort());
    // `Allow` comes with 405, to methods that are no operations.
    expect([...Object.keys(document.components.headers ?? {}), 'Allow']).toEqual(Object.keys(answerHeaders));
  });

  it('asks for a token everywhere but where anyone may', () => {
    expect(operations.filter(({ security }) => security?.length === 0).map(({ operationId }) => operationId)).toEqual([
      'openApi',
      'docs',
      'health',
      'console',
      'console.file',
      'console.config',
    ]);
  });

  it('may answer every problem that the code has, and no other', () => {
    const thrown = [...sourcesOf('lib/{engine,http,aws}/**/*.ts')]
      .filter(([file]) => !file.startsWith('lib/http/openapi'))
      .flatMap(([, text]) => [...text.matchAll(/\bkind: '([a-z-]+)'/g), ...text.matchAll(/\bconflict\(\s*'([a-z-]+)'/g)])
      .flatMap(([, kind = '']) => (kind in problemKinds ? [kind] : []));
    expect([...new Set(thrown)].sort()).toEqual(Object.keys(problemKinds).sort());
  });

  it('says of each problem what the HTTP reference says', () => {
    const reference = readFileSync(join(import.meta.dirname, '../../../docs/http-reference.md'), 'utf8');
    const rows = [...reference.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(([, kind, status]) => `${status} ${kind}`);
    expect(rows.sort()).toEqual(
      Object.entries(problemKinds)
        .map(([kind, { status }]) => `${status} ${kind}`)
        .sort(),
    );
  });

  it('says who may, by the roles that each operation needs, and answers 401 and 403 where a token is asked for', () => {
    const described = openApi(everyMayManifest, { title: 'Every audience', version: '1' }) as unknown as Document;
    const saying = Object.values(described.paths)
      .flatMap((path) => Object.values(path))
      .map(({ operationId, security, description, responses }) => {
        const refuses = ['401', '403'].filter((status) => status in responses);
        return [operationId, { description, security, refuses }] as const;
      });
    const needs = (may: string, security: object[] | undefined, refuses = ['401', '403']) => ({
      description: `For ${may}.`,
      security,
      refuses,
    });
    expect(Object.fromEntries(saying)).toMatchObject({
      'row-0.get': needs('the owner', undefined),
      'row-2.get': needs('the role `teller`', [{ token: ['teller'] }]),
      'row-5.get': needs('anybody with a token', undefined),
      'row-7.get': needs('the owner and the role `teller` and an operator', undefined),
      'row-9.get': needs('the role `teller` and the role `auditor`', [{ token: ['teller'] }, { token: ['auditor'] }]),
      'row-6.get': { description: 'For anyone, without a token.', security: [] },
      'counter.history': needs('the owner and the role `auditor` and an operator', undefined),
      'ledger.history': needs('the role `auditor`', [{ token: ['auditor'] }]),
      'hooks.deskProvider': { security: [], refuses: ['401'] },
      'ops.views': needs('an operator', [{ token: ['operator'] }]),
    });
    // A hook answers 401 to a wrong signature.
    const byToken = saying.filter(([operation]) => operation !== 'hooks.deskProvider');
    expect(byToken.filter(([, { security, refuses }]) => (security?.length === 0) === refuses.includes('401'))).toEqual([]);
  });
});

describe('the rows of a view', () => {
  const answerOf = (path: string) => {
    return document.paths[path]?.get?.responses[200] as {
      content: { 'application/json': { schema: { properties: object; required: string[] } } };
    };
  };

  it('are described as the view declares them, with the id that the server adds', () => {
    const { schema } = answerOf('/views/account-balance/{id}').content['application/json'];
    expect(Object.keys(schema.properties).sort()).toEqual(['balance', 'changedAt', 'currency', 'id', 'owner', 'since', 'status']);
    expect(schema.required.toSorted()).toEqual(Object.keys(schema.properties).sort());
  });

  it('are objects with unknown fields where it declares nothing; every view of the reference application does', () => {
    const bare = openApi(
      { ...manifest, projections: manifest.projections.map((view) => ({ ...view, row: undefined }) as never) },
      { title: 'Bare', version: '1' },
    ) as unknown as Document;
    const views = (of: Document) =>
      Object.entries(of.paths).filter(([path]) => /^\/views\/(?!event-log|process-instances)/.test(path));
    const unknown = (of: Document) =>
      views(of).filter(
        ([, path]) =>
          !/"changedAt"|"balances"|"entry"|"prices"|"setAt"|"figures"|"totals"|"revenue"|"closing"|"registeredAt"|"since"/.test(
            JSON.stringify(path),
          ),
      );
    expect(unknown(bare)).toHaveLength(views(bare).length);
    expect(unknown(document).map(([path]) => path)).toEqual([]);
  });
});
